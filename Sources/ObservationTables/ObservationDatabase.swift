internal import GRDBSQLite

/// A private database in memory that holds tables of observations, filled once and then only read.
///
/// Queries come from people and from case files: they can read the tables and do nothing else,
/// for a bounded time and with a bounded result.
@safe public struct ObservationDatabase: ~Copyable {
    public struct Result: Hashable, Sendable {
        public var columns: [String]
        public var rows: [[SQLValue]]
        /// Whether there are more rows than were wanted.
        public var isTruncated: Bool
    }

    /// Instructions of SQLite's machine between two looks at the clock.
    private static let instructionsBetweenLooks: Int32 = 10_000
    private static let longestValue: Int32 = 4 << 20
    /// Bytes of text in a result.
    private static let largestResult = 64 << 20
    private static let longestQuery: Int32 = 100_000

    private let handle: OpaquePointer
    private var tables: Set<String> = []

    public init() throws(SQLFault) {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX
        let code = unsafe sqlite3_open_v2(":memory:", &opened, flags, nil)
        guard code == SQLITE_OK, let opened = unsafe opened else {
            unsafe sqlite3_close_v2(opened)
            throw .failed(message: "SQLite cannot open a database in memory (code \(code))")
        }
        unsafe handle = opened
        for (limit, value) in [
            (SQLITE_LIMIT_LENGTH, Self.longestValue), (SQLITE_LIMIT_SQL_LENGTH, Self.longestQuery),
            (SQLITE_LIMIT_ATTACHED, 0), (SQLITE_LIMIT_EXPR_DEPTH, 200),
        ] {
            unsafe sqlite3_limit(opened, limit, value)
        }
    }

    deinit { unsafe sqlite3_close_v2(handle) }

    /// Makes a table and fills it; a row has a value for each column.
    public mutating func add(
        _ table: TableDefinition, rows: some Sequence<[SQLValue]>
    ) throws(SQLFault) {
        try execute(table.creation)
        tables.insert(table.name)
        let insertion = try unsafe SQLiteStatement(table.insertion, on: handle)
        try execute("BEGIN")
        for row in rows {
            for (index, value) in row.enumerated() {
                insertion.bind(value, at: Int32(index + 1))
            }
            guard insertion.step() == SQLITE_DONE else { throw failure }
            insertion.reset()
        }
        try execute("COMMIT")
    }

    private func execute(_ sql: String) throws(SQLFault) {
        let statement = try unsafe SQLiteStatement(sql, on: handle)
        guard statement.step() == SQLITE_DONE else { throw failure }
    }

    private var failure: SQLFault {
        .failed(message: unsafe String(cString: sqlite3_errmsg(handle)))
    }

    /// Runs one `SELECT`.
    ///
    /// - Parameters:
    ///   - seconds: for the query; then it ends with `timedOut`.
    ///   - limit: rows at most.
    ///   - goOn: asked while the query runs; `false` ends it with `interrupted`.
    public func query(
        _ sql: String, seconds: Double, limit: Int, goOn: @escaping () -> Bool = { true }
    ) throws(SQLFault) -> Result {
        let keeper = QueryGuard(
            tables: tables, deadline: .now + .seconds(seconds), goOn: goOn)
        let context = unsafe Unmanaged.passUnretained(keeper).toOpaque()
        unsafe sqlite3_set_authorizer(handle, authorize, context)
        unsafe sqlite3_progress_handler(
            handle, Self.instructionsBetweenLooks, watchProgress, context)
        defer {
            unsafe sqlite3_set_authorizer(handle, nil, nil)
            unsafe sqlite3_progress_handler(handle, 0, nil, nil)
            withExtendedLifetime(keeper) {}
        }
        let statement = try statement(sql)
        var result = Result(columns: statement.columns, rows: [], isTruncated: false)
        var size = 0
        while true {
            let code = statement.step()
            if code == SQLITE_DONE { return result }
            guard code == SQLITE_ROW else {
                if keeper.wasStopped { throw .interrupted }
                if keeper.timedOut { throw .timedOut(seconds: seconds) }
                throw .wrong(message: unsafe String(cString: sqlite3_errmsg(handle)), offset: nil)
            }
            guard result.rows.count < limit, size < Self.largestResult else {
                result.isTruncated = true
                return result
            }
            let row = result.columns.indices.map { statement.value(Int32($0)) }
            for case .text(let text) in row { size += text.utf8.count }
            result.rows.append(row)
        }
    }

    private func statement(_ sql: String) throws(SQLFault) -> SQLiteStatement {
        let statement = try unsafe SQLiteStatement(sql, on: handle)
        if statement.isEmpty { throw .empty }
        guard statement.isReadOnly else {
            throw .notAllowed(message: "only SELECT can be asked")
        }
        let rest = String(decoding: sql.utf8.suffix(statement.rest), as: UTF8.self)
        if try unsafe !SQLiteStatement(rest, on: handle).isEmpty { throw .severalStatements }
        return statement
    }
}
