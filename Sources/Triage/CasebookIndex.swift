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

    /// The folders with what they are.
    public func books(untrusted: Set<String>) -> [Book] {
        listed.map { book in
            Book(kind: book.kind, path: book.path, isTrusted: !untrusted.contains(book.path))
        }
    }

    /// Of the files, and of what else trust hangs on.
    func look() -> CasebookStamp {
        CasebookStamp(roots, remarks: ["\(user)"] + listed.map { "\($0.isTrusted)" })
    }
}

/// The index of a casebook, opened; whether it is up to date is told from the looks of the files,
/// none of which is read. They are looked at while others go on: 10,000 take as long as a list of
/// them.
public struct CasebookIndex: Sendable {
    public let places: BookPlaces
    public let store: CasebookStore
    /// What happened to the index, in sentences.
    public let notices: [String]
    private let look: CasebookStamp
    private let remembered: RememberedCasebook?

    /// - Parameter database: `nil` for one in memory.
    public init(_ places: BookPlaces, database: String?) {
        self.places = places
        look = places.look()
        (store, notices) = CasebookStore.open(preferred: database)
        remembered = store.remembered()
    }

    /// Waits until every file was looked at.
    var stamp: String? { look.value }

    /// What the index holds; `nil` where only reading the files tells.
    public var current: IndexedCasebook? {
        remembered.flatMap { $0.stamp == stamp ? $0.casebook : nil }
    }

    /// What `work` makes of the index alone, in the time that the looks take; `nil` when it makes
    /// nothing or the index is not up to date.
    public func whenCurrent<Value>(
        _ work: (IndexedCasebook) throws -> Value?
    ) rethrows -> Value? {
        guard let casebook = remembered?.casebook, let value = try work(casebook) else {
            return nil
        }
        return current == nil ? nil : value
    }
}
