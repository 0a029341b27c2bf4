import Casebook

/// Looks at one case after the other in the light of what is known.
///
/// A class: closures hold it by one reference, where a copy of the engine would cost more than the
/// looking.
final class Examiner {
    let engine: Engine
    let posterior: Posterior

    init(engine: Engine, posterior: Posterior) {
        self.engine = engine
        self.posterior = posterior
    }

    private var model: Model { engine.model }

    private func reading(_ fact: FactID) -> Reading? {
        model.factIndex[fact].flatMap(posterior.reading)
    }

    // MARK: Verdicts

    /// Required facts that a machine found absent and listed "never" facts that it found present.
    func exclusions(_ item: Int) -> [FactID] {
        let entry = engine.entry(item)
        let lacking = entry.requires.filter { fact in
            guard let reading = reading(fact) else { return false }
            return reading.state == .absent && reading.machineSaysAbsent
        }
        let forbidden = model.forward.listings(ofCase: item).filter { listing in
            guard listing.word == .never, let reading = posterior.reading(of: listing.fact)
            else { return false }
            return reading.state == .present && reading.machineSaysPresent
        }
        return lacking + forbidden.map { model.factIDs[$0.fact] }
    }

    func isProven(_ item: Int) -> Bool {
        isDecided(item) || hasAll(engine.entry(item).sufficient, item)
    }

    /// Whether the deciding test has run and matched.
    func isDecided(_ item: Int) -> Bool {
        hasAll(engine.entry(item).confirms, item)
    }

    /// Whether one of the alternatives is fully present. A person's word does for the symptoms
    /// among its facts, for no other, and never alone, unless the case knows nothing but symptoms.
    private func hasAll(_ alternatives: [[FactID]], _ item: Int) -> Bool {
        let wordWillDo = engine.entry(item).hasOnlySymptoms
        return alternatives.contains { facts in
            var machineSaysOne = false
            for id in facts {
                guard let reading = reading(id), reading.state == .present else { return false }
                machineSaysOne = machineSaysOne || reading.machineSaysPresent
                let isSymptom = model.isSymptom[reading.fact]
                if !(reading.machineSaysPresent || isSymptom || wordWillDo) { return false }
            }
            return !facts.isEmpty && (machineSaysOne || wordWillDo)
        }
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
