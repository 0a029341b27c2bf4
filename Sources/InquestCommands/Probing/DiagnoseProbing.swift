import Casebook
import Probes
import Triage

/// The probes of `diagnose --probe`: the bundle that is safe, then what the leading case's
/// deciding test asks for, as far as it is allowed.
struct DiagnoseProbing {
    private let command: DiagnoseCommand
    private let run: Run

    /// The deciding test of the leader, then of whoever leads after it.
    private static let rounds = 2

    init(_ command: DiagnoseCommand, _ run: Run) {
        self.command = command
        self.run = run
    }

    func run(in session: inout TriageSession) throws(Failure) {
        let options = try command.probes.options()
        let cancellation = Cancellation()
        Interrupt.cancels(cancellation)
        let jobs = session.targets.map { target in
            ProbeRequest.Job(target: target, probes: ProbeBundle(for: target, options).chosen)
        }
        perform(jobs, options, cancellation, &session)
        for _ in 0..<Self.rounds where !cancellation.isCancelled {
            let deciding = session.targets.map { target in
                ProbeRequest.Job(
                    target: target,
                    probes: session.decidingProbes(for: target).filter {
                        $0.effect <= options.allowed
                    })
            }.filter { !$0.probes.isEmpty }
            if deciding.isEmpty { break }
            perform(deciding, options, cancellation, &session)
        }
    }

    private func perform(
        _ jobs: [ProbeRequest.Job], _ options: ProbeOptions, _ cancellation: Cancellation,
        _ session: inout TriageSession
    ) {
        var request = ProbeRequest(jobs: jobs, options: options)
        request.watchesPackets = !command.noCapture && !command.nagios && jobs.count == 1
        let reports = session.probe(request, cancellation: cancellation)
        for packets in reports.compactMap(\.packets) where packets.blindness != nil {
            session.warn(
                Warning(
                    id: "probe.packets-not-watched", summary: ProbePacketsText.sentence(packets)))
        }
        for report in reports {
            for (reason, checks) in report.failuresByReason {
                let names = checks.joined(separator: ", ")
                session.warn(
                    Warning(
                        id: "probe.not-looked", summary: "\(report.target): \(names): \(reason)"))
            }
        }
    }
}
