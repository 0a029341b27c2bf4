import ArgumentParser
import CasebookStore
import Diagnosis
import Triage

struct IncidentListCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Every confirmed incident and what was learned of it.")

    @Flag(help: "One JSON document.") var json = false
    @OptionGroup var global: GlobalOptions

    func execute(_ run: Run) throws -> ExitStatus {
        let ledger = try Self.ledger(run)
        if json {
            run.console.write(document(ledger))
            return .done
        }
        var page = run.console.newPage()
        for entry in ledger.entries { IncidentText.write(entry, ledger, &page) }
        if ledger.entries.isEmpty { page.paragraph("No incident was confirmed yet.") }
        let suggestions = ledger.learning.suggestions
        if !suggestions.isEmpty { page.heading("Facts that their case might list") }
        for suggestion in suggestions {
            page.paragraph(
                "\(suggestion.item): \(suggestion.fact), present in "
                    + Figures.plural(suggestion.incidents, "incident"), label: "? ", indent: 2)
        }
        run.console.write(page)
        return .done
    }

    /// The ledger of the database in use, judged by the casebook in use.
    static func ledger(_ run: Run) throws(Failure) -> IncidentLedger {
        let loaded = try CasebookSource(run.settings).load()
        do {
            return try loaded.ledger(now: IncidentCommand.now())
        } catch {
            throw .ledger(error)
        }
    }

    private func document(_ ledger: IncidentLedger) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("schema", "inquest.incident-list/1")
            writer.member("incidents", array: ledger.entries) { writer, entry in
                writer.object { $0.incident(entry, ledger) }
            }
            writer.member("suggestions", array: ledger.learning.suggestions) { writer, entry in
                writer.object { writer in
                    writer.member("case", entry.item)
                    writer.member("fact", entry.fact)
                    writer.member("incidents", entry.incidents)
                    writer.member("share", number: DiagnosisJSON.rounded(entry.share, 4))
                }
            }
        }
        writer.endLine()
        return writer.bytes
    }
}
