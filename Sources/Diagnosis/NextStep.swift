import Casebook

/// A step worth doing, with what it may tell and cost.
public struct Proposal: Hashable, Sendable {
    public var step: Step
    /// Expected information about the cause.
    public var gainBits: Double
    /// Seconds, with the penalties for rights and effect.
    public var costSeconds: Double
    /// Its effect is above what was allowed: ask first, showing what will be sent.
    public var needsConsent: Bool
}

/// What to do next.
public enum Advice: Hashable, Sendable {
    /// All safe checks at once: the first move. Side by side they cost as much as the longest.
    case runTogether([Proposal])
    /// The step with the most bits per second.
    case take(Proposal)
    case stop(StopReason)
}

extension Engine {
    /// The best next move.
    public func advise(_ dialogue: Dialogue) -> Advice {
        let posterior = posterior(dialogue.observations)
        if let reason = settledReason(posterior, policy: dialogue.policy) { return .stop(reason) }
        let permitted = dialogue.permitted
        let affordable = permitted.filter { $0.seconds <= dialogue.secondsLeft }
        var ranker = StepRanker(engine: self, posterior: posterior, dialogue: dialogue)
        if dialogue.isBeforeFirstMove {
            let first = affordable.filter { $0.isSafe && $0.effect <= dialogue.permission.allowed }
            if !first.isEmpty { return .runTogether(ranker.ranked(first)) }
        }
        if dialogue.moves >= dialogue.policy.mostMoves { return .stop(.moveLimit) }
        let proposals = ranker.ranked(affordable.filter(ranker.isOpen))
        guard let best = proposals.first else {
            let tooLong = permitted.contains {
                $0.seconds > dialogue.secondsLeft && ranker.isOpen($0)
            }
            return .stop(tooLong ? .budgetSpent : .noStepLeft)
        }
        let most = proposals.lazy.map(\.gainBits).max() ?? 0
        return most < dialogue.policy.leastGain
            ? .stop(.littleToLearn(bestGainBits: most)) : .take(best)
    }

    /// All open steps by bits per second, best first: the list to show beside the advice.
    public func proposals(_ dialogue: Dialogue) -> [Proposal] {
        var ranker = StepRanker(
            engine: self, posterior: posterior(dialogue.observations), dialogue: dialogue)
        return ranker.ranked(dialogue.permitted.filter(ranker.isOpen))
    }
}

/// Values steps in one state of the dialogue.
struct StepRanker {
    private let engine: Engine
    private let posterior: Posterior
    private let table: GainTable
    private let permission: Permission
    private let policy: StepPolicy
    /// Two steps that ask the same instrument about the same fact tell the same.
    private var gains: [Asked: Double] = [:]

    private struct Asked: Hashable {
        let fact: Int
        let instrument: Evidence.Instrument
    }

    init(engine: Engine, posterior: Posterior, dialogue: Dialogue) {
        self.engine = engine
        self.posterior = posterior
        table = GainTable(
            model: engine.model, posterior: posterior, temperature: engine.temperature)
        permission = dialogue.permission
        policy = dialogue.policy
    }

    /// By bits per second, ties by id.
    mutating func ranked(_ steps: [Step]) -> [Proposal] {
        var made: [(proposal: Proposal, rate: Double)] = []
        for step in steps {
            let (bits, cost) = (gain(of: step), policy.cost(of: step))
            let proposal = Proposal(
                step: step, gainBits: bits, costSeconds: cost,
                needsConsent: step.effect > permission.allowed)
            made.append((proposal, bits / (cost + policy.overhead)))
        }
        return made.sorted { left, right in
            left.rate != right.rate
                ? left.rate > right.rate : left.proposal.step.id < right.proposal.step.id
        }.map(\.proposal)
    }

    /// The sum over the facts that a run would tell, which is an upper bound, capped at H(p).
    private mutating func gain(of step: Step) -> Double {
        let rates = engine.parameters.errorRates(step.instrument, graded: false)
        var sum = 0.0
        for fact in Set(step.facts.compactMap { engine.model.factIndex[$0] }).sorted()
        where isUnsettled(fact, step.instrument) {
            let asked = Asked(fact: fact, instrument: step.instrument)
            let bits = gains[asked] ?? table.gain(fact: fact, rates: rates)
            gains[asked] = bits
            sum += bits
        }
        return min(sum, table.entropy)
    }

    /// Whether it would tell anything that is not settled.
    func isOpen(_ step: Step) -> Bool {
        step.facts.contains { id in
            engine.model.factIndex[id].map { isUnsettled($0, step.instrument) } ?? false
        }
    }

    /// A settled fact needs no further look, and a person is not asked about what is known.
    private func isUnsettled(_ fact: Int, _ instrument: Evidence.Instrument) -> Bool {
        guard let reading = posterior.reading(of: fact) else { return true }
        return instrument.isMachine && reading.strength < policy.settled
    }
}
