internal import Casebook
internal import GRDB
internal import Synchronization

extension CasebookStore {
    /// Cases whose title, symptoms, body or ids hold the words of `text`, best first. Nothing in
    /// `text` is taken for a query language.
    public func search(_ text: String, limit: Int = 20) throws(StoreError) -> [SearchHit] {
        let query = SearchQuery(text)
        return try state.withLock { state throws(StoreError) in
            do throws(StoreError) {
                let hash = state.current?.casebook.hash
                if let hits = try Self.hits(query, limit: limit, hash: hash, in: state) {
                    return hits
                }
                // Another process has built the index from other files; ours is for this run.
                state = try Self.memory(keeping: state)
            } catch {
                guard case .damaged(let path, let reason) = error, state.location != .inMemory
                else { throw error }
                try Self.replace(&state, path: path, reason: reason)
            }
            guard let content = state.current else { return [] }
            try Self.rebuild(&state, content)
            if state.location == .inMemory { try Self.write(content, to: state) }
            return try Self.hits(query, limit: limit, hash: content.casebook.hash, in: state) ?? []
        }
    }

    /// The same without the casebook itself; `nil` when the index has another one.
    ///
    /// - Parameter hash: of the casebook in use.
    public func search(
        _ text: String, limit: Int = 20, hash: String
    ) throws(StoreError) -> [SearchHit]? {
        try state.withLock { state throws(StoreError) in
            try Self.hits(SearchQuery(text), limit: limit, hash: hash, in: state)
        }
    }

    /// `nil` when the index does not hold the casebook that is in use.
    private static func hits(
        _ query: SearchQuery, limit: Int, hash: String?, in state: State
    ) throws(StoreError) -> [SearchHit]? {
        do {
            return try state.database.queue.read { database in
                let stored = try String.fetchOne(database, sql: "SELECT hash FROM casebook")
                if let hash, hash != stored { return nil }
                return try CaseSearch(database: database, query: query).hits(limit: limit)
            }
        } catch let error as DatabaseError {
            throw storeError(error, path: state.path)
        } catch {
            throw .failed(path: state.path, reason: "\(error)")
        }
    }
}
