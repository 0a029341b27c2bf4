internal import GRDBSQLite

/// A private database in memory whose tables are observations, which can only be read.
///
/// Queries come from people and from case files: they can read the tables and do nothing else,
/// for a bounded time, in bounded memory and with a bounded result.
@safe public struct ObservationDatabase: ~Copyable {
    public struct Result: Hashable, Sendable {
        public var columns: [String]
        public var rows: [[SQLValue]]
        /// Whether there are more rows than were wanted.
        public var isTruncated: Bool
    }

    /// Bytes of text in a result.
    private static let largestResult = 64 << 20

    private let handle: OpaquePointer
    private var tables: Set<String> = []

    public init() throws(SQLFault) {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX
        let code = unsafe sqlite3_open_v2(":memory:", &opened, flags, nil)
        // What a query sorts and groups is not to fill a disk.
        let setting = "PRAGMA temp_store = MEMORY"
        guard code == SQLITE_OK, let opened = unsafe opened,
            unsafe sqlite3_exec(opened, setting, nil, nil, nil) == SQLITE_OK
        else {
            unsafe sqlite3_close_v2(opened)
            throw .failed(message: "SQLite cannot open a database in memory (code \(code))")
        }
        unsafe handle = opened
        for (limit, value) in QueryLimits.ofSQLite { unsafe sqlite3_limit(opened, limit, value) }
    }

    deinit { unsafe sqlite3_close_v2(handle) }

    /// Makes a table known; its rows are read whenever a query asks for them.
    public mutating func add(
        _ table: TableDefinition, rows: any TableRows
    ) throws(SQLFault) {
        let virtual = VirtualTable(table, rows)
        guard unsafe virtual.register(on: handle) == SQLITE_OK else { throw failure }
        // Connects it: the authorizer of a query would forbid the declaration of its columns.
        _ = try unsafe SQLiteStatement("SELECT 1 FROM \(table.name)", on: handle)
        tables.insert(table.name)
    }

    private var failure: SQLFault {
        .failed(message: unsafe String(cString: sqlite3_errmsg(handle)))
    }

    /// Looks whether `sql` is one `SELECT` over the tables, without running it.
    ///
    /// - Returns: names of the tables that it reads, and of its columns.
    public func check(
        _ sql: String
    ) throws(SQLFault) -> (tables: Set<String>, columns: [String]) {
        let keeper = QueryGuard(tables: tables, limits: QueryLimits(), memory: 0) { true }
        var columns: [String] = []
        try guarded(by: keeper) { () throws(SQLFault) in columns = try statement(sql).columns }
        return (keeper.read, columns)
    }

    /// Runs one `SELECT`.
    ///
    /// SQLite counts memory for the whole process, and the last resort, a limit at twice
    /// `limits.memory`, holds for all of it while the query runs.
    ///
    /// - Parameter goOn: asked while the query runs; `false` ends it with `interrupted`.
    public func query(
        _ sql: String, limits: QueryLimits, goOn: @escaping () -> Bool = { true }
    ) throws(SQLFault) -> Result {
        let used = Int(sqlite3_memory_used())
        let keeper = QueryGuard(
            tables: tables, limits: limits, memory: used + limits.memory, goOn: goOn)
        let before = sqlite3_hard_heap_limit64(-1)
        if before <= 0 { sqlite3_hard_heap_limit64(Int64(used + 2 * limits.memory)) }
        defer { if before <= 0 { sqlite3_hard_heap_limit64(0) } }
        var result = Result(columns: [], rows: [], isTruncated: false)
        try guarded(by: keeper) { () throws(SQLFault) in
            result = try rows(of: try statement(sql), limits, keeper)
        }
        return result
    }

    /// Has SQLite ask `keeper` about all that `body` compiles and runs.
    private func guarded(
        by keeper: QueryGuard, _ body: () throws(SQLFault) -> Void
    ) throws(SQLFault) {
        let context = unsafe Unmanaged.passUnretained(keeper).toOpaque()
        unsafe sqlite3_set_authorizer(handle, authorize, context)
        unsafe sqlite3_progress_handler(
            handle, QueryLimits.instructionsBetweenLooks, watchProgress, context)
        defer {
            unsafe sqlite3_set_authorizer(handle, nil, nil)
            unsafe sqlite3_progress_handler(handle, 0, nil, nil)
            withExtendedLifetime(keeper) {}
        }
        try body()
    }

    private func rows(
        of statement: borrowing SQLiteStatement, _ limits: QueryLimits, _ keeper: QueryGuard
    ) throws(SQLFault) -> Result {
        var result = Result(columns: statement.columns, rows: [], isTruncated: false)
        var size = 0
        while true {
            let code = statement.step()
            if code == SQLITE_DONE { return result }
            guard code == SQLITE_ROW else { throw fault(code, keeper, limits) }
            guard result.rows.count < limits.rows, size < Self.largestResult else {
                result.isTruncated = true
                return result
            }
            let row = result.columns.indices.map { statement.value(Int32($0)) }
            for case .text(let text) in row { size += text.utf8.count }
            result.rows.append(row)
        }
    }

    private func fault(_ code: Int32, _ keeper: QueryGuard, _ limits: QueryLimits) -> SQLFault {
        switch keeper.end {
        case .stopped: return .interrupted
        case .late: return .timedOut(seconds: limits.seconds)
        case .large: return .tooLarge(limit: limits.memory)
        case nil: break
        }
        if code == SQLITE_NOMEM { return .tooLarge(limit: limits.memory) }
        return .wrong(message: unsafe String(cString: sqlite3_errmsg(handle)), offset: nil)
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
