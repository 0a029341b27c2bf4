public import Casebook

/// What a casebook makes of the evidence.
public struct Diagnosis: Hashable, Sendable {
    /// The answer in one word; `Ground` says why.
    ///
    /// Exit codes of `inquest diagnose` follow from it: `confirmed` and `likely` end with 1 where
    /// they reach `--fail-on`, else with 0; `none` with 0, as a healthy capture does; `undecided`
    /// with 3, or with 2 when its ground is `nothingLookedAt`.
    public enum Verdict: String, CaseIterable, Sendable, Codable {
        case confirmed, likely, undecided, none
    }

    /// Why the verdict is what it is.
    public enum Ground: Hashable, Sendable {
        /// The case's deciding test has matched, or evidence it names as sufficient.
        case proven(CaseID)
        /// The leader is probable enough and far enough ahead.
        case ahead(CaseID)
        /// P(none of the known cases) is large and enough facts are known.
        case outsideCasebook
        /// Facts were looked at, and not one was present.
        case nothingAbnormal
        /// What is present speaks for no case: it is such as healthy systems show too.
        case nothingFits
        /// No known fact: nothing was looked at.
        case nothingLookedAt
        /// Something is wrong, and the evidence does not tell what.
        case notEnoughEvidence
    }

    public var verdict: Verdict
    public var ground: Ground
    /// All cases of the casebook, by probability, then id.
    public var cases: [RankedCase]
    /// P(none of the cases in the casebook).
    public var unlisted: Double
    /// The same by family, largest first: a hint at the area, right one time in three.
    public var unlistedByFamily: [UnlistedFamily]
    /// Facts of the vocabulary with a known state.
    public var known: [KnownFact]
    /// Present facts that the leading case does not list, strongest first.
    public var unexplained: [FactID]
    /// Facts in the evidence that the vocabulary does not know; they were left out.
    public var unrecognised: [FactID]

    /// The most probable confirmed case, else the most probable that is not excluded.
    public var leader: RankedCase? {
        // By place: a copy of each case costs more than the looking.
        let place =
            cases.indices.first { cases[$0].verdict == .confirmed }
            ?? cases.indices.first { cases[$0].verdict != .excluded }
        return place.map { cases[$0] }
    }
}

/// One family's share of "none of the cases in the casebook".
public struct UnlistedFamily: Hashable, Sendable {
    public var family: String
    public var probability: Double
}

/// A fact and what all instruments together say of it.
public struct KnownFact: Hashable, Sendable {
    public var id: FactID
    /// `unknown` where instruments contradict each other evenly.
    public var state: FactState
    /// How much was said, in decibans of present against absent; negative for absent.
    public var decibans: Double
    /// Whether a capture, probe or host check is among the sources.
    public var fromMachine: Bool
}

/// A case with its probability, its verdict and the evidence for and against it.
public struct RankedCase: Hashable, Sendable {
    public enum Verdict: String, CaseIterable, Sendable, Codable {
        case confirmed, likely, possible, excluded
    }

    public var id: CaseID
    public var probability: Double
    public var verdict: Verdict
    /// Odds of the case against "none of these" before any evidence.
    public var priorDecibans: Double
    /// Sum of `supports` and `against`: evidence for the case, compared with a cause that
    /// lists none of the facts.
    public var evidenceDecibans: Double
    /// Facts that make the case likelier than such a cause, strongest first.
    public var supports: [Contribution]
    /// Facts that make it less likely, strongest first.
    public var against: [Contribution]
    /// Facts it expects always or usually that nobody has looked at, the most telling first.
    public var missing: [FactID]
    /// Present facts that it does not list, strongest first.
    public var unexplained: [FactID]
    public var falseLeads: [LeadState]
    /// Whether the deciding test has run and matched.
    public var decided: Bool
    /// Why it is excluded: required facts that are absent, "never" facts that are present.
    public var excludedBy: [FactID]
}

/// A false lead and whether a present finding closes it.
public struct LeadState: Hashable, Sendable {
    public var lead: Case.FalseLead
    public var closed: Bool
}

/// What one fact does to the odds of one hypothesis against another.
public struct Contribution: Hashable, Sendable {
    public var fact: FactID
    public var state: FactState
    /// Positive speaks for the case.
    public var decibans: Double
    /// The case's word for the fact; `nil` where it does not list it.
    public var frequency: Frequency?
    /// P(fact present | the case is the cause).
    public var expected: Double
    /// P(fact present | the hypothesis it is compared with).
    public var rivalExpected: Double
    /// Below 1 where a stronger reading of the same thing is known.
    public var echoWeight: Double

    /// "hardly matters", "slightly", "clearly", "strongly" or "decisive".
    public var words: String { Wording.strength(decibans) }
    /// How many times likelier the fact makes the case: 10^(dB/10); below 1 it speaks against.
    public var factor: Double { ratio(ofDecibans: decibans) }
}
