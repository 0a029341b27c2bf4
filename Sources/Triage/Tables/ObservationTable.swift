public import HostInspection
public import ObservationTables
public import TrafficAnalysis

/// Where the rows of the tables come from.
public struct ObservationSources: Sendable {
    /// `nil` when no host was looked at: its tables are there and empty.
    public var host: HostContext?
    public var captures: [CaptureReport]
    public var probes: [TargetReport]

    public init(
        host: HostContext? = nil, captures: [CaptureReport] = [], probes: [TargetReport] = []
    ) {
        self.host = host
        self.captures = captures
        self.probes = probes
    }
}

/// What has to be observed for a table to have rows.
public enum ObservationOrigin: String, CaseIterable, Sendable {
    case capture, host, probe

    /// The option of `inquest sql` that observes it.
    public var option: String {
        switch self {
        case .capture: "--capture FILE"
        case .host: "--host"
        case .probe: "--probe TARGET"
        }
    }
}

/// A table that can be asked in SQL, and where its rows are. A table is one file and one line in
/// `ObservationTableList.all`.
public protocol ObservationTable: Sendable {
    var definition: TableDefinition { get }
    var origin: ObservationOrigin { get }
    /// Why nobody could look at what the rows are of; `nil` when somebody did.
    func obstacle(_ sources: ObservationSources) -> String?
    /// The rows where they lie; a query makes values of those that it looks at.
    func rows(_ sources: ObservationSources) -> any TableRows
}

public enum ObservationTableList {
    /// In the order in which they are described.
    public static let all: [any ObservationTable] = [
        SocketsTable(), CountersTable(), ProcessesTable(), LimitsTable(), FlowsTable(),
        HandshakesTable(), ResetsTable(), DNSQueriesTable(), HTTPRequestsTable(), ProbesTable(),
    ]

    /// The tables over what was observed.
    ///
    /// - Parameter origin: only the tables that this fills; `nil` for all.
    public static func database(
        _ sources: ObservationSources, origin: ObservationOrigin? = nil
    ) throws(SQLFault) -> ObservationDatabase {
        var database = try ObservationDatabase()
        for table in all where origin.map({ $0 == table.origin }) ?? true {
            try database.add(table.definition, rows: table.rows(sources))
        }
        return database
    }
}

/// What has to be kept of a capture for the tables that a query reads.
public struct CaptureNeeds: Hashable, Sendable {
    /// Of each of `TrafficRows`; those beyond are left out, which is said.
    private static let rowLimit = 500_000

    public var flows = false
    /// As `CaptureAnalysis` wants it.
    public var rows = 0

    public init() {}

    /// What screens list beside the digests.
    public static let screens: CaptureNeeds = {
        var needs = CaptureNeeds()
        needs.rows = 100_000
        return needs
    }()

    /// - Parameter tables: names of those that are read.
    public init(tables: Set<String>) {
        flows = tables.contains(FlowsTable.name)
        let hasRows = ObservationTableList.all.contains {
            $0.origin == .capture && $0.definition.name != FlowsTable.name
                && tables.contains($0.definition.name)
        }
        rows = hasRows ? Self.rowLimit : 0
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
    associatedtype Rows: RandomAccessCollection
    typealias Row = Rows.Element
    static var name: String { get }
    static var summary: String { get }
    static var origin: ObservationOrigin { get }
    static var columns: [RowColumn<Rows.Element>] { get }
    /// Cheap to make: a row is made when it is looked at.
    func values(_ sources: ObservationSources) -> Rows
}

extension RowTable {
    public var origin: ObservationOrigin { Self.origin }

    public func obstacle(_ sources: ObservationSources) -> String? {
        switch Self.origin {
        case .capture: sources.captures.isEmpty ? "no capture was read" : nil
        case .host: sources.host == nil ? "no host was looked at" : nil
        case .probe: sources.probes.isEmpty ? "nothing was probed" : nil
        }
    }

    public var definition: TableDefinition {
        TableDefinition(Self.name, Self.summary, Self.columns.map(\.column))
    }

    public func rows(_ sources: ObservationSources) -> any TableRows {
        ColumnRows(rows: values(sources), columns: Self.columns.map(\.value))
    }
}

/// Rows of one type and what makes the columns' values of each.
private struct ColumnRows<Rows: RandomAccessCollection>: TableRows {
    typealias Value = @Sendable (Rows.Element) -> SQLValue

    let rows: Rows
    let columns: [Value]

    var count: Int { rows.count }

    func reader() -> any RowReader { Reader(rows: rows, columns: columns) }

    struct Reader: RowReader {
        let rows: Rows
        let columns: [Value]
        private var place = 0
        /// Made when a column of it is asked for: counting rows makes none.
        private var row: Rows.Element?

        init(rows: Rows, columns: [Value]) {
            self.rows = rows
            self.columns = columns
        }

        mutating func move(to place: Int) {
            self.place = place
            row = nil
        }

        mutating func value(_ column: Int) -> SQLValue {
            let row = self.row ?? rows[rows.index(rows.startIndex, offsetBy: place)]
            self.row = row
            return columns[column](row)
        }
    }
}
