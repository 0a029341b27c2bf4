public import Casebook
internal import CasebookFiles
public import CasebookStore

/// The folders that a casebook is made of, the later win.
public struct BookPlaces: Sendable {
    /// Without a slash at the end.
    public let roots: [String]
    private let listed: [Book]
    /// Whose files are trusted.
    private let user: UInt32

    /// - Parameters:
    ///   - books: those that are not trusted here are looked at: their files may be nobody
    ///     else's.
    ///   - user: the effective one.
    public init(_ books: [Book], user: UInt32) {
        roots = CasebookFolder(paths: books.map(\.path)).roots
        listed = zip(books, roots).map { book, root in
            Book(kind: book.kind, path: root, isTrusted: book.isTrusted)
        }
        self.user = user
    }

    /// Those whose commands are only shown, from a look at every file.
    func untrusted() -> Set<String> {
        Set(
            listed.lazy.filter { book in
                !book.isTrusted && CasebookTrust.doubt(of: book.path, user: user) != nil
            }.map(\.path))
    }

    func books(untrusted: Set<String>) -> [Book] {
        listed.map { book in
            Book(kind: book.kind, path: book.path, isTrusted: !untrusted.contains(book.path))
        }
    }

    /// Of the files, and of what else trust hangs on.
    func stamp() -> String? {
        CasebookStamp.of(roots, remarks: ["\(user)"] + listed.map { "\($0.isTrusted)" })
    }
}

/// The index of a casebook, opened; whether it is up to date is told from the looks of the files,
/// none of which is read.
public struct CasebookIndex: Sendable {
    public let places: BookPlaces
    public let store: CasebookStore
    /// What happened to the index, in sentences.
    public let notices: [String]
    let stamp: String?
    /// What the index holds; `nil` where only reading the files tells.
    public let current: IndexedCasebook?

    /// - Parameter database: `nil` for one in memory.
    public init(_ places: BookPlaces, database: String?) {
        self.places = places
        stamp = places.stamp()
        (store, notices) = CasebookStore.open(preferred: database)
        current = stamp.flatMap(store.indexed)
    }

    /// The folders with what they are; `nil` unless the index is up to date.
    public var books: [Book]? { current.map { places.books(untrusted: $0.untrusted) } }

    /// Every case by id, from the index alone; `nil` unless it is up to date.
    public func caseList(countingReplays: Bool) -> [CaseSummary]? {
        current.flatMap {
            store.caseList(
                hash: $0.hash, roots: places.roots, countingReplays: countingReplays)
        }
    }

    /// As `CasebookStore.search`, from the index alone; `nil` unless it is up to date.
    public func search(_ text: String, limit: Int) throws(StoreError) -> [SearchHit]? {
        guard let current else { return nil }
        return try store.search(text, limit: limit, hash: current.hash)
    }
}
