import ArgumentParser
import Casebook
import CasebookStore
import Triage

struct IncidentConfirmCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "confirm",
        abstract: "Record what an incident turned out to be.",
        discussion: """
            The evidence is a file of 'inquest diagnose --record' or '--json'. Of it, facts and
            sources are kept in the database, no packet and no text.

            Example:
              inquest incident confirm close-wait-leak --evidence e.json --verified
            """)

    @Argument(help: ArgumentHelp("The case, or 'none' for no case.", valueName: "case"))
    var cause: String

    @Option(help: ArgumentHelp("What was seen, '-' for standard input.", valueName: "file"))
    var evidence: String

    @Flag(help: "The repair was seen to work; else the cause is only believed.")
    var verified = false

    @Option(
        help: ArgumentHelp(
            "The same for one host and one fault, so that a relapse within a day counts once.",
            valueName: "text"))
    var fingerprint: String?

    @Flag(help: "One JSON document.") var json = false
    @OptionGroup var global: GlobalOptions

    func execute(_ run: Run) throws -> ExitStatus {
        let loaded = try CasebookSource(run.settings).load()
        let casebook = loaded.casebook
        guard cause == "none" || casebook[case: cause] != nil else {
            throw Failure.unknownID(
                kind: "case", id: cause,
                suggestion: Nearest.match(cause, in: casebook.cases.map(\.id)))
        }
        let contents = try EvidenceInput.read(evidence, casebook: casebook)
        for fault in contents.unknown {
            run.console.note("inquest: \(EvidenceInput.warning(fault, evidence).summary)")
        }
        let known = contents.evidence.filter {
            casebook[symptom: $0.id] != nil || casebook[finding: $0.id] != nil
        }
        guard known.contains(where: { $0.state != .unknown }) else {
            throw Failure.emptyEvidence(path: evidence)
        }
        let number = try record(known, loaded, run)
        try IncidentText.present(number, asJSON: json, run)
        return .done
    }

    /// The evidence becomes an incident of its own, resolved at once.
    private func record(
        _ evidence: [Evidence], _ loaded: LoadedCasebook, _ run: Run
    ) throws(Failure) -> Int {
        let now = IncidentCommand.now()
        var record = SessionFile.Record()
        record.evidence = evidence
        record.time = now
        var session = SessionFile(
            id: SessionStore.newID(), created: now, updated: now, now: record)
        session.origin = "confirm"
        var judging = TriageSession(casebook: loaded.casebook)
        judging.record(evidence)
        session.judged = SessionFile.Judged(judging.result(budget: nil))
        let entry = LedgerEntry(
            time: now, cause: cause == "none" ? nil : cause, verified: verified,
            fingerprint: fingerprint, evidence: evidence)
        let store = try SessionStore(run.settings).database()
        do {
            return try store.keep(session.record, resolvedAs: IncidentResolution(entry: entry))
        } catch {
            throw .ledger(error)
        }
    }

    /// Into the ledger of this machine.
    ///
    /// - Parameters:
    ///   - cause: `nil` for none of the cases.
    ///   - evidence: unknown facts are kept too, and count for nothing.
    /// - Returns: the number of the entry.
    static func confirm(
        _ cause: CaseID?, verified: Bool, fingerprint: String? = nil, evidence: [Evidence],
        in store: CasebookStore
    ) throws(Failure) -> Int {
        guard evidence.contains(where: { $0.state != .unknown }) else {
            throw .emptyEvidence(path: "this triage")
        }
        let entry = LedgerEntry(
            time: IncidentCommand.now(), cause: cause, verified: verified,
            fingerprint: fingerprint, evidence: evidence)
        do {
            return try store.confirm(entry)
        } catch {
            throw .ledger(error)
        }
    }
}
