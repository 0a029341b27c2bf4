internal import GRDB
internal import Synchronization

/// A connection, and the note that this process has the file open.
///
/// When a process closes any descriptor of a file, it loses all its locks on that file
/// (https://www.sqlite.org/howtocorrupt.html §2.2). `DatabaseHeader` opens and closes files that
/// SQLite may have open; it is therefore kept away from the files noted here.
final class OpenDatabase: Sendable {
    let queue: DatabaseQueue
    private let identity: DatabaseFile.Identity?

    /// How often each file is open in this process.
    private static let files = Mutex<[DatabaseFile.Identity: Int]>([:])

    private init(queue: DatabaseQueue, identity: DatabaseFile.Identity?) {
        self.queue = queue
        self.identity = identity
    }

    init(inMemory queue: DatabaseQueue) {
        self.queue = queue
        identity = nil
    }

    /// Lets `open` run alone in this process and notes the file it has opened.
    ///
    /// - Parameter open: is given whether this process has the file open already.
    static func open(
        _ file: DatabaseFile, _ open: (_ isOpen: Bool) throws(StoreError) -> DatabaseQueue
    ) throws(StoreError) -> OpenDatabase {
        try files.withLock { files throws(StoreError) in
            let isOpen = file.identity.map { files[$0, default: 0] > 0 } ?? false
            let queue = try open(isOpen)
            let identity = file.identity
            if let identity { files[identity, default: 0] += 1 }
            return OpenDatabase(queue: queue, identity: identity)
        }
    }

    deinit {
        try? queue.close()
        if let identity { Self.files.withLock { $0[identity, default: 1] -= 1 } }
    }
}
