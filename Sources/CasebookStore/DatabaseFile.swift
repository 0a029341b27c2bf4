internal import GRDB
internal import Glibc

/// Opens a database file, and tells apart the ways in which it can be unfit.
struct DatabaseFile {
    let path: String
    var limits = Limits()

    struct Limits: Sendable {
        /// How long a connection waits for another's lock.
        var busySeconds = 5.0
        /// For tests: pages that the file may have, as if the disk were full beyond them.
        var pages: Int?
    }

    /// The file that was seen under a path; another process may put a new one in its place.
    struct Identity: Hashable, Sendable {
        var device: UInt
        var inode: UInt
    }

    static func memory() throws -> OpenDatabase {
        let queue = try DatabaseQueue(configuration: configuration(Limits()))
        try Schema.migrator.migrate(queue)
        return OpenDatabase(inMemory: queue)
    }

    func open() throws(StoreError) -> OpenDatabase {
        try makeFolder()
        try makeFile()
        // Two processes that make the database at the same time get in each other's way: SQLite
        // does not wait for the lock when it switches to WAL.
        var tries = 0
        while true {
            do {
                return try OpenDatabase.open(self) { isOpen throws(StoreError) in
                    if !isOpen { try inspect() }
                    return try connect()
                }
            } catch .busy where Double(tries) * 0.05 < limits.busySeconds {
                tries += 1
                usleep(50_000)
            } catch {
                throw error
            }
        }
    }

    /// Refuses what is not ours before SQLite touches it.
    private func inspect() throws(StoreError) {
        switch try DatabaseHeader.read(path) {
        case .empty, .database(application: 0, _): return
        case .garbage: throw .damaged(path: path, reason: "it is no SQLite database")
        case .database(Schema.applicationID, let version):
            if version > Schema.version { throw .newer(path: path, version: version) }
        case .database: throw .foreign(path: path)
        }
    }

    private func connect() throws(StoreError) -> DatabaseQueue {
        do {
            let queue = try DatabaseQueue(path: path, configuration: Self.configuration(limits))
            let needsMigration = try queue.read(needsMigration)
            try queue.writeWithoutTransaction { database in
                // Stays in the file once set; only now is it sure that the file is ours.
                try database.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
            }
            if needsMigration { try migrate(queue) }
            return queue
        } catch let error as DatabaseError {
            throw storeError(error, path: path)
        } catch let error as StoreError {
            throw error
        } catch {
            throw .failed(path: path, reason: "\(error)")
        }
    }

    private static func configuration(_ limits: Limits) -> Configuration {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(limits.busySeconds)
        configuration.label = "casebook"
        configuration.prepareDatabase { database in
            // The texts come from files that anybody may have written.
            try database.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")
            if let pages = limits.pages {
                try database.execute(sql: "PRAGMA max_page_count = \(pages)")
            }
        }
        return configuration
    }

    /// Whether the schema is behind; throws for files of other programs and of later versions.
    private func needsMigration(_ database: Database) throws -> Bool {
        let application = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        if application == Schema.applicationID {
            if version > Schema.version { throw StoreError.newer(path: path, version: version) }
            return version < Schema.version
        }
        // GRDB makes its table of migrations before the first one sets the application's id.
        let tables = try String.fetchAll(database, sql: "SELECT tbl_name FROM sqlite_schema")
        guard application == 0, Set(tables).isSubset(of: ["grdb_migrations"]) else {
            throw StoreError.foreign(path: path)
        }
        return true
    }

    private func migrate(_ queue: DatabaseQueue) throws {
        do {
            try Schema.migrator.migrate(queue)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_ERROR {
            // Another process may have applied the migration between our look and our try.
            if try queue.read(needsMigration) { throw error }
        }
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
    /// SQLite would wait for ever on a pipe. No descriptor is opened, see `OpenDatabase`.
    private func makeFile() throws(StoreError) {
        if mknod(path, S_IFREG | 0o600, 0) != 0 {
            switch errno {
            case EEXIST: break
            case EACCES, EROFS, EPERM: throw .readOnly(path: path)
            case ENOSPC, EDQUOT: throw .full(path: path)
            case let code: throw .folder(path: path, reason: String(cString: strerror(code)))
            }
        }
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw .notAFile(path: path)
        }
        guard access(path, R_OK | W_OK) == 0 else { throw .readOnly(path: path) }
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
    // The log's index in shared memory is a file, too.
    case .SQLITE_IOERR where hasNoRoom(path): return .full(path: path)
    case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH: return .readOnly(path: path)
    default: return .failed(path: path, reason: reason)
    }
}

/// Whether the disk of `path` has no room for a handful of pages.
private func hasNoRoom(_ path: String) -> Bool {
    var facts = statvfs()
    return statvfs(path, &facts) == 0 && UInt64(facts.f_bavail) * UInt64(facts.f_frsize) < 64 << 10
}
