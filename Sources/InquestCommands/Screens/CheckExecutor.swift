import Casebook
import Triage
import TriageTUI

/// Runs checks of one kind for the screens: probes, looks at this host.
protocol CheckExecutor: Sendable {
    /// Whether a step is one of its checks, and all that it needs is there.
    func canRun(_ step: NextStep) -> Bool

    /// Blocks until it is done or cancelled; called on a thread of its own, several at once.
    ///
    /// - Parameter tell: what it is doing, in a word or two, for the last line.
    func run(
        _ check: Check, cancelled: Cancelled, tell: @escaping @Sendable (String) -> Void
    ) throws -> [Evidence]
}

/// One line a kind of check.
enum CheckExecutors {
    static let all: [any CheckExecutor] = [ProbeExecutor(), HostExecutor()]

    static func runner(of step: NextStep) -> (any CheckExecutor)? {
        all.first { $0.canRun(step) }
    }
}
