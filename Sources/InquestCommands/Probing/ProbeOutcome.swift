import Casebook
import Diagnosis
import Probes
import Triage

/// Tells what probes showed, in the form that was asked for, and how the process ends.
struct ProbeOutcome {
    let command: ProbeCommand
    let request: ProbeRequest
    let reports: [TargetReport]
    let run: Run

    private var wasInterrupted: Bool {
        Interrupt.requested || reports.contains(where: \.interrupted)
    }

    func tell() throws -> ExitStatus {
        if let record = command.record {
            try OutputFile.write(EvidenceFile.write(reports.flatMap(\.evidence)), to: record)
        }
        if let metrics = command.metrics {
            try OutputFile.write(ProbeMetrics.document(reports), to: metrics)
        }
        let casebook = try casebook()
        let judgement = casebook.flatMap(judge)
        present(judgement, casebook?.casebook)
        run.console.flush()
        return command.nagios ? nagiosStatus(judgement) : status(judgement)
    }

    private func present(_ judgement: Judgement?, _ casebook: Casebook?) {
        let console = run.console
        if command.ndjson { return }
        if command.json {
            for report in reports { console.write(ProbeJSON.document(report)) }
        } else if command.nagios {
            console.write(
                ProbeNagios.line(
                    reports, nagiosStatus(judgement), cause: judgement?.title,
                    interrupted: wasInterrupted))
        } else {
            let text = ProbeText(
                reports: reports, casebook: casebook, verbose: run.settings.verbose,
                isTruncated: wasInterrupted, cause: judgement?.title)
            console.write(text.page(console.newPage()))
        }
    }

    /// What the casebook says to the reports.
    private struct Judgement {
        var verdict: Diagnosis.Verdict
        var title: String
    }

    /// `nil` where nobody asks it, or where a probe can do without.
    private func casebook() throws(Failure) -> LoadedCasebook? {
        let showsText = !command.json && !command.ndjson && !command.nagios
        guard command.failOn != .none || showsText else { return nil }
        do throws(Failure) {
            return try CasebookSource(run.settings).load()
        } catch {
            // Whether a target answers can be told without a casebook.
            if command.failOn == .trouble || command.failOn == .none { return nil }
            throw error
        }
    }

    /// Of the target with the strongest one; `nil` where no case is likely.
    private func judge(_ casebook: LoadedCasebook) -> Judgement? {
        if command.failOn == .none { return nil }
        let (engine, _) = casebook.engine(now: IncidentCommand.now())
        var best: Judgement?
        for report in reports {
            let diagnosis = engine.diagnose(Observations(report.evidence), detailed: 0)
            guard diagnosis.verdict == .confirmed || diagnosis.verdict == .likely,
                best?.verdict != .confirmed
            else { continue }
            let title = diagnosis.leader.flatMap { casebook.casebook[case: $0.id]?.title }
            best = Judgement(verdict: diagnosis.verdict, title: title ?? "a known case")
        }
        return best
    }

    private func isAtThreshold(_ judgement: Judgement?) -> Bool {
        switch command.failOn {
        case .none: false
        case .trouble: judgement != nil || reports.contains(where: \.hasTrouble)
        case .likely: judgement != nil
        case .confirmed: judgement?.verdict == .confirmed
        }
    }

    private func status(_ judgement: Judgement?) -> ExitStatus {
        if wasInterrupted { return .interrupted }
        if reports.allSatisfy(\.sawNothing) { return .couldNotLook }
        return isAtThreshold(judgement) ? .found : .nothingFound
    }

    /// The plugin interface: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
    private func nagiosStatus(_ judgement: Judgement?) -> ExitStatus {
        if wasInterrupted || reports.contains(where: \.sawNothing) { return .notEnoughEvidence }
        guard isAtThreshold(judgement) else { return .nothingFound }
        let isOnlyLikely =
            judgement?.verdict == .likely && !reports.contains(where: \.hasTrouble)
        return isOnlyLikely || (command.failOn == .likely && judgement?.verdict == .likely)
            ? .found : .couldNotLook
    }
}
