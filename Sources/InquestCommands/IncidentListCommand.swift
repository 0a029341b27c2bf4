import ArgumentParser
import CasebookStore
import Diagnosis
import Triage

struct IncidentListCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Incidents, the one used last first.",
        discussion: """
            Examples:
              inquest incident list --open
              inquest incident list --search "login db1"

            A search looks at your own words, targets, titles of cases, findings and names of
            captures; every word must be there, whole or as a beginning. --resolved tells as well
            what the cases might list, by what was resolved.
            """)

    @Flag(help: "Only those whose cause is not settled yet.") var open = false
    @Flag(help: "Only those that were resolved.") var resolved = false

    @Option(help: ArgumentHelp("Only those that hold these words.", valueName: "text"))
    var search: String?

    @Option(help: ArgumentHelp("No more than so many. (default: 20)", valueName: "n"))
    var limit: Int?

    @Flag(help: "One JSON document.") var json = false
    @OptionGroup var global: GlobalOptions

    private static let usualLimit = 20
    /// A fold over more entries of the ledger takes longer than a list may.
    private static let mostFolded = 2_000

    func validate() throws {
        if open, resolved { throw ValidationError("--open and --resolved contradict each other") }
        if let limit, limit < 1 { throw ValidationError("--limit wants 1 or more") }
    }

    func execute(_ run: Run) throws -> ExitStatus {
        let shelf = try IncidentReader(run)
        let (list, more) = try shelf.list(
            IncidentFilter(
                state: open ? .open : resolved ? .resolved : .all, search: search,
                limit: limit ?? Self.usualLimit))
        if json {
            try writeDocument(list, more, shelf, run)
        } else {
            try writePage(list, more, shelf, run)
        }
        return .done
    }

    /// Whether entries of the ledger are shown that belong to no incident in the list.
    private var showsWholeLedger: Bool { !open && search == nil && limit == nil }

    private func writePage(
        _ list: [IncidentSummary], _ more: Bool, _ shelf: IncidentReader, _ run: Run
    ) throws {
        var page = run.console.newPage()
        let bare = showsWholeLedger ? try shelf.bareLedgerEntries(limit: Self.usualLimit) : []
        let standings = try shelf.standings(of: list.compactMap(\.standingNumber))
        for item in list { IncidentLines(item, standings).write(&page) }
        if list.isEmpty, bare.isEmpty { page.paragraph(nothing) }
        if more {
            page.gap()
            page.paragraph("There are more; --limit, --search, --open and --resolved choose.")
        }
        if !bare.isEmpty {
            page.heading("Confirmed from evidence, without a triage that was kept")
            let ledger = try shelf.judged(bare.map(\.number))
            for entry in ledger.entries.reversed() { IncidentText.write(entry, ledger, &page) }
        }
        try writeSuggestions(shelf, &page)
        run.console.write(page)
    }

    private var nothing: String {
        search != nil
            ? "No incident holds these words."
            : open
                ? "No incident is open."
                : resolved ? "No incident was resolved yet." : "No incident was kept yet."
    }

    private func writeSuggestions(_ shelf: IncidentReader, _ page: inout TextPage) throws {
        guard resolved, showsWholeLedger, try (1...Self.mostFolded).contains(shelf.ledgerCount())
        else {
            return
        }
        let suggestions = try shelf.ledger().learning.suggestions
        if !suggestions.isEmpty { page.heading("Facts that their case might list") }
        for suggestion in suggestions {
            page.paragraph(
                "\(suggestion.item): \(suggestion.fact), present in "
                    + Figures.plural(suggestion.incidents, "incident"), label: "? ", indent: 2)
        }
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

    private func writeDocument(
        _ list: [IncidentSummary], _ more: Bool, _ shelf: IncidentReader, _ run: Run
    ) throws {
        let numbers = Set(list.compactMap { $0.outcome?.number })
        let ledger = showsWholeLedger || !numbers.isEmpty ? try shelf.ledger() : nil
        let entries = (ledger?.entries ?? []).filter {
            showsWholeLedger || numbers.contains($0.number)
        }
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("schema", "inquest.incident-list/1")
            writer.member("triages", array: list) { $0.summary($1) }
            writer.member("more", more)
            writer.member("incidents", array: entries) { writer, entry in
                writer.object { writer in
                    if let ledger { writer.incident(entry, ledger) }
                }
            }
            let suggestions = showsWholeLedger ? ledger?.learning.suggestions ?? [] : []
            writer.member("suggestions", array: suggestions) { writer, entry in
                writer.object { writer in
                    writer.member("case", entry.item)
                    writer.member("fact", entry.fact)
                    writer.member("incidents", entry.incidents)
                    writer.member("share", number: DiagnosisJSON.rounded(entry.share, 4))
                }
            }
        }
        writer.endLine()
        run.console.write(writer.bytes)
    }
}
