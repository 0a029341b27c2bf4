public import Casebook

/// What the engine knows: facts and the cases that list them, without any text.
///
/// It comes from a `Casebook`, or from a neutral casebook over the engine's wire protocol.
public struct Knowledge: Hashable, Sendable {
    /// A yes/no truth about the system: a symptom or a finding.
    public struct Fact: Hashable, Sendable {
        public var id: FactID
        /// Facts of one group are readings of one thing, as far as the cases say so.
        public var group: String?
        /// P(present | a case that does not list it); `nil` takes `Parameters.background`.
        public var background: Double?
        /// Only a person can tell it.
        public var isSymptom: Bool

        public init(
            id: FactID, group: String? = nil, background: Double? = nil, isSymptom: Bool = false
        ) {
            self.id = id
            self.group = group
            self.background = background
            self.isSymptom = isSymptom
        }
    }

    /// A case as far as judgement needs it.
    public struct Entry: Hashable, Sendable {
        public var id: CaseID
        public var family: String
        public var baseRate: Case.BaseRate
        public var lists: [Case.Listing]
        /// Facts that exclude the case when a machine found them absent.
        public var requires: [FactID]
        /// Alternatives of which one, fully present, says that the deciding test matched.
        public var confirms: [[FactID]]
        /// Alternatives of which one, fully present, proves the case without the test.
        public var sufficient: [[FactID]]
        /// Whether a person's word can confirm it: the case knows no machine-made finding.
        public var hasOnlySymptoms: Bool
        public var falseLeads: [Case.FalseLead]
        /// What to do first if this is the cause; cases that share it need not be told apart.
        public var firstAction: String?

        public init(
            id: CaseID, family: String, baseRate: Case.BaseRate = .uncommon,
            lists: [Case.Listing] = [], requires: [FactID] = [], confirms: [[FactID]] = [],
            sufficient: [[FactID]] = [], hasOnlySymptoms: Bool = false,
            falseLeads: [Case.FalseLead] = [], firstAction: String? = nil
        ) {
            self.id = id
            self.family = family
            self.baseRate = baseRate
            self.lists = lists
            self.requires = requires
            self.confirms = confirms
            self.sufficient = sufficient
            self.hasOnlySymptoms = hasOnlySymptoms
            self.falseLeads = falseLeads
            self.firstAction = firstAction
        }
    }

    public var facts: [Fact]
    public var cases: [Entry]

    public init(facts: [Fact], cases: [Entry]) {
        self.facts = facts
        self.cases = cases
    }
}

extension Knowledge {
    /// All cases but the retired ones.
    public init(_ casebook: Casebook) {
        facts =
            casebook.symptoms.map { Fact(id: $0.id, group: $0.group, isSymptom: true) }
            + casebook.findings.map {
                Fact(id: $0.id, group: $0.group, background: $0.background)
            }
        cases = casebook.cases.filter { $0.status != .retired }.map(Entry.init)
    }
}

extension Knowledge.Entry {
    /// A required finding that the front matter does not list counts as `always`; one that only
    /// the deciding test mentions as `sometimes`, so that a matching test moves the probability.
    init(_ item: Case) {
        var lists = item.symptoms + item.findings
        var seen = Set(lists.map(\.fact))
        func add(_ facts: [FactID], _ frequency: Frequency) {
            for fact in facts where seen.insert(fact).inserted {
                lists.append(Case.Listing(fact: fact, frequency: frequency))
            }
        }
        add(item.requires, .always)
        add((item.decision.confirms + item.decision.sufficient).flatMap { $0 }, .sometimes)
        self.init(
            id: item.id, family: item.family, baseRate: item.baseRate, lists: lists,
            requires: item.requires, confirms: item.decision.confirms,
            sufficient: item.decision.sufficient, hasOnlySymptoms: item.findings.isEmpty,
            falseLeads: item.falseLeads)
    }
}
