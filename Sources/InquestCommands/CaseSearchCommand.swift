import ArgumentParser
import Casebook
import CasebookStore
import Triage

struct CaseSearchCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "search", abstract: "Full-text search over titles, symptoms and bodies.")

    @Argument(help: "Words.") var words: [String]
    @Option(help: "At most so many cases.") var limit = 10
    @Flag(help: "One JSON document.") var json = false
    @OptionGroup var global: GlobalOptions

    func execute(_ run: Run) throws -> ExitStatus {
        let loaded = try CasebookSource(run.settings).load()
        let query = words.joined(separator: " ")
        let hits = try search(query, loaded.store)
        if json {
            run.console.write(document(hits, query))
            return .done
        }
        var page = run.console.newPage()
        for hit in hits {
            page.gap()
            page.paragraph(hit.title, style: .bold)
            page.line("  " + hit.caseID, .dim)
            page.paragraph(hit.snippet, indent: 4)
        }
        if hits.isEmpty { page.paragraph("No case mentions '\(query)'.") }
        run.console.write(page)
        return .done
    }

    private func search(_ query: String, _ store: CasebookStore) throws(Failure) -> [SearchHit] {
        do {
            return try store.search(query, limit: max(1, limit))
        } catch {
            throw .store(error)
        }
    }

    private func document(_ hits: [SearchHit], _ query: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("schema", "inquest.case-search/1")
            writer.member("query", query)
            writer.member("hits", array: hits) { writer, hit in
                writer.object { writer in
                    writer.member("id", hit.caseID)
                    writer.member("title", hit.title)
                    writer.member("snippet", hit.snippet)
                    writer.member("score", number: DiagnosisJSON.rounded(hit.score, 3))
                }
            }
        }
        writer.endLine()
        return writer.bytes
    }
}
