import ArgumentParser
import Casebook
import CasebookStore
import Logging
import Triage

struct CaseListCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Every case by family.")

    @Flag(help: "One JSON document.") var json = false
    @OptionGroup var global: GlobalOptions

    func execute(_ run: Run) throws -> ExitStatus {
        let source = CasebookSource(run.settings)
        let index = try source.index()
        let unread = source.unread(index) { indexed in
            CaseShelf(index, indexed).map { text($0, run.console) }
        }
        let list = try unread ?? text(CaseShelf(source.load(index)), run.console)
        run.console.write(list.bytes)
        if let warning = list.warning { Logger(label: "inquest.casebook").warning("\(warning)") }
        return .done
    }

    private func text(_ shelf: CaseShelf, _ console: Console) -> (bytes: [UInt8], warning: String?)
    {
        let bytes =
            if json {
                document(shelf)
            } else if console.width == nil {
                plain(shelf)
            } else {
                page(shelf, console.newPage()).render(colour: console.colour)
            }
        return (bytes, LoadedCasebook.warning(of: shelf.faults))
    }

    private func plain(_ shelf: CaseShelf) -> [UInt8] {
        let severalBooks = shelf.books.count > 1
        var bytes: [UInt8] = []
        for entry in shelf.cases {
            let book = severalBooks ? [shelf.provenance(entry).words] : []
            let fields = [entry.id, entry.family, entry.status, entry.title] + book
            bytes += (fields.map(SafeText.line).joined(separator: "\t") + "\n").utf8
        }
        return bytes
    }

    private func page(_ shelf: CaseShelf, _ empty: TextPage) -> TextPage {
        var page = empty
        let families = Dictionary(grouping: shelf.cases.indices) { shelf.cases[$0].family }
        for (family, places) in families.sorted(by: { $0.key < $1.key }) {
            page.heading(family)
            for place in places {
                let entry = shelf.cases[place]
                var line = "  " + entry.id
                if entry.status != Case.Status.reviewed.rawValue { line += " (\(entry.status))" }
                page.line(line + shelf.remark(entry))
                page.paragraph(entry.title, indent: 6, style: .dim)
            }
        }
        page.gap()
        page.line(Figures.plural(shelf.cases.count, "case"))
        return page
    }

    private func document(_ shelf: CaseShelf) -> [UInt8] {
        var writer = JSONWriter()
        // Some 270 bytes a case: growing by doubling costs as much as writing.
        writer.reserve(300 * shelf.cases.count)
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

/// What lists say of the cases.
private struct CaseShelf {
    let cases: [CaseSummary]
    let faults: [String]
    let books: [Book]
    let hash: String
    /// The remark on every case where there is one casebook.
    private let onlyRemark: String?

    /// From the index alone.
    init?(_ index: CasebookIndex, _ indexed: IndexedCasebook) {
        let list = index.store.caseList(hash: indexed.hash, roots: index.places.roots)
        guard let list else { return nil }
        (cases, faults) = (list.cases, list.faults)
        books = index.places.books(untrusted: indexed.untrusted)
        hash = indexed.hash
        onlyRemark = Self.onlyRemark(books)
    }

    init(_ loaded: LoadedCasebook) {
        let casebook = loaded.casebook
        cases = casebook.cases.map { entry in
            CaseSummary(
                id: entry.id, title: entry.title, family: entry.family,
                status: entry.status.rawValue, baseRate: entry.baseRate.rawValue,
                folder: entry.folder, replays: entry.replays.count)
        }
        (faults, books, hash) = (loaded.faults, casebook.books, casebook.hash)
        onlyRemark = Self.onlyRemark(books)
    }

    private static func onlyRemark(_ books: [Book]) -> String? {
        books.count == 1 ? remark(Provenance(book: books[0], overridden: nil)) : nil
    }

    func provenance(_ entry: CaseSummary) -> Provenance {
        if books.count == 1 { return Provenance(book: books[0], overridden: nil) }
        return Provenance(folder: entry.folder, place: "\(entry.family)/\(entry.id)", books: books)
    }

    /// Where a case comes from, if that is worth a word.
    func remark(_ entry: CaseSummary) -> String {
        if let onlyRemark { return onlyRemark }
        return Self.remark(provenance(entry))
    }

    private static func remark(_ book: Provenance) -> String {
        book.isUsual ? "" : " [\(book.words)]"
    }
}
