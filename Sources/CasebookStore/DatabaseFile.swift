internal import GRDB
internal import Glibc

/// Opens a database file, and tells apart the ways in which it can be unfit.
struct DatabaseFile {
    let path: String
    /// For tests: pages that the file may have, as if the disk were full beyond them.
    var pageLimit: Int?

    /// The file that was seen under a path; another process may put a new one in its place.
    struct Identity: Equatable {
        var device: UInt
        var inode: UInt
    }

    static func memory() throws -> DatabaseQueue {
        let queue = try DatabaseQueue(configuration: configuration(pageLimit: nil))
        try Schema.migrator.migrate(queue)
        return queue
    }

    func open() throws(StoreError) -> DatabaseQueue {
        try makeFolder()
        try makeFile()
        // Two processes that make the database at the same time get in each other's way: SQLite
        // does not wait for the lock when it switches to WAL, and a migration may be done already.
        var tries = 0
        while true {
            do {
                return try openOnce()
            } catch StoreError.busy where tries < 50 {
                tries += 1
                usleep(50_000)
            } catch let error as StoreError {
                throw error
            } catch {
                throw .failed(path: path, reason: "\(error)")
            }
        }
    }

    private func openOnce() throws -> DatabaseQueue {
        do {
            var configuration = Self.configuration(pageLimit: pageLimit)
            configuration.journalMode = .wal
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try check(queue)
            return queue
        } catch let error as DatabaseError {
            throw storeError(error, path: path)
        }
    }

    private static func configuration(pageLimit: Int?) -> Configuration {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(5)
        configuration.label = "casebook"
        configuration.prepareDatabase { database in
            // The texts come from files that anybody may have written.
            try database.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")
            if let pageLimit {
                try database.execute(sql: "PRAGMA max_page_count = \(pageLimit)")
            }
        }
        return configuration
    }

    /// Brings the schema up to date; refuses files of other programs and of later versions.
    private func check(_ queue: DatabaseQueue) throws {
        for isLastTry in [false, true] {
            let (application, version, tables) = try queue.read { database in
                (
                    try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0,
                    try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0,
                    try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
                )
            }
            if application == Schema.applicationID, version == Schema.version { return }
            if application == Schema.applicationID, version > Schema.version {
                throw StoreError.newer(path: path, version: version)
            }
            guard
                application == Schema.applicationID || tables == 0 || version == 0 && isOurs(queue)
            else { throw StoreError.foreign(path: path) }
            do {
                try Schema.migrator.migrate(queue)
                return
            } catch let error as DatabaseError
                where error.resultCode == .SQLITE_ERROR && !isLastTry
            {
                // Another process has applied the migration between our look and our try.
                continue
            }
        }
    }

    /// GRDB makes its table of migrations before the first migration sets the application's id.
    private func isOurs(_ queue: DatabaseQueue) -> Bool {
        let names = try? queue.read { database in
            try String.fetchAll(
                database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table'")
        }
        return names == ["grdb_migrations"]
    }

    private func makeFolder() throws(StoreError) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        for count in parts.indices.map({ $0 + 1 }) {
            let folder = parts.prefix(count).joined(separator: "/")
            guard !folder.isEmpty, access(folder, F_OK) != 0 else { continue }
            // Incidents will name hosts and people: for the owner only.
            if mkdir(folder, 0o700) != 0 {
                let code = errno
                guard code != EEXIST else { continue }
                throw .folder(path: path, reason: String(cString: strerror(code)))
            }
        }
    }

    /// Makes an empty file for the owner only, or sees that what is there is a writable file;
    /// SQLite would wait for ever on a pipe.
    private func makeFile() throws(StoreError) {
        let file = Glibc.open(path, O_RDWR | O_CREAT | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, 0o600)
        guard file >= 0 else {
            switch errno {
            case EISDIR: throw .notAFile(path: path)
            case EACCES, EROFS, EPERM: throw .readOnly(path: path)
            case ENOSPC, EDQUOT: throw .full(path: path)
            case let code: throw .folder(path: path, reason: String(cString: strerror(code)))
            }
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw .notAFile(path: path)
        }
    }

    var identity: Identity? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Identity(device: UInt(status.st_dev), inode: UInt(status.st_ino))
    }
}

/// Sorts SQLite's errors by what can be done about them.
func storeError(_ error: DatabaseError, path: String) -> StoreError {
    let reason = error.message ?? error.resultCode.description
    switch error.resultCode {
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: return .damaged(path: path, reason: reason)
    case .SQLITE_BUSY, .SQLITE_LOCKED: return .busy(path: path)
    case .SQLITE_FULL: return .full(path: path)
    case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH: return .readOnly(path: path)
    default: return .failed(path: path, reason: reason)
    }
}
