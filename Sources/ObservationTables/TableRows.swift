/// The rows of a table where they lie: nothing is copied before a query asks for it.
public protocol TableRows {
    var count: Int { get }
    /// A reader of its own for each place in a query that reads the table.
    func reader() -> any RowReader
}

/// Stands at one row of a table.
public protocol RowReader {
    /// - Parameter row: zero-based, below the table's `count`.
    mutating func move(to row: Int)
    /// The value of a column of that row.
    mutating func value(_ column: Int) -> SQLValue
}

/// No rows.
public struct NoRows: TableRows {
    public let count = 0

    public init() {}

    public func reader() -> any RowReader { Reader() }

    private struct Reader: RowReader {
        mutating func move(to row: Int) {}
        func value(_ column: Int) -> SQLValue { .null }
    }
}
