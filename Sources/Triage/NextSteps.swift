public import Casebook
public import Diagnosis

/// Something that nobody has looked at and that would tell the leading cases apart.
public struct NextStep: Hashable, Sendable {
    public enum Kind: String, Sendable {
        /// A question for a person.
        case ask
        /// A command.
        case run
    }

    public var kind: Kind
    /// The symptom or finding; `capture` for a new capture, which tells many.
    public var id: String
    /// What it would settle.
    public var facts: [FactID]
    /// The symptom's question, or the finding's definition.
    public var question: String
    /// Empty for a question.
    public var command: String
    public var effect: EffectClass
    /// Whether a person runs it without this program, and tells what came out.
    public var byHand: Bool
    /// What is needed and not at hand; `nil` where it can be done as it stands.
    public var needs: String?
    /// What a check would send at most, in words; `nil` where nothing is sent.
    public var sends: String?
    /// Expected information about the cause.
    public var gainBits: Double
    /// Expected time, without the penalties that the order takes into account.
    public var costSeconds: Double
    /// Where the diagnosis would stand after either answer; empty where many facts are settled.
    public var outcomes: [Outcome]
}

extension NextStep {
    /// Whether a probe waits for somebody to name what it should ask.
    public var needsTarget: Bool { needs == ProbeSteps.missingTarget }
}

/// What to look at next and whether it is worth it, from the engine's proposals.
struct NextSteps {
    private static let maximumSteps = 12

    let engine: Engine
    let diagnosis: Diagnosis
    let dialogue: Dialogue
    let open: OpenSteps

    /// Why there is nothing more worth asking; `nil` while there is.
    var stop: StopReason? {
        guard case .stop(let reason) = engine.advise(dialogue) else { return nil }
        return reason
    }

    /// Harmless before harmful, then by gain per cost, as many as the budget admits.
    func steps() -> [NextStep] {
        // A proven case needs no more questions.
        if diagnosis.verdict == .confirmed { return [] }
        var left = dialogue.policy.budget ?? .infinity
        var chosen: [NextStep] = []
        for proposal in worthwhile where chosen.count < Self.maximumSteps {
            guard proposal.step.seconds <= left else { continue }
            left -= proposal.step.seconds
            chosen.append(open.describe(proposal, engine: engine, dialogue.observations))
        }
        return chosen
    }

    private var worthwhile: [Proposal] {
        let deciding = factsOfTheLeader
        let proposals = engine.proposals(dialogue).filter { proposal in
            proposal.gainBits >= dialogue.policy.leastGain
                || !deciding.isDisjoint(with: proposal.step.facts)
        }
        let ranks = proposals.map { $0.needsConsent ? $0.step.effect : .local }
        // Stable: within one rank the order stays that of gain per cost.
        return proposals.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }
            .map { proposals[$0] }
    }

    /// What would prove the leading case is offered even where it would hardly change the odds.
    private var factsOfTheLeader: Set<FactID> {
        guard diagnosis.verdict != .none, let leader = diagnosis.leader else { return [] }
        let decision = open.casebook[case: leader.id]?.decision
        return Set((decision?.confirms ?? []).flatMap { $0 })
    }
}
