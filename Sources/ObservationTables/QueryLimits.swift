internal import GRDBSQLite

/// What one query may use up.
public struct QueryLimits: Hashable, Sendable {
    public var seconds: Double
    /// Rows of the result; more are cut off.
    public var rows: Int
    /// Bytes that SQLite may take for sorting, grouping and values, beside the tables.
    public var memory: Int

    /// Far more than a question of a hundred thousand flows needs (measured: `Benchmarks`), far
    /// less than what hurts the service that this runs beside.
    public init(seconds: Double = 10, rows: Int = 100_000, memory: Int = 256 << 20) {
        self.seconds = seconds
        self.rows = rows
        self.memory = memory
    }

    /// Instructions of SQLite's machine between two looks at clock and memory: with values of
    /// `longestValue` at most, 250 MB more at the worst.
    static let instructionsBetweenLooks: Int32 = 250

    /// Of `sqlite3_limit` (sqlite.org/limits.html): a hostile query compiles in little time and
    /// makes no large value.
    static let ofSQLite: [(limit: Int32, value: Int32)] = [
        (SQLITE_LIMIT_LENGTH, 1 << 20), (SQLITE_LIMIT_SQL_LENGTH, 100_000),
        (SQLITE_LIMIT_COLUMN, 200), (SQLITE_LIMIT_EXPR_DEPTH, 200),
        (SQLITE_LIMIT_COMPOUND_SELECT, 50), (SQLITE_LIMIT_VDBE_OP, 100_000),
        (SQLITE_LIMIT_FUNCTION_ARG, 32), (SQLITE_LIMIT_ATTACHED, 0),
        (SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 200), (SQLITE_LIMIT_VARIABLE_NUMBER, 1),
        (SQLITE_LIMIT_TRIGGER_DEPTH, 0), (SQLITE_LIMIT_WORKER_THREADS, 0),
    ]
}
