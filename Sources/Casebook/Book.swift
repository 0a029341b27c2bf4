/// One of the folders that a casebook was read from.
public struct Book: Hashable, Sendable {
    public enum Kind: String, CaseIterable, Sendable {
        /// The one that came with the program.
        case builtIn = "built-in"
        /// Of a team, listed in the user's configuration.
        case team
        /// The user's own.
        case personal
        /// Named for this run.
        case named
    }

    public var kind: Kind
    /// As it was given or found; `folder` of its cases begins with it.
    public var path: String
    /// Whether commands of its cases are offered as our own.
    public var isTrusted: Bool

    public init(kind: Kind, path: String, isTrusted: Bool) {
        self.kind = kind
        self.path = path
        self.isTrusted = isTrusted
    }
}

extension Casebook {
    /// The book that a case lies in; `nil` when nobody said which books there are.
    public func book(of entry: Case) -> Book? { books.book(of: entry.folder) }
}

extension [Book] {
    /// The one that a case's folder lies in.
    public func book(of folder: String) -> Book? {
        if count == 1 { return folder.hasPrefix(self[0].path + "/") ? self[0] : nil }
        return filter { folder.hasPrefix($0.path + "/") }.max {
            $0.path.utf8.count < $1.path.utf8.count
        }
    }
}
