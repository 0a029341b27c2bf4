import ArgumentParser
import Casebook
import CasebookStore
import Diagnosis
import Probes
import Triage

/// Looks again, after the fix, for what the case says must be seen then.
struct IncidentVerifyCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Look again after the fix: does it work?",
        usage: "inquest incident verify [<incident>] [<target> ...] [options]",
        discussion: """
            Compares what the case says a working fix shows with captures, a look at this host,
            or probes of today. What was seen before comes from the ledger or from a file of
            'inquest diagnose --record'.

            Examples:
              inquest incident verify 3 --capture after.pcap
              inquest incident verify 3 example.com:443 --allow disruptive
              inquest incident verify --case close-wait-leak --before e.json --host --watch 120

            Exit codes: 0 fixed, 1 not fixed, 3 cannot be told.
            """)

    @Argument(
        help: ArgumentHelp(
            "The incident: its number in the ledger, its id or 'last'; then targets to probe.",
            valueName: "number"))
    var words: [String] = []

    @Option(name: .customLong("case"), help: ArgumentHelp("The case.", valueName: "id"))
    var cause: String?

    @Option(
        help: ArgumentHelp(
            "What was seen before the fix: a file of 'inquest diagnose --record' or '--json'.",
            valueName: "file"))
    var before: String?

    @Option(help: ArgumentHelp("A capture made after the fix; repeatable.", valueName: "file"))
    var capture: [String] = []

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Captures of several points made after the fix, the client's side first.",
            valueName: "file"))
    var compare: [String] = []

    @Option(help: ArgumentHelp("Evidence recorded after the fix; repeatable.", valueName: "file"))
    var evidence: [String] = []

    @Flag(help: "Look at this host, as 'inquest host' does.") var host = false
    @OptionGroup(title: "This host") var hostOptions: HostOptions
    @Flag(help: "One JSON document.") var json = false
    @OptionGroup(title: "Probes") var probes: ProbeArguments
    @OptionGroup var global: GlobalOptions

    func execute(_ run: Run) throws -> ExitStatus {
        let looksAtHost = host || hostOptions.namesSomething
        let kept = try keptIncident(run)
        let number = kept?.number ?? words.first.flatMap { Int($0) }
        let targets = Array(words.dropFirst(kept == nil && number == nil ? 0 : 1))
        guard
            looksAtHost || !capture.isEmpty || !compare.isEmpty || !evidence.isEmpty
                || !targets.isEmpty
        else { throw Failure.nothingGiven }
        let loaded = try CasebookSource(run.settings).load()
        let incident = try kept ?? incident(number, loaded)
        let entry = try entry(incident, loaded.casebook)
        var session = TriageSession(casebook: loaded.casebook)
        try gather(into: &session, looksAtHost, run)
        let refused = try probe(entry, targets, &session)
        let verification = FixVerification(
            of: entry, before: try earlier(incident, loaded.casebook),
            after: session.log.entries, engine: session.engine)
        let telling = VerificationText(
            number: number == 0 ? nil : number, entry: entry, verification: verification,
            casebook: loaded.casebook,
            warnings: session.warnings, refused: refused)
        if json {
            run.console.write(telling.document())
        } else {
            run.console.write(telling.page(run.console.newPage()))
        }
        if Interrupt.requested { return .interrupted }
        switch verification.outcome {
        case .fixed: return .nothingFound
        case .notFixed: return .found
        case .cannotTell: return .notEnoughEvidence
        }
    }

    /// An incident that is named by its id; the number of one that is open is 0.
    private func keptIncident(_ run: Run) throws -> LedgerEntry? {
        guard let word = words.first, word == "last" || Self.beginsAnID(word) else { return nil }
        let reader = try IncidentReader(run)
        let session = try reader.session(word)
        let outcome = (try? reader.summary(session.id)).flatMap { summary in
            summary.resolved == nil ? nil : summary.outcome
        }
        return LedgerEntry(
            number: outcome?.number ?? 0, time: session.updated, cause: outcome?.cause,
            verified: outcome?.verified ?? false, evidence: session.evidence)
    }

    /// Nine characters of an id at least: a target has a colon, a number no hyphen.
    private static func beginsAnID(_ word: String) -> Bool {
        word.utf8.count >= 9 && word.first == "0" && word.contains("-")
            && word.allSatisfy { $0.isHexDigit || $0 == "-" }
    }

    private func incident(
        _ number: Int?, _ loaded: LoadedCasebook
    ) throws(Failure) -> LedgerEntry? {
        guard let number else { return nil }
        do {
            if let entry = try loaded.store.ledger(numbers: [number]).first { return entry }
        } catch {
            throw .ledger(error)
        }
        throw .ledger(.noSuchIncident(number: number))
    }

    private func entry(
        _ incident: LedgerEntry?, _ casebook: Casebook
    ) throws(Failure) -> Case {
        guard let id = cause ?? incident?.cause else {
            throw .badValue(
                option: "--case", value: "",
                expected: ["the case whose fix is looked at, or an incident of a known case"])
        }
        guard let entry = casebook[case: id] else {
            throw .unknownID(
                kind: "case", id: id,
                suggestion: Nearest.match(id, in: casebook.cases.map(\.id)))
        }
        return entry
    }

    private func earlier(
        _ incident: LedgerEntry?, _ casebook: Casebook
    ) throws(Failure) -> [Evidence]? {
        guard let before else { return incident?.evidence }
        return try EvidenceInput.read(before, casebook: casebook).evidence
    }

    private func gather(
        into session: inout TriageSession, _ looksAtHost: Bool, _ run: Run
    ) throws {
        let wish = try hostOptions.wish(looksAtHost: host)
        for path in evidence { try session.readEvidence(path) }
        for path in capture where !Interrupt.requested {
            _ = try session.readCapture(path, run.console)
        }
        if !compare.isEmpty, !Interrupt.requested {
            try CaptureComparison.check(compare)
            session.record(
                try CaptureComparison.read(
                    compare, analyses: true, casebook: session.casebook, run.console))
        }
        if looksAtHost, !Interrupt.requested { try session.lookAtHost(wish) }
    }

    /// Asks the targets what the case's findings need.
    ///
    /// - Returns: the probes that would tell and were not allowed.
    private func probe(
        _ entry: Case, _ targets: [String], _ session: inout TriageSession
    ) throws(Failure) -> [any Probe.Type] {
        if targets.isEmpty { return [] }
        let options = try probes.options()
        let wanted = Set(entry.verification.absent + entry.verification.present)
        let telling = ProbeList.all.filter { !wanted.isDisjoint(with: $0.findings) }
        if telling.isEmpty {
            session.warn(
                Warning(
                    id: "verify.no-probe",
                    summary: "No probe shows whether the fix of this case works: "
                        + entry.verification.command))
        }
        let allowed = telling.filter { $0.effect <= options.allowed }
        var jobs: [ProbeRequest.Job] = []
        for word in targets {
            let target = try ProbeArguments.target(word)
            let fitting = allowed.filter { $0.schemes.contains(target.scheme) }
            jobs.append(ProbeRequest.Job(target: target, probes: fitting, isNamed: true))
        }
        let cancellation = Cancellation()
        Interrupt.cancels(cancellation)
        session.probe(ProbeRequest(jobs: jobs, options: options), cancellation: cancellation)
        return telling.filter { $0.effect > options.allowed }
    }
}
