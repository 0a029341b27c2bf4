import Casebook
import CasebookFiles
import Triage

/// Where the files of cases lie; also of cases that are too faulty to be in the casebook.
struct CasePlaces {
    struct Place {
        var book: Book
        var folder: String
        var family: String
    }

    private let books: [Book]

    init(_ books: [Book]) { self.books = books }

    /// In the book that wins.
    func find(_ id: String) throws(Failure) -> Place {
        if let place = places(id).last { return place }
        let (casebook, _, _) = CasebookFolder(paths: books.map(\.path)).read()
        throw .unknownID(
            kind: "case", id: id,
            suggestion: Nearest.match(id, in: casebook?.cases.map(\.id) ?? []))
    }

    /// In all books, the one that wins last.
    func places(_ id: String) -> [Place] {
        guard CaseFolder.isGoodPath(id), !id.contains("/") else { return [] }
        return books.flatMap { book in
            Case.families.compactMap { family in
                let folder = "\(book.path)/\(family)/\(id)"
                return OutputFile.exists("\(folder)/case.md")
                    ? Place(book: book, folder: folder, family: family) : nil
            }
        }
    }
}
