/// What a value of a table is.
public enum SQLValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
}

/// A table of observations: its name and columns are a promise to those who write queries.
public struct TableDefinition: Hashable, Sendable {
    public enum Kind: String, Sendable {
        case integer = "INTEGER"
        case real = "REAL"
        case text = "TEXT"
    }

    public struct Column: Hashable, Sendable {
        public var name: String
        public var kind: Kind
        /// With its unit, and what NULL says.
        public var meaning: String

        public init(_ name: String, _ kind: Kind, _ meaning: String) {
            self.name = name
            self.kind = kind
            self.meaning = meaning
        }
    }

    public var name: String
    /// What one row is.
    public var summary: String
    public var columns: [Column]

    public init(_ name: String, _ summary: String, _ columns: [Column]) {
        self.name = name
        self.summary = summary
        self.columns = columns
    }

    /// What `sqlite3_declare_vtab` is told. Names come from our own source, never from outside.
    var declaration: String {
        let list = columns.map { "\($0.name) \($0.kind.rawValue)" }.joined(separator: ", ")
        return "CREATE TABLE x (\(list))"
    }
}

/// Why a query has no result.
public enum SQLFault: Error, Hashable, Sendable {
    /// SQLite's words, and the bytes before the place in the query where it knows one.
    case wrong(message: String, offset: Int?)
    /// It would do something else than reading the tables.
    case notAllowed(message: String)
    case severalStatements
    case empty
    case timedOut(seconds: Double)
    /// It would need more memory than a query may have, in bytes.
    case tooLarge(limit: Int)
    case interrupted
    /// The tables could not be made: no memory, for example.
    case failed(message: String)
}
