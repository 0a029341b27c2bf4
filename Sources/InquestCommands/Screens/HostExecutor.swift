import Casebook
import Triage
import TriageTUI

/// Looks twice at the host that it runs on.
struct HostExecutor: CheckExecutor {
    func canRun(_ step: NextStep) -> Bool { runs(step.id) }

    func runs(_ step: String) -> Bool { step == OpenSteps.hostStep }

    func run(
        _ check: Check, cancelled: Cancelled, tell: @escaping @Sendable (String) -> Void
    ) throws -> CheckOutcome {
        tell("two looks, \(Int(OpenSteps.hostWatchSeconds)) s apart")
        let wish = HostRun.Wish(watch: OpenSteps.hostWatchSeconds)
        let nothing = Casebook(cases: [], symptoms: [], findings: [], hash: "")
        return CheckOutcome(try HostRun(wish, casebook: nothing) { !cancelled.isSet })
    }
}
