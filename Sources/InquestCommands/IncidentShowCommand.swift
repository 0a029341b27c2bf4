import ArgumentParser
import Casebook
import CasebookStore
import Triage

struct IncidentShowCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "All that is known of one incident, and past ones like it.",
        discussion: """
            Examples:
              inquest incident show last
              inquest incident show 0199b2c4 --json | inquest diagnose --evidence -
            """)

    @Argument(help: IncidentName.help) var incident: String
    @Flag(help: "One JSON document, which is evidence as well.") var json = false
    @OptionGroup var global: GlobalOptions

    /// More past incidents than these are no help to anybody's memory.
    private static let mostSimilar = 3

    func execute(_ run: Run) throws -> ExitStatus {
        let reader = try IncidentReader(run)
        if let entry = try bareEntry(reader) {
            // Confirmed from a file by an earlier version, or deleted since.
            try IncidentText.present(entry, asJSON: json, run)
            return .done
        }
        let session = try reader.session(incident)
        let summary = try? reader.summary(session.id)
        let similar =
            (try? reader.database().similar(
                to: session.evidence, except: session.id, onlyResolved: false,
                limit: Self.mostSimilar)) ?? []
        let page = IncidentPage(
            session: session, summary: summary, similar: similar,
            casebook: try reader.casebook(),
            standing: try summary?.standingNumber.flatMap {
                try reader.standings(of: [$0])[$0]
            })
        if json {
            run.console.write(page.document())
        } else {
            run.console.write(page.page(run.console.newPage()))
        }
        return .done
    }

    /// A number of the ledger that no kept incident has.
    private func bareEntry(_ reader: IncidentReader) throws -> Int? {
        guard let number = Int(incident), number > 0, incident.first != "0" else { return nil }
        guard let database = try? reader.database(),
            (try? database.incident(named: incident)) == nil,
            (try? database.ledger(numbers: [number]))?.isEmpty == false
        else { return nil }
        return number
    }
}

/// How an incident is named on the command line.
enum IncidentName {
    static let help = ArgumentHelp(
        "An id, the beginning of one, 'last', or the number in the ledger.",
        valueName: "incident")
}
