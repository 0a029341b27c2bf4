import Casebook
import Triage
import TriageTUI

/// Looks twice at the host that it runs on.
struct HostExecutor: CheckExecutor {
    func canRun(_ step: NextStep) -> Bool { step.id == OpenSteps.hostStep }

    func run(
        _ check: Check, cancelled: Cancelled, tell: @escaping @Sendable (String) -> Void
    ) throws -> [Evidence] {
        tell("two looks, \(Int(OpenSteps.hostWatchSeconds)) s apart")
        let wish = HostRun.Wish(watch: OpenSteps.hostWatchSeconds)
        return try HostRun(wish, casebook: .init(cases: [], symptoms: [], findings: [], hash: "")) {
            !cancelled.isSet
        }.findings
    }
}
