import Casebook

/// Looks at one case after the other in the light of what is known.
///
/// A class: closures hold it by one reference, where a copy of the engine would cost more than the
/// looking.
final class Examiner {
    let engine: Engine
    let posterior: Posterior

    /// By place in the model.
    private let isPresent: [Bool]
    /// Cases of which one fact of a proof at least is present, in order: all others are unproven.
    let provable: [Int]
    private let mayBeProven: [Bool]

    init(engine: Engine, posterior: Posterior) {
        self.engine = engine
        self.posterior = posterior
        var isPresent = [Bool](repeating: false, count: engine.model.factIDs.count)
        for reading in posterior.readings where reading.state == .present {
            isPresent[reading.fact] = true
        }
        self.isPresent = isPresent
        var mayBeProven = [Bool](repeating: false, count: engine.proofs.count)
        var provable: [Int] = []
        for fact in isPresent.indices where isPresent[fact] {
            for item in engine.casesProvedWith[fact] where !mayBeProven[item] {
                mayBeProven[item] = true
                provable.append(item)
            }
        }
        self.mayBeProven = mayBeProven
        self.provable = provable.sorted()
    }

    private var model: Model { engine.model }

    private func reading(_ fact: FactID) -> Reading? {
        model.factIndex[fact].flatMap(posterior.reading)
    }

    // MARK: Verdicts

    /// Required facts that a machine found absent and listed "never" facts that it found present.
    func exclusions(_ item: Int) -> [FactID] {
        var facts: [Int] = []
        for fact in engine.proofs[item].requires {
            guard let reading = posterior.reading(of: fact) else { continue }
            if reading.state == .absent, reading.machineSaysAbsent { facts.append(fact) }
        }
        for listing in model.forward.listings(ofCase: item) where listing.word == .never {
            guard let reading = posterior.reading(of: listing.fact) else { continue }
            if reading.state == .present, reading.machineSaysPresent { facts.append(listing.fact) }
        }
        return facts.map { model.factIDs[$0] }
    }

    func isProven(_ item: Int) -> Bool {
        isDecided(item) || hasAll(engine.proofs[item].sufficient, item)
    }

    /// Whether the deciding test has run and matched.
    func isDecided(_ item: Int) -> Bool { hasAll(engine.proofs[item].confirms, item) }

    /// Whether one of the alternatives is fully present. A person's word does for the symptoms
    /// among its facts, for no other, and never alone, unless the case knows nothing but symptoms.
    private func hasAll(_ alternatives: [[Int]], _ item: Int) -> Bool {
        guard mayBeProven[item] else { return false }
        for facts in alternatives where facts.allSatisfy({ isPresent[$0] }) {
            let wordWillDo = engine.proofs[item].wordWillDo
            var machineSaysOne = false
            var isMet = true
            for fact in facts {
                let machineSays = posterior.reading(of: fact)?.machineSaysPresent ?? false
                machineSaysOne = machineSaysOne || machineSays
                isMet = isMet && (machineSays || model.isSymptom[fact] || wordWillDo)
            }
            if isMet, machineSaysOne || wordWillDo { return true }
        }
        return false
    }

    // MARK: Lists

    /// - Parameter detailed: whether to fill the lists, which cost more than the judgement.
    func ranked(
        _ item: Int, verdict: RankedCase.Verdict, excludedBy: [FactID], detailed: Bool
    ) -> RankedCase {
        let contributions = detailed ? contributionsAgainstBackground(item) : []
        let scale = engine.decibansPerScore
        return RankedCase(
            id: model.caseIDs[item], probability: posterior.cases[item], verdict: verdict,
            priorDecibans: scale
                * (model.logPrior[item] - naturalLogarithm(model.unlistedPrior)),
            evidenceDecibans: scale * (posterior.caseScores[item] - model.logPrior[item]),
            supports: contributions.filter { $0.decibans > 0 },
            against: contributions.filter { $0.decibans < 0 },
            missing: detailed ? missing(item) : [],
            unexplained: detailed ? unexplained(item) : [],
            falseLeads: detailed ? falseLeads(item) : [], decided: isDecided(item),
            excludedBy: excludedBy)
    }

    /// Strongest first; facts that the case does not list contribute nothing and are left out.
    private func contributionsAgainstBackground(_ item: Int) -> [Contribution] {
        model.forward.listings(ofCase: item).compactMap { listing in
            posterior.reading(of: listing.fact).map { reading in
                contribution(
                    reading, frequency: listing.word, expected: listing.probability,
                    rivalExpected: model.background[listing.fact])
            }
        }.sorted(by: Self.strongerFirst)
    }

    func contribution(
        _ reading: Reading, frequency: Frequency?, expected: Double, rivalExpected: Double
    ) -> Contribution {
        Contribution(
            fact: model.factIDs[reading.fact], state: reading.state,
            decibans: engine.decibansPerScore
                * (reading.logLikelihood(expected) - reading.logLikelihood(rivalExpected)),
            frequency: frequency, expected: expected, rivalExpected: rivalExpected,
            echoWeight: reading.weight)
    }

    static func strongerFirst(_ left: Contribution, _ right: Contribution) -> Bool {
        let (first, second) = (abs(left.decibans), abs(right.decibans))
        return first != second ? first > second : left.fact < right.fact
    }

    /// Always before usually; within a word, the rarer elsewhere the more telling.
    func missing(_ item: Int) -> [FactID] {
        model.forward.listings(ofCase: item).filter { listing in
            (listing.word == .always || listing.word == .usually)
                && (posterior.reading(of: listing.fact)?.state ?? .unknown) == .unknown
        }.sorted { left, right in
            let first = left.probability / model.background[left.fact]
            let second = right.probability / model.background[right.fact]
            return first != second ? first > second : left.fact < right.fact
        }.map { model.factIDs[$0.fact] }
    }

    func unexplained(_ item: Int) -> [FactID] {
        posterior.readings.filter { reading in
            reading.state == .present
                && model.forward.listing(of: reading.fact, inCase: item) == nil
        }.sorted { left, right in
            left.strength != right.strength
                ? left.strength > right.strength : left.fact < right.fact
        }.map { model.factIDs[$0.fact] }
    }

    private func falseLeads(_ item: Int) -> [LeadState] {
        engine.entry(item).falseLeads.map { lead in
            LeadState(
                lead: lead, closed: lead.closedBy.flatMap(reading)?.state == .present)
        }
    }

    func known() -> [KnownFact] {
        posterior.readings.map { reading in
            KnownFact(
                id: model.factIDs[reading.fact], state: reading.state,
                decibans: decibans(ofRatio: reading.ifPresent / reading.ifAbsent),
                fromMachine: reading.machineSaysPresent || reading.machineSaysAbsent)
        }
    }
}
