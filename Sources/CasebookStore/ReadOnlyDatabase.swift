internal import GRDB
internal import Glibc

/// A database where nothing can be written: on read-only media, of another user, on a full disk.
struct ReadOnlyDatabase {
    let path: String

    /// - Throws: `.readOnly` where only a migration would make it readable.
    func open() throws(StoreError) -> OpenDatabase {
        try OpenDatabase.open(DatabaseFile(path: path)) { isOpen throws(StoreError) in
            if !isOpen { try inspect() }
            do {
                return try connect()
            } catch let error as DatabaseError {
                throw storeError(error, path: path)
            } catch {
                throw .failed(path: path, reason: "\(error)")
            }
        }
    }

    private func inspect() throws(StoreError) {
        switch try DatabaseHeader.read(path) {
        case .empty: throw .noFile(path: path)
        case .garbage: throw .damaged(path: path, reason: "it is no SQLite database")
        case .database(Schema.applicationID, let version):
            if version > Schema.version { throw .newer(path: path, version: version) }
            if version < Schema.version { throw .readOnly(path: path) }
        case .database: throw .foreign(path: path)
        }
    }

    func connect() throws -> DatabaseQueue {
        do {
            let queue = try DatabaseQueue(path: path, configuration: Self.configuration)
            _ = try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_schema") }
            return queue
        } catch let error as DatabaseError where !hasLog {
            // A log in shared memory cannot be made here, and there is none: nobody writes, and
            // the file alone is the database (https://www.sqlite.org/wal.html#readonly).
            if [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode) { throw error }
            return try DatabaseQueue(path: immutable, configuration: Self.configuration)
        }
    }

    /// Whether there are pages that are in the write-ahead log alone.
    private var hasLog: Bool {
        var status = stat()
        return stat(path + "-wal", &status) == 0 && status.st_size > 0
    }

    /// As a URI (https://www.sqlite.org/uri.html).
    private var immutable: String {
        let digits = Array("0123456789ABCDEF".utf8)
        var name: [UInt8] = []
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "-"):
                name.append(byte)
            default: name += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return "file:" + String(decoding: name, as: UTF8.self) + "?immutable=1"
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")
        }
        return configuration
    }
}

extension CasebookStore {
    /// For reading alone; every attempt to write fails.
    public convenience init(reading path: String) throws(StoreError) {
        self.init(
            State(
                database: try ReadOnlyDatabase(path: path).open(), location: .file(path),
                identity: DatabaseFile(path: path).identity))
    }
}
