internal import GRDB
internal import Glibc

/// What keeps a database safe over the years: looking at its health, copying it while it is used.
public enum DatabaseCare {
    /// What a look at every page and table of a database found.
    public struct Health: Hashable, Sendable {
        /// In SQLite's words or ours; none of a sound database.
        public var faults: [String]
        public var cases: Int
        public var incidents: Int
        public var ledgerEntries: Int
        /// The number of the last migration that was applied.
        public var schema: Int
        public var bytes: Int64

        init(
            faults: [String], cases: Int, incidents: Int, ledgerEntries: Int, schema: Int,
            bytes: Int64
        ) {
            self.faults = faults
            self.cases = cases
            self.incidents = incidents
            self.ledgerEntries = ledgerEntries
            self.schema = schema
            self.bytes = bytes
        }

        /// Of a file that cannot be opened as a database.
        public init(damagedBecause reason: String) {
            self.init(
                faults: [reason], cases: 0, incidents: 0, ledgerEntries: 0, schema: 0, bytes: 0)
        }
    }

    /// As many faults are listed.
    private static let mostFaults = 20

    /// Reads the whole file; changes nothing in it.
    public static func check(_ path: String) throws(StoreError) -> Health {
        switch try DatabaseHeader.read(path) {
        case .empty: throw .noFile(path: path)
        case .garbage: throw .damaged(path: path, reason: "it is no SQLite database")
        case .database(Schema.applicationID, let version):
            if version > Schema.version { throw .newer(path: path, version: version) }
        case .database: throw .foreign(path: path)
        }
        do {
            let queue = try ReadOnlyDatabase(path: path).connect()
            let found = try queue.read { try health($0, path) }
            try queue.close()
            return found
        } catch let error as DatabaseError {
            let fault = storeError(error, path: path)
            // Damage so deep that not even the schema can be read is what was looked for.
            if case .damaged(_, let reason) = fault { return Health(damagedBecause: reason) }
            throw fault
        } catch {
            throw .failed(path: path, reason: "\(error)")
        }
    }

    private static func health(_ database: Database, _ path: String) throws -> Health {
        var faults: [String] = []
        let schema = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        do {
            let lines = try String.fetchAll(
                database, sql: "PRAGMA integrity_check(\(mostFaults))")
            if lines != ["ok"] { faults += lines }
            let broken = try Row.fetchAll(database, sql: "PRAGMA foreign_key_check")
            for row in broken.prefix(mostFaults) {
                faults.append("a row of \(row[0] as String) names a row that is not there")
            }
        } catch let error as DatabaseError {
            faults.append(error.message ?? "\(error.resultCode)")
        }
        if schema >= 3 {
            let lost = countOrNone(
                database,
                """
                SELECT count(*) FROM incidents
                WHERE number NOT IN (SELECT number FROM incident_documents)
                """)
            if let lost, lost > 0 { faults.append("the contents of \(lost) incidents are missing") }
        }
        var status = stat()
        _ = stat(path, &status)
        return Health(
            faults: Array(faults.prefix(mostFaults)),
            cases: countOrNone(database, "SELECT count(*) FROM cases") ?? 0,
            incidents: countOrNone(database, "SELECT count(*) FROM incidents") ?? 0,
            ledgerEntries: countOrNone(
                database, "SELECT count(*) FROM ledger WHERE kind = 'confirmed'") ?? 0,
            schema: schema, bytes: Int64(status.st_size))
    }

    /// `nil` where the table is not there or cannot be read.
    private static func countOrNone(_ database: Database, _ sql: String) -> Int? {
        try? Int.fetchOne(database, sql: sql)
    }

    /// Copies a database while others use it: all of one moment (SQLite's online backup).
    ///
    /// - Parameter target: is not there yet; it appears when it is whole.
    /// - Returns: its size in bytes.
    public static func backUp(_ path: String, to target: String) throws(StoreError) -> Int64 {
        switch try DatabaseHeader.read(path) {
        case .empty: throw .noFile(path: path)
        case .garbage: throw .damaged(path: path, reason: "it is no SQLite database")
        case .database(Schema.applicationID, _): break
        case .database: throw .foreign(path: path)
        }
        if access(target, F_OK) == 0 { throw .exists(path: target) }
        let partial = "\(target).\(getpid()).partial"
        defer { for suffix in ["", "-wal", "-shm", "-journal"] { unlink(partial + suffix) } }
        try copy(path, to: partial)
        // A rename would replace a file that somebody has made meanwhile.
        guard link(partial, target) == 0 else {
            throw errno == EEXIST
                ? .exists(path: target)
                : .folder(path: target, reason: String(cString: strerror(errno)))
        }
        var status = stat()
        _ = stat(target, &status)
        return Int64(status.st_size)
    }

    private static func copy(_ path: String, to partial: String) throws(StoreError) {
        if mknod(partial, S_IFREG | 0o600, 0) != 0 {
            switch errno {
            case EACCES, EROFS, EPERM: throw .readOnly(path: partial)
            case let code: throw .folder(path: partial, reason: String(cString: strerror(code)))
            }
        }
        do {
            let source = try ReadOnlyDatabase(path: path).connect()
            let copy = try DatabaseQueue(path: partial)
            try source.backup(to: copy)
            // One file that can be carried away; `synchronous` puts it on the disk.
            try copy.writeWithoutTransaction { database in
                try database.execute(
                    sql: "PRAGMA synchronous = FULL; PRAGMA journal_mode = DELETE")
            }
            try copy.close()
            try source.close()
        } catch let error as DatabaseError {
            throw storeError(error, path: error.resultCode == .SQLITE_CORRUPT ? path : partial)
        } catch {
            throw .failed(path: path, reason: "\(error)")
        }
    }
}
