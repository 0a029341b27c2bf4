import ArgumentParser
import Casebook
import CasebookStore
import Triage

struct CaseListCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Every case by family.")

    @Flag(help: "One JSON document.") var json = false
    @OptionGroup var global: GlobalOptions

    func execute(_ run: Run) throws -> ExitStatus {
        let shelf = try CaseShelf(CasebookSource(run.settings), countingReplays: json)
        if json {
            run.console.write(document(shelf))
        } else if run.console.width == nil {
            let severalBooks = shelf.books.count > 1
            for entry in shelf.cases {
                let book = severalBooks ? [shelf.provenance(entry).words] : []
                let fields = [entry.id, entry.family, entry.status, entry.title] + book
                let line = fields.map(SafeText.line).joined(separator: "\t") + "\n"
                run.console.write(Array(line.utf8))
            }
        } else {
            run.console.write(page(shelf, run.console.newPage()))
        }
        return .done
    }

    private func page(_ shelf: CaseShelf, _ empty: TextPage) -> TextPage {
        var page = empty
        let families = Dictionary(grouping: shelf.cases, by: \.family)
        for family in families.keys.sorted() {
            page.heading(family)
            for entry in families[family] ?? [] {
                let status =
                    entry.status == Case.Status.reviewed.rawValue ? "" : " (\(entry.status))"
                let book = shelf.provenance(entry)
                page.line("  " + entry.id + status + (book.isUsual ? "" : " [\(book.words)]"))
                page.paragraph(entry.title, indent: 6, style: .dim)
            }
        }
        page.gap()
        page.line(Figures.plural(shelf.cases.count, "case"))
        return page
    }

    private func document(_ shelf: CaseShelf) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("schema", "inquest.case-list/1")
            writer.member("casebook") { writer in
                writer.member("cases", shelf.cases.count)
                writer.member("hash", shelf.hash)
            }
            writer.member("cases", array: shelf.cases) { writer, entry in
                writer.object { writer in
                    writer.member("id", entry.id)
                    writer.member("title", entry.title)
                    writer.member("family", entry.family)
                    writer.member("status", entry.status)
                    writer.member("base_rate", entry.baseRate)
                    writer.member("replays", entry.replays)
                    writer.provenance(shelf.provenance(entry))
                }
            }
        }
        writer.endLine()
        return writer.bytes
    }
}

/// What lists say of the cases, from the index where that is up to date, else from the casebook.
private struct CaseShelf {
    let cases: [CaseSummary]
    let books: [Book]
    let hash: String

    init(_ source: CasebookSource, countingReplays: Bool) throws(Failure) {
        let index = try source.index()
        if let list = index.caseList(countingReplays: countingReplays), let books = index.books,
            let current = index.current
        {
            (cases, self.books, hash) = (list, books, current.hash)
            return
        }
        let casebook = try source.load(index).casebook
        cases = casebook.cases.map { entry in
            CaseSummary(
                id: entry.id, title: entry.title, family: entry.family,
                status: entry.status.rawValue, baseRate: entry.baseRate.rawValue,
                folder: entry.folder, replays: entry.replays.count)
        }
        (books, hash) = (casebook.books, casebook.hash)
    }

    func provenance(_ entry: CaseSummary) -> Provenance {
        if books.count == 1 { return Provenance(book: books[0], overridden: nil) }
        return Provenance(folder: entry.folder, place: "\(entry.family)/\(entry.id)", books: books)
    }
}
