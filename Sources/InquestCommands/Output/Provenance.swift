import Casebook
import Triage

/// Which casebook a case comes from, and whether its commands are trusted.
struct Provenance {
    let book: Book?
    /// The casebook whose case of the same id it stands in the place of.
    let overridden: Book?

    init(book: Book?, overridden: Book?) {
        self.book = book
        self.overridden = overridden
    }

    init(_ entry: Case, _ casebook: Casebook) {
        self.init(
            folder: entry.folder, place: "\(entry.family)/\(entry.id)", books: casebook.books)
    }

    /// - Parameters:
    ///   - folder: of the case.
    ///   - place: where it would lie in another casebook: `FAMILY/ID`.
    init(folder: String, place: String, books: [Book]) {
        let own = books.book(of: folder)
        book = own
        overridden =
            books.count < 2
            ? nil
            : books.prefix { $0 != own }.last { other in
                OutputFile.exists("\(other.path)/\(place)/case.md")
            }
    }

    /// Nothing that anybody need be told.
    var isUsual: Bool {
        guard let book else { return true }
        return book.isTrusted && (book.kind == .builtIn || book.kind == .named) && overridden == nil
    }

    /// `personal, overrides built-in`, `team, not trusted`.
    var words: String {
        guard let book else { return "" }
        return book.kind.rawValue + (overridden.map { ", overrides \($0.kind.rawValue)" } ?? "")
            + (book.isTrusted ? "" : ", not trusted")
    }

    func write(_ page: inout TextPage) {
        guard let book, !isUsual else { return }
        let over = overridden.map { ", in the place of the \($0.kind.rawValue) case" } ?? ""
        page.paragraph("From the \(book.kind.rawValue) casebook \(book.path)\(over).", indent: 2)
        if !book.isTrusted {
            page.paragraph(
                "This casebook is not trusted: its commands are shown, not run. "
                    + "'inquest case trust' tells why.", indent: 2, style: .caution)
        }
    }
}

extension JSONWriter {
    mutating func provenance(_ provenance: Provenance) {
        guard let book = provenance.book else { return }
        member("book") { writer in
            writer.member("kind", book.kind.rawValue)
            writer.member("path", book.path)
            writer.member("trusted", book.isTrusted)
            writer.member("overrides", ifPresent: provenance.overridden?.path)
        }
    }
}
