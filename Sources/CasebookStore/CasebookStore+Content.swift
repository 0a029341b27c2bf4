public import Casebook
internal import GRDB
internal import Synchronization

extension CasebookStore {
    /// The whole casebook, if the index was built from files with this hash.
    ///
    /// - Parameter roots: the casebook folders as given now; the cases' folders are adjusted when
    ///   the same files lay elsewhere when the index was built.
    public func casebook(hash: String, roots: [String] = []) -> Casebook? {
        state.withLock { state in
            if state.location == .inMemory {
                return state.current.flatMap { $0.casebook.hash == hash ? $0.casebook : nil }
            }
            guard
                let content = try? state.database.queue.read({
                    try Self.load($0, hash: hash, roots: roots)
                })
            else { return nil }
            state.current = content
            return content.casebook
        }
    }

    /// Diagnostics that were given to `rebuild` with the casebook that is in use.
    public var faults: [String] { state.withLock { $0.current?.faults ?? [] } }

    private static func load(
        _ database: Database, hash: String, roots: [String]
    ) throws -> Content? {
        let row = try Row.fetchOne(
            database,
            sql: "SELECT roots, checksum, model FROM casebook WHERE hash = ? AND encoding = ?",
            arguments: [hash, CasebookBytes.version])
        guard let row else { return nil }
        let model = try row.withUnsafeData(atIndex: 2) { $0.map(Array.init) ?? [] }
        guard Int64(bitPattern: checksum(model)) == row[1] as Int64 else { return nil }
        let stored = (row[0] as String).split(separator: "\n").map(String.init)
        let casebook = try CasebookBytes.decode(model) { folder in
            moved(folder, from: stored, to: roots)
        }
        let faults = try String.fetchAll(database, sql: "SELECT fault FROM faults ORDER BY number")
        return Content(casebook: casebook, roots: roots, faults: faults)
    }

    static func moved(_ folder: String, from: [String], to: [String]) -> String {
        guard from != to, from.count == to.count else { return folder }
        for (old, new) in zip(from, to) where folder.hasPrefix("\(old)/") {
            return new + folder.dropFirst(old.count)
        }
        return folder
    }

    /// Puts `casebook` in the place of what the index holds, in one transaction: other processes
    /// see the old one or the new one.
    ///
    /// - Parameters:
    ///   - roots: the casebook folders, as `casebook(hash:roots:)` will be given them.
    ///   - faults: diagnostics of cases that were left out, to be told again at the next start.
    public func rebuild(
        from casebook: Casebook, roots: [String] = [], faults: [String] = []
    ) throws(StoreError) {
        let content = Content(casebook: casebook, roots: roots, faults: faults)
        try state.withLock { state throws(StoreError) in
            state.current = content
            try Self.rebuild(&state, content)
        }
    }

    /// Tries the database at hand, then a new one in the place of a damaged one. An index in
    /// memory is only filled when somebody searches it.
    static func rebuild(_ state: inout State, _ content: Content) throws(StoreError) {
        for _ in 0..<2 where state.location != .inMemory {
            do {
                return try write(content, to: state)
            } catch .damaged(let path, let reason) {
                try replace(&state, path: path, reason: reason)
            } catch {
                try moveToMemory(&state, because: error)
            }
        }
        if case .file(let path) = state.location {
            try moveToMemory(&state, because: .failed(path: path, reason: "it was damaged twice"))
        }
    }

    static func write(_ content: Content, to state: State) throws(StoreError) {
        do {
            try state.database.queue.writeWithoutTransaction { database in
                try database.inTransaction(.immediate) {
                    try IndexWriter(database: database, casebook: content.casebook)
                        .write(roots: content.roots, faults: content.faults)
                    return .commit
                }
                // Into the main file, so that the next start need not read a log; another process
                // that reads may prevent it, which does no harm.
                _ = try? database.checkpoint(.truncate)
            }
        } catch let error as DatabaseError {
            throw storeError(error, path: state.path)
        } catch {
            throw .failed(path: state.path, reason: "\(error)")
        }
    }

    static func replace(
        _ state: inout State, path: String, reason: String
    ) throws(StoreError) {
        try? state.database.queue.close()
        let file = DatabaseFile(path: path)
        do {
            if let target = try file.setAside(seen: state.identity) {
                state.notices.append(setAsideNotice(path, reason: reason, target: target))
            }
            state.database = try file.open()
            state.identity = file.identity
        } catch {
            try moveToMemory(&state, because: error)
        }
    }

    private static func moveToMemory(
        _ state: inout State, because error: StoreError
    ) throws(StoreError) {
        state = try memory(keeping: state)
        state.notices.append(memoryNotice(error))
    }

    static func memory(keeping state: State) throws(StoreError) -> State {
        var memory = try open(.inMemory)
        memory.current = state.current
        memory.notices = state.notices
        return memory
    }
}

extension CasebookStore.State {
    var path: String {
        if case .file(let path) = location { path } else { ":memory:" }
    }
}
