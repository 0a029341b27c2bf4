public import Casebook

/// The state of a triage: what is known, what could be done, what was done and what it cost.
public struct Dialogue: Hashable, Sendable {
    public var observations: Observations
    /// Everything that could be done here and now; unique ids.
    public var steps: [Step]
    public var permission: Permission
    public var policy: StepPolicy
    /// Ids of steps that have run, whatever they told.
    public private(set) var done: Set<String> = []
    /// Seconds by the clock.
    public private(set) var spent = 0.0
    /// How often something was done; checks side by side are one move.
    public private(set) var moves = 0

    public init(
        observations: Observations = Observations(), steps: [Step],
        permission: Permission = Permission(), policy: StepPolicy = StepPolicy()
    ) {
        self.observations = observations
        self.steps = steps
        self.permission = permission
        self.policy = policy
    }

    /// Records that steps have run side by side: the clock moves by the longest.
    public mutating func finish(_ steps: [Step], telling evidence: some Sequence<Evidence> = []) {
        done.formUnion(steps.map(\.id))
        moves += 1
        spent += steps.map { $0.seconds.isFinite ? max(0, $0.seconds) : 0 }.max() ?? 0
        for item in evidence { observations.record(item) }
    }

    /// Not yet run, and within what the operator permits.
    var permitted: [Step] {
        steps.filter { !done.contains($0.id) && permission.admits($0) }
    }

    var secondsLeft: Double { policy.budget.map { max(0, $0 - spent) } ?? .infinity }

    /// Whether the first move, all safe checks at once, still lies ahead.
    var isBeforeFirstMove: Bool { !steps.contains { $0.isSafe && done.contains($0.id) } }
}
