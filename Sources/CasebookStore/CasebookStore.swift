public import Casebook
internal import GRDB
internal import Synchronization

/// The index of a casebook in SQLite: the whole model for a fast start, tables for questions, and
/// full-text search. It is built from the casebook's files; deleting it loses no case.
///
/// A method that meets a damaged or full database goes on with a new one, in memory if need be,
/// and says so in `takeNotices()`.
public final class CasebookStore: Sendable {
    public enum Location: Hashable, Sendable {
        case file(String)
        case inMemory
    }

    struct State {
        var queue: DatabaseQueue
        var location: Location
        /// The file as it was when opened.
        var identity: DatabaseFile.Identity?
        /// What the index should hold, to build it again.
        var current: Content?
        var notices: [String] = []
    }

    struct Content: Sendable {
        var casebook: Casebook
        var roots: [String]
        var faults: [String]
    }

    let state: Mutex<State>
    private let pageLimit: Int?

    /// - Throws: when the file cannot be used; it is left as it is.
    public convenience init(location: Location) throws(StoreError) {
        try self.init(location: location, pageLimit: nil)
    }

    init(location: Location, pageLimit: Int?) throws(StoreError) {
        self.pageLimit = pageLimit
        state = Mutex(try Self.open(location, pageLimit: pageLimit))
    }

    private init(state: consuming sending State) {
        pageLimit = nil
        self.state = Mutex(state)
    }

    private static func open(
        _ location: Location, pageLimit: Int?
    ) throws(StoreError) -> sending State {
        switch location {
        case .inMemory:
            do {
                return State(queue: try DatabaseFile.memory(), location: .inMemory)
            } catch {
                throw .failed(path: ":memory:", reason: "\(error)")
            }
        case .file(let path):
            let file = DatabaseFile(path: path, pageLimit: pageLimit)
            let queue = try file.open()
            return State(queue: queue, location: location, identity: file.identity)
        }
    }

    public var location: Location { state.withLock(\.location) }

    /// Sentences about what went wrong since the last call and what was done; paths in them are
    /// as the caller gave them.
    public func takeNotices() -> [String] {
        state.withLock { state in
            defer { state.notices = [] }
            return state.notices
        }
    }
}

extension CasebookStore {
    /// Opens the database, or an index in memory when it cannot be used. A damaged file is set
    /// aside as `NAME.corrupt-N`, never deleted.
    ///
    /// - Parameter path: `nil` when there is no place for a database.
    public static func open(
        preferred path: String?
    ) -> (store: CasebookStore, notices: [String]) {
        guard let path else {
            return inMemory(["There is no home directory: the index is kept in memory."])
        }
        var notices: [String] = []
        // The second try is for the new file, the third for one that another process has made.
        for _ in 0..<3 {
            let file = DatabaseFile(path: path)
            let seen = file.identity
            do {
                return (try CasebookStore(location: .file(path)), notices)
            } catch .damaged(_, let reason) {
                do {
                    if let target = try file.setAside(seen: seen) {
                        notices.append(setAsideNotice(path, reason: reason, target: target))
                    }
                } catch {
                    return inMemory(notices + [memoryNotice(error)])
                }
            } catch {
                return inMemory(notices + [memoryNotice(error)])
            }
        }
        return inMemory(notices + [memoryNotice(.busy(path: path))])
    }

    private static func inMemory(
        _ notices: [String]
    ) -> (store: CasebookStore, notices: [String]) {
        do {
            return (try CasebookStore(location: .inMemory), notices)
        } catch {
            // An empty database in memory needs a few kilobytes and nothing else.
            preconditionFailure("no database in memory: \(error)")
        }
    }

    static func setAsideNotice(_ path: String, reason: String, target: String) -> String {
        "The database \(path) is damaged (\(reason)). It was set aside as \(target) and a new one "
            + "was made from the case files."
    }

    static func memoryNotice(_ error: StoreError) -> String {
        "The index is kept in memory for this run: \(error)."
    }
}

extension CasebookStore {
    /// The whole casebook, if the index was built from files with this hash.
    ///
    /// - Parameter roots: the casebook folders as given now; the cases' folders are adjusted when
    ///   the same files lay elsewhere when the index was built.
    public func casebook(hash: String, roots: [String] = []) -> Casebook? {
        state.withLock { state in
            guard
                let content = try? state.queue.read({ try Self.load($0, hash: hash, roots: roots) })
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

    private static func moved(_ folder: String, from: [String], to: [String]) -> String {
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

    /// Tries the database at hand, then a new one in the place of a damaged one, then memory.
    private static func rebuild(_ state: inout State, _ content: Content) throws(StoreError) {
        do {
            return try write(content, to: state)
        } catch .damaged(let path, let reason) {
            try replace(&state, path: path, reason: reason)
        } catch  where state.location != .inMemory {
            try moveToMemory(&state, because: error)
        }
        do {
            try write(content, to: state)
        } catch  where state.location != .inMemory {
            try moveToMemory(&state, because: error)
            try write(content, to: state)
        }
    }

    private static func write(_ content: Content, to state: State) throws(StoreError) {
        do {
            try state.queue.writeWithoutTransaction { database in
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

    private static func replace(
        _ state: inout State, path: String, reason: String
    ) throws(StoreError) {
        try? state.queue.close()
        let file = DatabaseFile(path: path)
        do {
            if let target = try file.setAside(seen: state.identity) {
                state.notices.append(setAsideNotice(path, reason: reason, target: target))
            }
            state.queue = try file.open()
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

    private static func memory(keeping state: State) throws(StoreError) -> State {
        var memory = try open(.inMemory, pageLimit: nil)
        memory.current = state.current
        memory.notices = state.notices
        return memory
    }
}

extension CasebookStore.State {
    fileprivate var path: String {
        if case .file(let path) = location { path } else { ":memory:" }
    }
}

extension CasebookStore {
    /// Cases whose title, symptoms, body or ids hold the words of `text`, best first. Nothing in
    /// `text` is taken for a query language.
    public func search(_ text: String, limit: Int = 20) throws(StoreError) -> [SearchHit] {
        let query = SearchQuery(text)
        return try state.withLock { state throws(StoreError) in
            do throws(StoreError) {
                if let hits = try Self.hits(query, limit: limit, in: state) { return hits }
                // Another process has built the index from other files; ours is for this run.
                state = try Self.memory(keeping: state)
            } catch {
                guard case .damaged(let path, let reason) = error, state.location != .inMemory
                else { throw error }
                try Self.replace(&state, path: path, reason: reason)
            }
            guard let content = state.current else { return [] }
            try Self.rebuild(&state, content)
            return try Self.hits(query, limit: limit, in: state) ?? []
        }
    }

    /// `nil` when the index does not hold the casebook that is in use.
    private static func hits(
        _ query: SearchQuery, limit: Int, in state: State
    ) throws(StoreError) -> [SearchHit]? {
        do {
            return try state.queue.read { database in
                let stored = try String.fetchOne(database, sql: "SELECT hash FROM casebook")
                if let current = state.current, current.casebook.hash != stored { return nil }
                return try CaseSearch(database: database, query: query).hits(limit: limit)
            }
        } catch let error as DatabaseError {
            throw storeError(error, path: state.path)
        } catch {
            throw .failed(path: state.path, reason: "\(error)")
        }
    }
}
