import Triage
import TriageTUI

/// Runs checks of one kind for the screens: probes, looks at this host.
protocol CheckExecutor: Sendable {
    /// Whether a step is one of its checks, and all that it needs is there.
    func canRun(_ step: NextStep) -> Bool

    /// Whether the id of a step is that of one of its checks.
    func runs(_ step: String) -> Bool

    /// Blocks until it is done or cancelled; called on a thread of its own, several at once.
    ///
    /// - Parameter tell: what it is doing, in a word or two, for the last line.
    func run(
        _ check: Check, cancelled: Cancelled, tell: @escaping @Sendable (String) -> Void
    ) throws -> CheckOutcome
}

/// One line a kind of check.
enum CheckExecutors {
    static let all: [any CheckExecutor] = [ProbeExecutor(), HostExecutor()]

    static func canRun(_ step: NextStep) -> Bool { all.contains { $0.canRun(step) } }

    static func runner(of check: Check) -> (any CheckExecutor)? {
        all.first { executor in check.steps.allSatisfy(executor.runs) }
    }
}
