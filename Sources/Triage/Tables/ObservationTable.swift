public import HostInspection
public import ObservationTables
public import TrafficAnalysis

/// Where the rows of the tables come from.
public struct ObservationSources: Sendable {
    /// `nil` when no host was looked at: its tables are there and empty.
    public var host: HostContext?
    public var captures: [CaptureReport]

    public init(host: HostContext? = nil, captures: [CaptureReport] = []) {
        self.host = host
        self.captures = captures
    }
}

/// A table that can be asked in SQL, and how it is filled. A table is one file and one line in
/// `ObservationTableList.all`.
public protocol ObservationTable: Sendable {
    var definition: TableDefinition { get }
    /// A value for each column, in their order.
    func rows(_ sources: ObservationSources) -> [[SQLValue]]
}

public enum ObservationTableList {
    /// In the order in which they are described.
    public static let all: [any ObservationTable] = [
        SocketsTable(), CountersTable(), ProcessesTable(), LimitsTable(), FlowsTable(),
    ]

    /// The tables, filled.
    public static func database(
        _ sources: ObservationSources
    ) throws(SQLFault) -> ObservationDatabase {
        var database = try ObservationDatabase()
        for table in all { try database.add(table.definition, rows: table.rows(sources)) }
        return database
    }
}

/// A column together with where its value comes from.
struct RowColumn<Row>: Sendable {
    let column: TableDefinition.Column
    let value: @Sendable (Row) -> SQLValue

    private init(
        _ name: String, _ kind: TableDefinition.Kind, _ meaning: String,
        _ value: @escaping @Sendable (Row) -> SQLValue
    ) {
        column = TableDefinition.Column(name, kind, meaning)
        self.value = value
    }

    static func integer(
        _ name: String, _ meaning: String, _ value: @escaping @Sendable (Row) -> Int64?
    ) -> RowColumn {
        RowColumn(name, .integer, meaning) { row in value(row).map(SQLValue.integer) ?? .null }
    }

    static func real(
        _ name: String, _ meaning: String, _ value: @escaping @Sendable (Row) -> Double?
    ) -> RowColumn {
        RowColumn(name, .real, meaning) { row in value(row).map(SQLValue.real) ?? .null }
    }

    static func text(
        _ name: String, _ meaning: String, _ value: @escaping @Sendable (Row) -> String?
    ) -> RowColumn {
        RowColumn(name, .text, meaning) { row in value(row).map(SQLValue.text) ?? .null }
    }
}

/// A table whose rows are values of one type.
protocol RowTable: ObservationTable {
    associatedtype Row
    static var name: String { get }
    static var summary: String { get }
    static var columns: [RowColumn<Row>] { get }
    func values(_ sources: ObservationSources) -> [Row]
}

extension RowTable {
    public var definition: TableDefinition {
        TableDefinition(Self.name, Self.summary, Self.columns.map(\.column))
    }

    public func rows(_ sources: ObservationSources) -> [[SQLValue]] {
        let columns = Self.columns
        return values(sources).map { row in columns.map { $0.value(row) } }
    }
}
