internal import GRDBSQLite

/// Decides what a query may do and how long; SQLite asks it while it compiles and runs one.
final class QueryGuard {
    /// Names of the tables that may be read.
    private let tables: Set<String>
    private let goOn: () -> Bool
    private let deadline: ContinuousClock.Instant
    private(set) var wasStopped = false
    private(set) var timedOut = false

    init(tables: Set<String>, deadline: ContinuousClock.Instant, goOn: @escaping () -> Bool) {
        self.tables = tables
        self.deadline = deadline
        self.goOn = goOn
    }

    /// `SELECT`, our tables, recursion, and functions that only compute.
    func allows(_ action: Int32, _ first: String?, _ second: String?) -> Bool {
        switch action {
        case SQLITE_SELECT, SQLITE_RECURSIVE: true
        case SQLITE_READ: first.map(tables.contains) ?? false
        case SQLITE_FUNCTION: !Self.forbidden.contains(second?.lowercased() ?? "")
        default: false
        }
    }

    /// They reach out of the database, or make values of any size.
    private static let forbidden: Set<String> = [
        "load_extension", "readfile", "writefile", "edit", "fts3_tokenizer", "zeroblob",
        "randomblob", "sqlite_log",
    ]

    /// - Returns: whether the query must end.
    func mustStop() -> Bool {
        if !goOn() { wasStopped = true }
        if ContinuousClock.now >= deadline { timedOut = true }
        return wasStopped || timedOut
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
