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
        let verdict = try verdict()
        present(verdict)
        run.console.flush()
        return command.nagios ? nagiosStatus(verdict) : status(verdict)
    }

    private func present(_ verdict: Diagnosis.Verdict?) {
        let console = run.console
        if command.ndjson { return }
        if command.json {
            for report in reports { console.write(ProbeJSON.document(report)) }
        } else if command.nagios {
            console.write(
                ProbeNagios.line(
                    reports, nagiosStatus(verdict), interrupted: wasInterrupted))
        } else {
            let casebook = try? CasebookSource(run.settings).load().casebook
            let text = ProbeText(
                reports: reports, casebook: casebook, verbose: run.settings.verbose,
                isTruncated: wasInterrupted)
            console.write(text.page(console.newPage()))
        }
    }

    /// Of the target with the strongest one; judged only where the exit code depends on it.
    private func verdict() throws(Failure) -> Diagnosis.Verdict? {
        guard command.failOn == .likely || command.failOn == .confirmed else { return nil }
        let casebook = try CasebookSource(run.settings).load()
        let (engine, _) = casebook.engine(now: IncidentCommand.now())
        let verdicts = reports.map { report in
            engine.diagnose(Observations(report.evidence), detailed: 0).verdict
        }
        for verdict in [Diagnosis.Verdict.confirmed, .likely] where verdicts.contains(verdict) {
            return verdict
        }
        return nil
    }

    private func isAtThreshold(_ verdict: Diagnosis.Verdict?) -> Bool {
        switch command.failOn {
        case .none: false
        case .trouble: reports.contains(where: \.hasTrouble)
        case .likely: verdict != nil
        case .confirmed: verdict == .confirmed
        }
    }

    private func status(_ verdict: Diagnosis.Verdict?) -> ExitStatus {
        if wasInterrupted { return .interrupted }
        if reports.allSatisfy(\.sawNothing) { return .couldNotLook }
        return isAtThreshold(verdict) ? .found : .nothingFound
    }

    /// The plugin interface: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
    private func nagiosStatus(_ verdict: Diagnosis.Verdict?) -> ExitStatus {
        if wasInterrupted || reports.contains(where: \.sawNothing) { return .notEnoughEvidence }
        guard isAtThreshold(verdict) else { return .nothingFound }
        return verdict == .likely ? .found : .couldNotLook
    }
}
