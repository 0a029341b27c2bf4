public import Casebook

/// Judges evidence against a casebook: a function of the two and of nothing else.
///
/// The model is that of the project's inference note: one cause at a time or none of the known
/// ones, leaky noisy-OR frequencies, instruments with error rates, echo groups. It draws on
/// INTERNIST-1/QMR (frequency words), Pathfinder (single cause) and Díez' leaky noisy-OR.
public struct Engine: Sendable {
    public let parameters: Parameters
    public let knowledge: Knowledge
    let model: Model
    /// Position of each case of the model in `knowledge.cases`.
    private let entryOfCase: [Int]
    /// Cases with the same first action, where there are two or more.
    let sameActionCases: [[Int]]
    /// What settles each case of the model.
    let proofs: [Proof]
    /// By fact, cases of which an alternative of a proof begins with it.
    let casesProvedWith: [[Int]]
    /// T of the softmax: fitted to confirmed incidents, or the parameter.
    let temperature: Double

    /// - Parameter learned: what confirmed incidents add; nothing by default.
    public init(
        casebook: Casebook, parameters: Parameters = Parameters(), learned: Learned = Learned()
    ) {
        self.init(knowledge: Knowledge(casebook), parameters: parameters, learned: learned)
    }

    public init(
        knowledge: Knowledge, parameters: Parameters = Parameters(), learned: Learned = Learned()
    ) {
        self.parameters = parameters
        self.knowledge = knowledge
        let model = ModelBuilder(knowledge, parameters: parameters, learned: learned).build()
        self.model = model
        var entryOfCase = [Int](repeating: 0, count: model.caseIDs.count)
        for (position, entry) in knowledge.cases.enumerated().reversed() {
            if let item = model.caseIndex[entry.id] { entryOfCase[item] = position }
        }
        self.entryOfCase = entryOfCase
        let actions = Dictionary(grouping: model.caseIDs.indices) { item in
            knowledge.cases[entryOfCase[item]].firstAction
        }
        sameActionCases =
            actions.filter { $0.key != nil && $0.value.count > 1 }.map(\.value)
            .sorted { $0[0] < $1[0] }
        let proofs = model.caseIDs.indices.map { Proof(knowledge.cases[entryOfCase[$0]], model) }
        self.proofs = proofs
        var casesProvedWith = [[Int]](repeating: [], count: model.factIDs.count)
        for (item, proof) in proofs.enumerated() {
            for fact in Set((proof.confirms + proof.sufficient).map { $0[0] }) {
                casesProvedWith[fact].append(item)
            }
        }
        self.casesProvedWith = casesProvedWith
        let wanted = learned.temperature ?? parameters.temperature
        temperature = wanted.isFinite && wanted > 0 ? wanted : 1
    }

    func entry(_ item: Int) -> Knowledge.Entry { knowledge.cases[entryOfCase[item]] }

    /// Cases that are proven. One that something excludes is so only at the top of the ranking:
    /// evidence that contradicts itself proves nothing further down.
    func confirmedCases(_ examiner: Examiner) -> Set<Int> {
        let proven = examiner.provable.filter(examiner.isProven)
        guard !proven.isEmpty else { return [] }
        let top = best(1, in: examiner.posterior.cases).first
        return Set(proven.filter { $0 == top || examiner.exclusions($0).isEmpty })
    }

    func posterior(_ observations: Observations) -> Posterior {
        model.posterior(
            model.readings(observations, parameters: parameters),
            temperature: temperature)
    }

    /// Nepers of Λ to decibans of the posterior.
    var decibansPerScore: Double { decibansPerNeper / temperature }

    /// All cases by probability, ties by id.
    func ranking(_ posterior: Posterior) -> [Int] {
        best(posterior.cases.count, in: posterior.cases)
    }
}
