internal import GRDBSQLite

/// Decides what a query may do and how long; SQLite asks it while it compiles and runs one.
final class QueryGuard {
    /// Why a query had to end.
    enum End {
        case stopped, late, large
    }

    /// Names of the tables that may be read.
    private let tables: Set<String>
    private let goOn: () -> Bool
    private let deadline: ContinuousClock.Instant
    /// What SQLite may have taken for the whole process, in bytes.
    private let memory: Int
    private(set) var end: End?
    /// Names of the tables that the query reads.
    private(set) var read: Set<String> = []

    init(
        tables: Set<String>, limits: QueryLimits, memory: Int, goOn: @escaping () -> Bool
    ) {
        self.tables = tables
        self.memory = memory
        self.goOn = goOn
        deadline = .now + .seconds(limits.seconds)
    }

    /// `SELECT`, our tables, recursion, and functions that only compute.
    func allows(_ action: Int32, _ first: String?, _ second: String?) -> Bool {
        switch action {
        case SQLITE_SELECT, SQLITE_RECURSIVE: return true
        case SQLITE_READ: return mayRead(first ?? "", column: second ?? "")
        case SQLITE_FUNCTION: return QueryFunctions.allowed.contains(second?.lowercased() ?? "")
        default: return false
        }
    }

    /// A table of which no column is read, as in `count(*)`, comes without a column's name, and so
    /// does a common table expression, which is the query's own.
    private func mayRead(_ table: String, column: String) -> Bool {
        if tables.contains(table) {
            read.insert(table)
            return true
        }
        return column.isEmpty && !Self.isOfSQLite(table.lowercased())
    }

    /// Tables that are there without anybody's doing: the schema, pragmas, modules of the library.
    private static func isOfSQLite(_ table: String) -> Bool {
        ["sqlite_", "pragma_", "json_", "fts", "rtree", "geopoly", "dbstat", "bytecode", "tables_"]
            .contains { table.hasPrefix($0) }
    }

    /// - Returns: whether the query must end.
    func mustStop() -> Bool {
        if !goOn() {
            end = .stopped
        } else if ContinuousClock.now >= deadline {
            end = .late
        } else if Int(sqlite3_memory_used()) > memory {
            end = .large
        }
        return end != nil
    }
}

/// `sqlite3_set_authorizer`: the context is a `QueryGuard` that lives longer than the connection
/// asks.
let authorize:
    @convention(c) (
        UnsafeMutableRawPointer?, Int32, UnsafePointer<CChar>?, UnsafePointer<CChar>?,
        UnsafePointer<CChar>?, UnsafePointer<CChar>?
    ) -> Int32 = { context, action, first, second, _, _ in
        guard let context = unsafe context else { return SQLITE_DENY }
        let keeper = unsafe Unmanaged<QueryGuard>.fromOpaque(context).takeUnretainedValue()
        let names = unsafe [first, second].map { name in
            unsafe name.map { unsafe String(cString: $0) }
        }
        return keeper.allows(action, names[0], names[1]) ? SQLITE_OK : SQLITE_DENY
    }

/// `sqlite3_progress_handler`.
let watchProgress: @convention(c) (UnsafeMutableRawPointer?) -> Int32 = { context in
    guard let context = unsafe context else { return 1 }
    let keeper = unsafe Unmanaged<QueryGuard>.fromOpaque(context).takeUnretainedValue()
    return keeper.mustStop() ? 1 : 0
}
