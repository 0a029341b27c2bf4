/// The id of a symptom (`kebab-case`) or a finding (`layer.thing.property`).
public typealias FactID = String

/// The id of a case (`kebab-case`), which is also the name of its folder.
public typealias CaseID = String

/// How often a symptom or finding is present when a case is the cause.
///
/// The words are those of INTERNIST-1/QMR; the numbers they stand for belong to `Diagnosis`.
public enum Frequency: String, CaseIterable, Sendable, Codable {
    case always, usually, sometimes, rarely, never
}

/// What a check may do to the world, from harmless to harmful.
public enum EffectClass: String, CaseIterable, Comparable, Sendable, Codable {
    /// Reads this machine or a file.
    case local
    /// One ordinary transaction with the target.
    case normal
    /// Many or parallel transactions.
    case load
    /// May harm the service: a held silent connection, deliberate resets.
    case disruptive

    public static func < (left: EffectClass, right: EffectClass) -> Bool {
        left.rank < right.rank
    }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// A question that a person can answer about the incident with yes or no.
public struct Symptom: Hashable, Sendable, Codable {
    public var id: FactID
    public var question: String
    /// Facts of one group are several readings of one thing (`Diagnosis` discounts them).
    public var group: String?

    public init(id: FactID, question: String, group: String? = nil) {
        self.id = id
        self.question = question
        self.group = group
    }
}

/// A fact that a machine can establish, with its definition.
public struct FindingKind: Hashable, Sendable, Codable {
    public var id: FactID
    /// Precise, with its threshold.
    public var definition: String
    /// The unit of the number that evidence of this kind carries; `nil` when it carries none.
    public var unit: String?
    public var effect: EffectClass
    /// The command that establishes it.
    public var establishedBy: String
    /// How an operator can establish it without us, in one line.
    public var byHand: String
    public var group: String?
    /// How often it is present whatever is wrong, 0 to 1; `nil` leaves it to `Diagnosis`.
    public var background: Double?
    /// 1: build first; 2: sharpens the ranking.
    public var tier: Int

    public init(
        id: FactID, definition: String, unit: String? = nil, effect: EffectClass,
        establishedBy: String, byHand: String, group: String? = nil, background: Double? = nil,
        tier: Int
    ) {
        self.id = id
        self.definition = definition
        self.unit = unit
        self.effect = effect
        self.establishedBy = establishedBy
        self.byHand = byHand
        self.group = group
        self.background = background
        self.tier = tier
    }
}
