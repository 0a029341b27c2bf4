import ArgumentParser
import CasebookStore
import Triage

struct IncidentReportCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Tell an incident as a postmortem, with blanks for what only people know.",
        discussion: """
            Markdown goes to standard output; --html writes one file without any reference to the
            network. Flows are drawn where the captures still lie where they lay.

            Examples:
              inquest incident report last > postmortem.md
              inquest incident report 3 --html postmortem.html
            """)

    @Argument(help: IncidentName.help) var incident: String
    @Flag(help: "Markdown, which is the default.") var markdown = false
    @Option(help: ArgumentHelp("Write HTML to a file.", valueName: "file")) var html: String?
    @OptionGroup var global: GlobalOptions

    func execute(_ run: Run) throws -> ExitStatus {
        let reader = try IncidentReader(run)
        let session = try reader.session(incident)
        let loaded = try reader.loaded()
        let (engine, _) = loaded.engine(now: IncidentCommand.now())
        var conversation = Conversation(
            session: TriageSession(casebook: loaded.casebook, engine: engine),
            at: session.created)
        conversation.restore(session)
        let result = conversation.session.result(budget: nil)
        var report = IncidentReport(result, conversation)
        report.outcome = outcome(of: session, reader)
        report.ladders = CitedLadder.read(
            result.evidence, of: session.captures.filter(OutputFile.isRegular),
            limit: Self.drawnFlows
        ) { _ in !Interrupt.requested }
        if let html {
            try OutputFile.write(ReportHTML.write(report.document), to: html)
        }
        if markdown || html == nil {
            run.console.write(ReportMarkdown.write(report.document))
        }
        return .done
    }

    /// What its people said when they resolved it; `nil` while it is open.
    private func outcome(
        of session: SessionFile, _ reader: IncidentReader
    ) -> ReportOutcome? {
        // A triage that is in a file alone is open.
        guard let found = try? reader.summary(session.id).outcome, found.withdrawnAt == nil else {
            return nil
        }
        return ReportOutcome(fix: found.fixedBy, proof: found.verifiedBy.map { [$0] } ?? [])
    }

    /// Each is a reading of a capture.
    private static let drawnFlows = 3
}
