import Casebook
import Probes
import Triage
import TriageTUI

/// Runs one probe on the target of the session.
struct ProbeExecutor: CheckExecutor {
    func canRun(_ step: NextStep) -> Bool {
        ProbeList.named(step.id) != nil && step.needs == nil
    }

    func run(
        _ check: Check, cancelled: Cancelled, tell: @escaping @Sendable (String) -> Void
    ) throws -> [Evidence] {
        guard let probe = ProbeList.named(check.step), let words = check.target else { return [] }
        var options = ProbeOptions()
        // The screens have asked for consent before this.
        options.allowed = max(options.allowed, check.effect)
        let job = ProbeRequest.Job(
            target: try ProbeArguments.target(words), probes: [probe], isNamed: true)
        let cancellation = Cancellation()
        cancelled.onSet { cancellation.cancel() }
        tell("asks \(words)")
        return ProbeRun.run(ProbeRequest(jobs: [job], options: options), cancellation: cancellation)
            .flatMap(\.evidence)
    }
}
