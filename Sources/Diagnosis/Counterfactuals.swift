public import Casebook

/// How the diagnosis would stand with one thing less, or with one answer turned round.
public struct Counterfactual: Hashable, Sendable {
    public enum Change: Hashable, Sendable {
        /// Without anything that was said of the fact.
        case without(FactID)
        /// Without everything that the instrument said.
        case withoutInstrument(Evidence.Instrument)
        /// Had the fact been the other way round.
        case flipped(FactID)
    }

    public var change: Change
    /// P(the flipped answer was wrong); 1 for things left out.
    public var probability: Double
    /// Who would lead; `nil` is "none of these".
    public var leader: CaseID?
    public var leaderProbability: Double
    /// What would be left to today's leader.
    public var formerLeaderProbability: Double
    public var changesLeader: Bool
}

extension Engine {
    /// Each known fact and each instrument left out once, those that change the leader first.
    public func leaveOneOut(_ observations: Observations) -> [Counterfactual] {
        let facts = posterior(observations).readings.map { model.factIDs[$0.fact] }
        let instruments = Set(observations.answers.keys.map(\.instrument))
        let changes =
            facts.map(Counterfactual.Change.without)
            + Evidence.Instrument.allCases.filter(instruments.contains)
            .map(Counterfactual.Change.withoutInstrument)
        return counterfactuals(changes, observations) { _ in 1 }
    }

    /// Single answers that, turned round, would give another leader; the most doubtful first.
    public func flips(_ observations: Observations) -> [Counterfactual] {
        let doubts = doubts(observations)
        let wrong = Dictionary(
            doubts.map { ($0.fact, $0.probabilityWrong) }, uniquingKeysWith: { first, _ in first })
        return counterfactuals(doubts.map { .flipped($0.fact) }, observations) { change in
            if case .flipped(let fact) = change { wrong[fact] ?? 0 } else { 0 }
        }.filter(\.changesLeader)
    }

    /// Sorted by whether the leader changes, then by probability of the change, then by how far
    /// today's leader would fall; the order of `changes` breaks ties.
    private func counterfactuals(
        _ changes: [Counterfactual.Change], _ observations: Observations,
        probability: (Counterfactual.Change) -> Double
    ) -> [Counterfactual] {
        let before = posterior(observations)
        let leader = lead(of: before).id
        let made = changes.map { change in
            let after = posterior(observations.applying(change))
            let lead = lead(of: after)
            let former = leader.flatMap { model.caseIndex[$0] }.map { after.cases[$0] }
            return Counterfactual(
                change: change, probability: probability(change), leader: lead.id,
                leaderProbability: lead.probability,
                formerLeaderProbability: former ?? after.unlisted,
                changesLeader: lead.id != leader)
        }
        return made.enumerated().sorted { left, right in
            let (first, second) = (left.element, right.element)
            if first.changesLeader != second.changesLeader { return first.changesLeader }
            if first.probability != second.probability {
                return first.probability > second.probability
            }
            return first.formerLeaderProbability != second.formerLeaderProbability
                ? first.formerLeaderProbability < second.formerLeaderProbability
                : left.offset < right.offset
        }.map(\.element)
    }
}

extension Observations {
    fileprivate func applying(_ change: Counterfactual.Change) -> Observations {
        switch change {
        case .without(let fact): without(fact)
        case .withoutInstrument(let instrument): without(instrument)
        case .flipped(let fact): flipping(fact)
        }
    }
}
