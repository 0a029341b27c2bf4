public import Casebook

/// Something that can be done now to learn facts: a question, a probe, a check.
public struct Step: Hashable, Sendable {
    public var id: String
    /// What one run tells; a check may establish several facts at once.
    public var facts: [FactID]
    public var instrument: Evidence.Instrument
    /// Of a person or of the clock, whichever has to wait.
    public var seconds: Double
    /// Needs rights that an ordinary user lacks.
    public var privileged: Bool
    public var effect: EffectClass

    public init(
        id: String, facts: [FactID], instrument: Evidence.Instrument, seconds: Double,
        privileged: Bool = false, effect: EffectClass = .local
    ) {
        self.id = id
        self.facts = facts
        self.instrument = instrument
        self.seconds = seconds
        self.privileged = privileged
        self.effect = effect
    }

    /// Needs nobody, harms nothing, asks for no rights: part of the first move.
    var isSafe: Bool { instrument.isMachine && !privileged && effect <= .normal }
}

extension Evidence.Instrument {
    /// Whether a program and not a person speaks.
    var isMachine: Bool { self == .capture || self == .probe || self == .host }
}

/// What the operator lets the program do.
public struct Permission: Hashable, Sendable {
    /// The most harmful effect that needs no further consent.
    public var allowed: EffectClass
    /// The most harmful effect that may be proposed at all; above `allowed` the proposal says
    /// that it needs consent.
    public var proposed: EffectClass
    /// Whether steps that need rights can run here.
    public var privileged: Bool
    /// Whether somebody is there to answer questions.
    public var questions: Bool

    public init(
        allowed: EffectClass = .normal, proposed: EffectClass = .disruptive,
        privileged: Bool = false, questions: Bool = true
    ) {
        self.allowed = allowed
        self.proposed = max(allowed, proposed)
        self.privileged = privileged
        self.questions = questions
    }

    func admits(_ step: Step) -> Bool {
        step.effect <= proposed && (privileged || !step.privileged)
            && (questions || step.instrument.isMachine)
    }
}

/// What steps cost and when to stop, in numbers of the inference note's §5.
public struct StepPolicy: Hashable, Sendable {
    /// Seconds that a step's need for rights is worth.
    public var privilegedPenalty = 20.0
    /// Seconds that an effect above `normal` is worth.
    public var intrusivePenalty = 30.0
    /// Added to every cost, so that a free trifle does not come before a cheap answer.
    public var overhead = 10.0
    /// P(leader) at which asking ends; right in 95 of 100 such stops in the note's simulation.
    public var stopProbability = 0.85
    /// P(none) at which it ends.
    public var stopNoneProbability = 0.6
    /// Bits below which no step is worth its trouble.
    public var leastGain = 0.03
    public var mostMoves = 40
    /// |ln a/b| from which a fact is settled.
    public var settled = 3.5
    /// Seconds for the whole dialogue; `nil` is no limit.
    public var budget: Double?

    public init() {}

    /// In seconds; what is not a number costs nothing.
    public func cost(of step: Step) -> Double {
        let seconds = step.seconds.isFinite ? max(0, step.seconds) : 0
        return seconds + (step.privileged ? privilegedPenalty : 0)
            + (step.effect > .normal ? intrusivePenalty : 0)
    }
}
