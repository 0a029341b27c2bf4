import Casebook

/// What settles a case, its facts as places in the model: every case is asked after every answer.
struct Proof: Sendable {
    /// Alternatives, each a list of facts that must all be present: the deciding test has matched.
    let confirms: [[Int]]
    /// As above: proof without the test.
    let sufficient: [[Int]]
    /// Facts that exclude the case when a machine found them absent.
    let requires: [Int]
    /// Whether a person's word does for every fact: the case knows nothing but symptoms.
    let wordWillDo: Bool

    /// An alternative with a fact that the model does not know can never be met.
    init(_ entry: Knowledge.Entry, _ model: Model) {
        func places(_ alternatives: [[FactID]]) -> [[Int]] {
            alternatives.compactMap { facts in
                let known = facts.compactMap { model.factIndex[$0] }
                return known.isEmpty || known.count < facts.count ? nil : known
            }
        }
        confirms = places(entry.confirms)
        sufficient = places(entry.sufficient)
        requires = entry.requires.compactMap { model.factIndex[$0] }
        wordWillDo = entry.hasOnlySymptoms
    }
}
