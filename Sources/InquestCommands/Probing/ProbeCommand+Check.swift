import Probes
import Triage

extension ProbeCommand {
    /// Tries an operator's own health check on the local servers.
    func tryCheck(_ command: String, _ run: Run) throws(Failure) -> ExitStatus {
        if let word = words.first {
            throw .badValue(
                option: "--check-command", value: word,
                expected: ["the command alone: it is tried on servers of our own"])
        }
        Interrupt.endByTermination()
        let report: CheckTheCheckerReport
        do throws(CheckTheChecker.Fault) {
            let checker = try CheckTheChecker(
                command: command,
                environment: run.settings.environment.map { "\($0.key)=\($0.value)" })
            report = try checker.run(limit: .seconds(probes.timeout)) { !Interrupt.requested }
        } catch {
            throw .probing(.checkCommand(error))
        }
        if json || ndjson {
            run.console.write(CheckTheCheckerJSON.document(report))
        } else if nagios {
            run.console.write(CheckTheCheckerText.nagiosLine(report))
        } else {
            let text = CheckTheCheckerText(report: report, limit: probes.timeout)
            run.console.write(text.page(run.console.newPage()))
        }
        return status(report)
    }

    private func status(_ report: CheckTheCheckerReport) -> ExitStatus {
        if nagios {
            // 0 OK, 2 CRITICAL, 3 UNKNOWN of the plugin interface.
            if report.interrupted || !report.isMeaningful { return .notEnoughEvidence }
            return report.unseen.isEmpty ? .done : .couldNotLook
        }
        if report.interrupted || Interrupt.requested { return .interrupted }
        if !report.isMeaningful { return .couldNotLook }
        return report.unseen.isEmpty || failOn == .none ? .done : .found
    }
}
