import Casebook
import Glibc
import Probes
import Synchronization
import Triage
import TriageTUI

/// Runs probes on the target of the session.
struct ProbeExecutor: CheckExecutor {
    private let turns = TargetTurns()

    func canRun(_ step: NextStep) -> Bool { runs(step.id) && step.needs == nil }

    func runs(_ step: String) -> Bool { ProbeList.named(step) != nil }

    func run(
        _ check: Check, cancelled: Cancelled, tell: @escaping @Sendable (String) -> Void
    ) throws -> CheckOutcome {
        guard let words = check.target else { return CheckOutcome([]) }
        let target = try ProbeArguments.target(words)
        let cancellation = Cancellation()
        cancelled.onSet { cancellation.cancel() }
        let place = "\(target.host) \(target.port)"
        tell("waits for its turn")
        guard turns.take(place, { cancelled.isSet }) else {
            return CheckOutcome([], interrupted: true)
        }
        defer { turns.give(place) }
        tell("asks \(words)")
        let notices = LatestNotice(tell)
        defer { notices.end() }
        return CheckOutcome(
            ProbeRun.run(
                request(check, target), cancellation: cancellation,
                onNotice: { notice in
                    let name = check.steps.count == 1 ? "" : notice.check + ": "
                    notices.put(name + notice.text)
                }))
    }

    private func request(_ check: Check, _ target: ProbeTarget) -> ProbeRequest {
        var options = ProbeOptions()
        // The screens have asked for consent before this.
        options.allowed = max(options.allowed, check.effect)
        let probes = check.steps.compactMap(ProbeList.named).compactMap { probe in
            target.fitted(to: probe).map { (target: $0, probe: probe) }
        }
        let places = Set(probes.map(\.target))
        let jobs = places.sorted { $0.description < $1.description }.map { place in
            ProbeRequest.Job(
                target: place, probes: probes.filter { $0.target == place }.map(\.probe),
                isNamed: check.steps.count == 1)
        }
        return ProbeRequest(jobs: jobs, options: options)
    }
}

/// Checks of one target take turns: a server that handles one connection at a time would otherwise
/// fail because of us.
private final class TargetTurns: Sendable {
    private let busy = Mutex<Set<String>>([])
    /// Microseconds between two looks of somebody who waits.
    private static let patience: UInt32 = 20_000

    /// Blocks until nobody else asks there.
    ///
    /// - Returns: `false` when it is no longer wanted.
    func take(_ place: String, _ isUnwanted: () -> Bool) -> Bool {
        while !isUnwanted() {
            if busy.withLock({ $0.insert(place).inserted }) { return true }
            usleep(Self.patience)
        }
        return false
    }

    func give(_ place: String) { _ = busy.withLock { $0.remove(place) } }
}
