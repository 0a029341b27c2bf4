internal import Casebook
internal import Synchronization

/// The index of a casebook in SQLite: the whole model for a fast start, tables for questions, and
/// full-text search. It is built from the casebook's files; deleting it loses no case. Beside it
/// lie the incidents and the ledger of the confirmed ones, which only this file holds: it belongs
/// among the user's data, and in no cache.
///
/// A method that meets a damaged or full database goes on with a new one, in memory if need be,
/// and says so in `takeNotices()`.
public final class CasebookStore: Sendable {
    public enum Location: Hashable, Sendable {
        case file(String)
        case inMemory
    }

    struct State {
        var database: OpenDatabase
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

    /// - Throws: when the file cannot be used; it is left as it is.
    public convenience init(location: Location) throws(StoreError) {
        try self.init(location: location, limits: DatabaseFile.Limits())
    }

    init(location: Location, limits: DatabaseFile.Limits) throws(StoreError) {
        state = Mutex(try Self.open(location, limits: limits))
    }

    init(_ state: sending State) { self.state = Mutex(state) }

    static func open(
        _ location: Location, limits: DatabaseFile.Limits = DatabaseFile.Limits()
    ) throws(StoreError) -> sending State {
        switch location {
        case .inMemory:
            do {
                return State(database: try DatabaseFile.memory(), location: .inMemory)
            } catch {
                throw .failed(path: ":memory:", reason: "\(error)")
            }
        case .file(let path):
            let file = DatabaseFile(path: path, limits: limits)
            let database = try file.open()
            return State(database: database, location: location, identity: file.identity)
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
            + "was made from the case files. Confirmed incidents that it held are not in the new "
            + "one; they are in the file that was set aside."
    }

    static func memoryNotice(_ error: StoreError) -> String {
        "The index is kept in memory for this run: \(error)."
    }
}
