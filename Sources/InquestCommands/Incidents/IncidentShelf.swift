import CasebookStore
import Synchronization
import Triage

/// The incidents in the database, and what this process knows of each: which state it wrote or
/// read last.
///
/// It has a connection of its own, apart from that of the index, which goes on in memory when the
/// index is another process's.
final class IncidentShelf: Sendable {
    private struct State {
        var store: CasebookStore?
        var reading: CasebookStore?
        var revisions: [String: Int] = [:]
        /// What this process kept last of an incident, wherever that was.
        var written: [String: [UInt8]] = [:]
        /// Where another process went on with the same incident, ours has an id of its own.
        var forks: [String: String] = [:]
    }

    let path: String
    /// Whether sessions of earlier versions belong into this database.
    let isDefault: Bool
    private let state = Mutex(State())

    init(path: String, isDefault: Bool) {
        self.path = path
        self.isDefault = isDefault
    }

    /// Opened when it is needed; tried again at each need where it failed.
    func open() throws(StoreError) -> CasebookStore {
        try state.withLock { state throws(StoreError) in
            if let store = state.store { return store }
            let store = try CasebookStore(location: .file(path))
            state.store = store
            return store
        }
    }

    /// The same, or where nothing can be written, for reading alone.
    func openForReading() throws(StoreError) -> CasebookStore {
        do {
            return try open()
        } catch .damaged(let path, let reason) {
            throw .damaged(path: path, reason: reason)
        } catch {
            if let store = state.withLock({ $0.reading }) { return store }
            guard let store = try? CasebookStore(reading: path) else { throw error }
            state.withLock { $0.reading = store }
            return store
        }
    }

    /// The id under which an incident of this process is kept.
    func id(of id: String) -> String { state.withLock { $0.forks[id] ?? id } }

    /// - Returns: the id that it has now, where another process had gone on with it.
    func keep(_ session: SessionFile) throws(StoreError) -> String? {
        let store = try open()
        var session = session
        session.id = id(of: session.id)
        let known = state.withLock { $0.revisions[session.id] }
        do {
            try keep(session, after: known, in: store)
            return nil
        } catch .changedMeanwhile(let id) {
            // Another process may have taken up what we had to keep in a file.
            if let found = try store.document(of: id),
                found.bytes == state.withLock({ $0.written[id] })
            {
                try keep(session, after: found.revision, in: store)
                return nil
            }
            let fork = SessionStore.newID()
            state.withLock { $0.forks[id] = fork }
            session.id = fork
            session.resolved = nil
            try keep(session, after: nil, in: store)
            return fork
        }
    }

    private func keep(
        _ session: SessionFile, after revision: Int?, in store: CasebookStore
    ) throws(StoreError) {
        let record = session.record
        let next = try store.keep(record, after: revision)
        state.withLock {
            $0.revisions[session.id] = next
            $0.written[session.id] = record.document
        }
    }

    /// Notes that an incident was read; what is written next follows that state.
    func note(_ id: String, revision: Int) {
        state.withLock { $0.revisions[id] = revision }
    }

    /// Notes what was kept in a file instead.
    func note(_ id: String, written bytes: [UInt8]) {
        state.withLock { $0.written[id] = bytes }
    }
}
