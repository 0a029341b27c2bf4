public import Casebook

/// How far evidence can tell one case from another, when everything is known that anybody could
/// find out about the facts that the two list.
public struct Separation: Hashable, Sendable {
    public var other: CaseID
    /// Expected decibans for the true case against the other, the smaller of the two directions.
    public var decibans: Double
    /// The facts that do it, strongest first.
    public var facts: [Share]

    /// What one fact contributes.
    public struct Share: Hashable, Sendable {
        public var fact: FactID
        public var decibans: Double
    }

    /// Below it two cases are as good as one: nothing that is seen will favour either by 10 to 1
    /// (inference.md §6).
    public static let least = 10.0
}

/// Who can tell a fact; a symptom is a person's to tell.
public typealias InstrumentOfFact = @Sendable (FactID) -> Evidence.Instrument

extension Engine {
    /// The cases that full evidence separates from `id` by less than `limit` decibans, the nearest
    /// first.
    ///
    /// The expected log-likelihood ratio (Kullback and Leibler 1951) of what the best instrument
    /// says of each fact. In an echo group the fact that tells most counts in full and the others
    /// as echoes do, so that this is what the best attainable evidence gives.
    public func neighbours(
        of id: CaseID, within limit: Double, instrument: InstrumentOfFact
    ) -> [Separation] {
        guard let item = model.caseIndex[id] else { return [] }
        return candidates(near: item, limit: limit, instrument).compactMap { other in
            let found = separation(item, other, instrument)
            return found.decibans < limit ? found : nil
        }.sorted { ($0.decibans, $0.other) < ($1.decibans, $1.other) }
    }

    /// - Returns: `nil` where the casebook knows only one of the two.
    public func separation(
        of id: CaseID, from other: CaseID, instrument: InstrumentOfFact
    ) -> Separation? {
        guard let first = model.caseIndex[id], let second = model.caseIndex[other] else {
            return nil
        }
        return separation(first, second, instrument)
    }

    /// Up to so many cases every pair is looked at.
    private static let mostCompared = 2_000

    /// Beyond, the cases that list one of the facts that tell most of `item`: who lists none of
    /// them is farther away than the limit.
    private func candidates(
        near item: Int, limit: Double, _ instrument: InstrumentOfFact
    ) -> [Int] {
        let others = model.caseIDs.indices.filter { $0 != item }
        guard others.count > Self.mostCompared else { return others }
        let own = model.forward.listings(ofCase: item).map { listing in
            let told = divergence(
                listing.probability, model.background[listing.fact],
                instrument(model.factIDs[listing.fact]))
            return (fact: listing.fact, told: told)
        }.sorted { ($1.told, $0.fact) < ($0.told, $1.fact) }
        var (sum, groups, near) = (0.0, Set<Int>(), Set<Int>())
        for entry in own where sum < limit {
            let group = model.groupOfFact[entry.fact]
            if group < 0 || groups.insert(group).inserted { sum += entry.told }
            for place in model.postings.range(entry.fact) {
                near.insert(Int(model.postings.item[place]))
            }
        }
        return sum < limit ? others : near.filter { $0 != item }.sorted()
    }

    private func separation(
        _ first: Int, _ second: Int, _ instrument: InstrumentOfFact
    ) -> Separation {
        var (there, back): ([(fact: Int, told: Double)], [(fact: Int, told: Double)]) = ([], [])
        for fact in facts(of: first, or: second) {
            let own = model.probability(ofFact: fact, inCase: first)
            let other = model.probability(ofFact: fact, inCase: second)
            let source = instrument(model.factIDs[fact])
            there.append((fact, divergence(own, other, source)))
            back.append((fact, divergence(other, own, source)))
        }
        let (one, two) = (weighed(there), weighed(back))
        func sum(_ shares: [Separation.Share]) -> Double {
            shares.reduce(0) { $0 + $1.decibans }
        }
        let smaller = sum(one) <= sum(two) ? one : two
        return Separation(
            other: model.caseIDs[second], decibans: sum(smaller),
            facts: smaller.filter { $0.decibans > 0 })
    }

    private func facts(of first: Int, or second: Int) -> [Int] {
        var facts = model.forward.listings(ofCase: first).map(\.fact)
        facts += model.forward.listings(ofCase: second).lazy.map(\.fact).filter { fact in
            model.forward.listing(of: fact, inCase: first) == nil
        }
        return facts.sorted()
    }

    /// With echo weights by what each fact tells, the strongest first; adds up.
    private func weighed(_ told: [(fact: Int, told: Double)]) -> [Separation.Share] {
        var rank: [Int: Int] = [:]
        return told.sorted { ($1.told, $0.fact) < ($0.told, $1.fact) }.map { entry in
            let group = model.groupOfFact[entry.fact]
            var weight = 1.0
            if group >= 0 {
                rank[group, default: 0] += 1
                weight = model.groups[group].weight(ofRank: rank[group] ?? 1)
            }
            return Separation.Share(
                fact: model.factIDs[entry.fact], decibans: weight * entry.told)
        }
    }

    /// Expected decibans of one answer about a fact that is present with `probability`, against a
    /// hypothesis that makes it `other`.
    private func divergence(
        _ probability: Double, _ other: Double, _ instrument: Evidence.Instrument
    ) -> Double {
        if probability == other { return 0 }
        let rates = parameters.errorRates(instrument, graded: false)
        func sayingYes(_ presence: Double) -> Double {
            presence * (1 - rates.falseNo) + (1 - presence) * rates.falseYes
        }
        let (yes, otherYes) = (sayingYes(probability), sayingYes(other))
        return decibansPerNeper
            * (yes * naturalLogarithm(yes / otherYes)
                + (1 - yes) * naturalLogarithm((1 - yes) / (1 - otherYes)))
    }
}
