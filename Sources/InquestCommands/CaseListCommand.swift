import ArgumentParser
import Casebook
import Triage

struct CaseListCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Every case by family.")

    @Flag(help: "One JSON document.") var json = false
    @OptionGroup var global: GlobalOptions

    func execute(_ run: Run) throws -> ExitStatus {
        let loaded = try CasebookSource(run.settings).load()
        let cases = loaded.casebook.cases
        if json {
            run.console.write(document(loaded.casebook))
        } else if run.console.width == nil {
            let severalBooks = loaded.casebook.books.count > 1
            for entry in cases {
                let book = severalBooks ? "\t" + Provenance(entry, loaded.casebook).words : ""
                run.console.write(
                    line(
                        "\(entry.id)\t\(entry.family)\t\(entry.status.rawValue)\t"
                            + entry.title + book))
            }
        } else {
            run.console.write(page(loaded.casebook, run.console.newPage()))
        }
        return .done
    }

    private func line(_ text: String) -> [UInt8] {
        let fields = text.split(separator: "\t").map { SafeText.line(String($0)) }
        return Array((fields.joined(separator: "\t") + "\n").utf8)
    }

    private func page(_ casebook: Casebook, _ empty: TextPage) -> TextPage {
        var page = empty
        let cases = casebook.cases
        let families = Dictionary(grouping: cases, by: \.family)
        for family in families.keys.sorted() {
            page.heading(family)
            for entry in families[family] ?? [] {
                let status = entry.status == .reviewed ? "" : " (\(entry.status.rawValue))"
                let book = Provenance(entry, casebook)
                page.line("  " + entry.id + status + (book.isUsual ? "" : " [\(book.words)]"))
                page.paragraph(entry.title, indent: 6, style: .dim)
            }
        }
        page.gap()
        page.line(Figures.plural(cases.count, "case"))
        return page
    }

    private func document(_ casebook: Casebook) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("schema", "inquest.case-list/1")
            writer.member("casebook") { writer in
                writer.member("cases", casebook.cases.count)
                writer.member("hash", casebook.hash)
            }
            writer.member("cases", array: casebook.cases) { writer, entry in
                writer.object { writer in
                    writer.member("id", entry.id)
                    writer.member("title", entry.title)
                    writer.member("family", entry.family)
                    writer.member("status", entry.status.rawValue)
                    writer.member("base_rate", entry.baseRate.rawValue)
                    writer.member("replays", entry.replays.count)
                    writer.provenance(Provenance(entry, casebook))
                }
            }
        }
        writer.endLine()
        return writer.bytes
    }
}
