/// The cases and the one vocabulary in which they speak.
public struct Casebook: Hashable, Sendable {
    /// Sorted by id.
    public private(set) var cases: [Case]
    /// In the vocabulary file's order.
    public private(set) var symptoms: [Symptom]
    /// Then one for each case with log signatures, see `SignatureFinding`, and those that cases
    /// define themselves, see `CustomFinding`.
    public private(set) var findings: [FindingKind]
    /// Of all files that the casebook was read from, 40 hexadecimal digits.
    public let hash: String
    /// Where the cases come from, the later win; empty where nobody said it.
    public var books: [Book] = []
    private let caseIndex: [CaseID: Int]
    private let symptomIndex: [FactID: Int]
    private let findingIndex: [FactID: Int]

    /// - Precondition: ids are unique (`case lint` reports duplicates before it comes to this).
    public init(cases: [Case], symptoms: [Symptom], findings: [FindingKind], hash: String) {
        let hasWord = findings.contains { $0.id == SignatureFinding.general }
        self.cases = cases.sorted { $0.id < $1.id }.map { hasWord ? $0.namingItsSignature() : $0 }
        self.symptoms = symptoms
        self.findings =
            findings + SignatureFinding.kinds(self.cases, vocabulary: findings)
            + CustomFinding.kinds(self.cases, vocabulary: findings)
        self.hash = hash
        caseIndex = Self.index(self.cases.map(\.id))
        symptomIndex = Self.index(symptoms.map(\.id))
        findingIndex = Self.index(self.findings.map(\.id))
    }

    private static func index(_ ids: [String]) -> [String: Int] {
        Dictionary(uniqueKeysWithValues: zip(ids, ids.indices))
    }

    public subscript(case id: CaseID) -> Case? { caseIndex[id].map { cases[$0] } }
    public subscript(symptom id: FactID) -> Symptom? { symptomIndex[id].map { symptoms[$0] } }
    public subscript(finding id: FactID) -> FindingKind? { findingIndex[id].map { findings[$0] } }

    /// Whether `id` is a symptom or a finding of the vocabulary.
    public func knows(fact id: FactID) -> Bool {
        symptomIndex[id] != nil || findingIndex[id] != nil
    }

    /// The echo group of a fact, if it belongs to one.
    public func group(of id: FactID) -> String? {
        self[symptom: id]?.group ?? self[finding: id]?.group
    }
}
