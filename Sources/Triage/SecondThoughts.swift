public import Diagnosis

/// How firmly a diagnosis stands: which answer is doubtful, what would give another leader, and
/// whether two causes at once explain more.
public struct SecondThoughts: Sendable {
    private static let mostEntries = 5
    /// Below this an answer is as good as any.
    private static let leastDoubt = 0.2

    /// Answers that are probably wrong, the most doubtful first.
    public let doubts: [Doubt]
    /// Facts and instruments without which another case would lead.
    public let leaningOn: [Counterfactual]
    /// Answers that, turned round, would give another leader; the most probable first.
    public let flips: [Counterfactual]
    public let together: CausePair?

    init(engine: Engine, observations: Observations) {
        doubts = Array(
            engine.doubts(observations).prefix { $0.probabilityWrong >= Self.leastDoubt }
                .prefix(Self.mostEntries))
        leaningOn = Array(
            engine.leaveOneOut(observations).filter(\.changesLeader).prefix(Self.mostEntries))
        flips = Array(engine.flips(observations).prefix(Self.mostEntries))
        together = engine.together(observations)
    }
}

extension TriageResult {
    /// Computed at every call: a judgement for each known fact.
    public func secondThoughts() -> SecondThoughts {
        SecondThoughts(engine: engine, observations: observations)
    }
}
