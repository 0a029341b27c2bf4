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
        let query = words.joined(separator: " ")
        let hits = try search(query, CasebookSource(run.settings))
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

    /// Where the index is up to date it is all that is needed.
    private func search(
        _ query: String, _ source: CasebookSource
    ) throws(Failure) -> [SearchHit] {
        let index = try source.index()
        let limit = max(1, limit)
        let hits = try? source.unread(index) { indexed in
            try index.store.search(query, limit: limit, hash: indexed.hash)
        }
        if let hits { return hits }
        let loaded = try source.load(index)
        do {
            return try loaded.store.search(query, limit: limit)
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
