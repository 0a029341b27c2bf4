/// A table of observations as SQLite reads it, row by row, where the rows lie.
final class VirtualTable {
    /// What a read of the table is to begin with.
    struct Start {
        var row: Int?
        var index: ColumnIndex?
    }

    let definition: TableDefinition
    let rows: any TableRows
    /// How often rows with a given value were asked for, by column.
    private var lookups: [Int: Int] = [:]
    private var indexes: [Int: ColumnIndex] = [:]

    init(_ definition: TableDefinition, _ rows: any TableRows) {
        self.definition = definition
        self.rows = rows
    }

    /// All rows, in their order.
    var all: Start { Start(row: rows.count > 0 ? 0 : nil, index: nil) }

    /// At least the rows whose `column` equals `value`.
    ///
    /// The second question of this kind makes an index: a join asks for each row of the other
    /// table, and one question alone is answered sooner by looking at all rows.
    func rows(where column: Int, equals value: SQLValue) -> Start {
        if case .null = value { return Start(row: nil, index: nil) }
        guard definition.columns.indices.contains(column),
            let key = Self.key(value, definition.columns[column].kind)
        else { return all }
        if indexes[column] == nil {
            lookups[column, default: 0] += 1
            if lookups[column] == 1 { return all }
            indexes[column] = ColumnIndex(rows, column: column)
        }
        return Start(row: indexes[column]?.first(key), index: indexes[column])
    }

    /// As the column holds it; `nil` where SQLite's comparison knows more than equality of values.
    private static func key(_ value: SQLValue, _ kind: TableDefinition.Kind) -> SQLValue? {
        switch (value, kind) {
        case (.integer, .integer), (.real, .real), (.text, .text): value
        case (.real(let number), .integer): Int64(exactly: number).map(SQLValue.integer)
        case (.integer(let number), .real): Double(exactly: number).map(SQLValue.real)
        default: nil
        }
    }
}

/// One reading of a table.
final class TableCursor {
    private let table: VirtualTable
    private var reader: any RowReader
    private var index: ColumnIndex?
    private(set) var row: Int?

    init(_ table: VirtualTable) {
        self.table = table
        reader = table.rows.reader()
    }

    func begin(_ start: VirtualTable.Start) {
        index = start.index
        stand(at: start.row)
    }

    func next() {
        guard let row else { return }
        if let index {
            stand(at: index.next(after: row))
        } else {
            stand(at: row + 1 < table.rows.count ? row + 1 : nil)
        }
    }

    func value(_ column: Int) -> SQLValue { row == nil ? .null : reader.value(column) }

    private func stand(at place: Int?) {
        row = place
        if let place { reader.move(to: place) }
    }
}
