public import Casebook
public import CasebookFiles
public import CasebookStore

/// A casebook ready to judge with, from the index when its files have not changed since, else
/// from the files. Trouble with the index never stops a diagnosis.
public struct LoadedCasebook: Sendable {
    public enum Origin: String, Sendable {
        case index, files
    }

    /// No vocabulary could be read; the diagnostics say why.
    public struct Fault: Error, Sendable {
        public var diagnostics: [Diagnostic]
    }

    public let casebook: Casebook
    public let origin: Origin
    /// Errors in the files, one line each; a case that cannot be used was left out.
    public let faults: [String]
    /// What happened to the index, in sentences.
    public let notices: [String]
    public let store: CasebookStore

    /// - Parameters:
    ///   - folders: all trusted.
    ///   - database: the index; `nil` for one in memory.
    public init(folders: [String], database: String?) throws(Fault) {
        try self.init(
            books: folders.map { Book(kind: .named, path: $0, isTrusted: true) },
            database: database)
    }

    /// - Parameters:
    ///   - books: the later win.
    ///   - database: the index; `nil` for one in memory.
    public init(books: [Book], database: String?) throws(Fault) {
        let folder = CasebookFolder(
            paths: books.map(\.path),
            untrusted: Set(books.lazy.filter { !$0.isTrusted }.map(\.path)))
        let books = zip(books, folder.roots).map { book, root in
            Book(kind: book.kind, path: root, isTrusted: book.isTrusted)
        }
        var notices: [String]
        (store, notices) = CasebookStore.open(preferred: database)
        if var indexed = store.casebook(hash: folder.contentHash(), roots: folder.roots) {
            indexed.books = books
            casebook = indexed
            origin = .index
            faults = store.faults
        } else {
            let (read, diagnostics, _) = folder.read(checkQuery: CustomQuestions.check)
            guard var read else { throw Fault(diagnostics: diagnostics) }
            read.books = books
            casebook = read
            origin = .files
            faults = diagnostics.filter { $0.severity == .error && !$0.isHarmless }.map(\.text)
            do {
                try store.rebuild(from: read, roots: folder.roots, faults: faults)
            } catch {
                notices.append("The casebook could not be indexed: \(error).")
            }
        }
        self.notices = notices + store.takeNotices()
    }

    /// The faults as one warning for a diagnosis.
    public var warnings: [Warning] {
        guard let first = faults.first else { return [] }
        let rest = faults.count > 1 ? ", and \(faults.count - 1) more" : ""
        return [
            Warning(
                id: "casebook.fault",
                summary: "The casebook has faults ('inquest case lint'): \(first)\(rest)")
        ]
    }
}
