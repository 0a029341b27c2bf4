import Casebook

/// Compiles `Knowledge` into a `Model`; forgiving, because the lint has its own voice: a repeated
/// id is the first one's, a listed fact outside the vocabulary becomes a fact.
struct ModelBuilder {
    private let parameters: Parameters
    private let learned: Learned
    private let cases: [Knowledge.Entry]
    private let facts: [Knowledge.Fact]
    private let factIndex: [FactID: Int]
    private let families: [String]
    /// Facts that confirm a case alone.
    private let proving: Set<FactID>

    init(_ knowledge: Knowledge, parameters: Parameters, learned: Learned) {
        self.parameters = parameters
        self.learned = learned
        var seenCases = Set<CaseID>()
        cases = knowledge.cases.filter { seenCases.insert($0.id).inserted }
            .sorted { $0.id < $1.id }
        var seenFacts = Set<FactID>()
        var facts = knowledge.facts.filter { seenFacts.insert($0.id).inserted }
        for listing in cases.flatMap(\.lists) where seenFacts.insert(listing.fact).inserted {
            facts.append(Knowledge.Fact(id: listing.fact))
        }
        self.facts = facts.sorted { $0.id < $1.id }
        factIndex = Dictionary(uniqueKeysWithValues: zip(self.facts.map(\.id), self.facts.indices))
        let alternatives = cases.flatMap { $0.confirms + $0.sufficient }
        proving = Set(alternatives.filter { $0.count == 1 }.flatMap { $0 })
        // An empty casebook still has one row, which then holds all the mass.
        families = cases.isEmpty ? [""] : Set(cases.map(\.family)).sorted()
    }

    func build() -> Model {
        let background = facts.map(backgroundRate)
        let forward = forwardLists(background: background)
        let prior = priors()
        let rowPrior = (cases.isEmpty ? 1 : unlistedPrior()) / Double(families.count)
        let postings = Self.postings(forward: forward, factCount: facts.count)
        let familyIndex = Dictionary(uniqueKeysWithValues: zip(families, families.indices))
        let caseFamily = cases.map { familyIndex[$0.family] ?? 0 }
        let (groups, groupOfFact) = echoGroups(postings: postings)
        return Model(
            caseIDs: cases.map(\.id), caseFamily: caseFamily, familyNames: families,
            factIDs: facts.map(\.id), isSymptom: facts.map(\.isSymptom), factIndex: factIndex,
            caseIndex: Dictionary(uniqueKeysWithValues: zip(cases.map(\.id), cases.indices)),
            background: background, prior: prior, rowPrior: rowPrior,
            logPrior: prior.map(naturalLogarithm), logRowPrior: naturalLogarithm(rowPrior),
            postings: postings, forward: forward,
            rows: rows(
                forward: forward, background: background, prior: prior, caseFamily: caseFamily),
            groups: groups, groupOfFact: groupOfFact)
    }

    private func backgroundRate(_ fact: Knowledge.Fact) -> Double {
        let usual = Parameters.probability(parameters.background, or: 0.05)
        let silent =
            proving.contains(fact.id)
            ? min(usual, Parameters.probability(parameters.provingBackground, or: usual)) : usual
        let cold = Parameters.probability(fact.background, or: silent)
        return learned.background(of: fact.id, cold: cold)
    }

    /// P(present | case) of a listing: noisy-OR with the leak, or an exclusion for "never".
    private func probability(_ word: Frequency, background: Double) -> Double {
        IncidentDraw.presence(word, frequency: parameters[word], background: background)
    }

    private func forwardLists(background: [Double]) -> ForwardLists {
        var start = [0]
        var listings: [ForwardLists.Listing] = []
        for item in cases {
            var own: [Int: ForwardLists.Listing] = [:]
            for listing in item.lists {
                guard let fact = factIndex[listing.fact], own[fact] == nil else { continue }
                let cold = probability(listing.frequency, background: background[fact])
                own[fact] = ForwardLists.Listing(
                    fact: fact,
                    probability: learned.probability(of: listing.fact, in: item.id, cold: cold),
                    word: listing.frequency)
            }
            listings += own.values.sorted { $0.fact < $1.fact }
            start.append(listings.count)
        }
        return ForwardLists(start: start, listings: listings)
    }

    private func unlistedPrior() -> Double {
        let strength = parameters.priorStrength
        let rate = Parameters.probability(parameters.unlistedRate, or: 0.15)
        return (strength * rate + learned.unlistedCount) / (strength + learned.incidentCount)
    }

    private func priors() -> [Double] {
        let weights = cases.map { parameters[$0.baseRate] }
        let total = weights.reduce(0, +)
        let counts = cases.map { learned.count(of: $0.id) }
        let counted = counts.reduce(0, +)
        let strength = parameters.priorStrength
        let listed = 1 - unlistedPrior()
        return zip(weights, counts).map { weight, count in
            listed * (strength * weight / total + count) / (strength + counted)
        }
    }

    /// Two passes over the forward lists: count, then place.
    private static func postings(forward: ForwardLists, factCount: Int) -> Postings {
        var start = [Int](repeating: 0, count: factCount + 1)
        for listing in forward.listings { start[listing.fact + 1] += 1 }
        for fact in 0..<factCount { start[fact + 1] += start[fact] }
        var next = start
        var item = [Int32](repeating: 0, count: forward.listings.count)
        var code = item
        var palettes = [[Double]](repeating: [], count: factCount)
        var codes = [[Double: Int32]](repeating: [:], count: factCount)
        for index in 0..<(forward.start.count - 1) {
            for listing in forward.listings(ofCase: index) {
                let fact = listing.fact
                let known = codes[fact][listing.probability]
                if known == nil {
                    codes[fact][listing.probability] = Int32(palettes[fact].count)
                    palettes[fact].append(listing.probability)
                }
                item[next[fact]] = Int32(index)
                code[next[fact]] = known ?? Int32(palettes[fact].count - 1)
                next[fact] += 1
            }
        }
        var paletteStart = [0]
        for palette in palettes {
            paletteStart.append(paletteStart[paletteStart.count - 1] + palette.count)
        }
        return Postings(
            start: start, item: item, code: code, paletteStart: paletteStart,
            palette: palettes.flatMap { $0 })
    }

    /// An unknown problem of family k: mostly the family's average case, a little the casebook's.
    private func rows(
        forward: ForwardLists, background: [Double], prior: [Double], caseFamily: [Int]
    ) -> [Double] {
        let factCount = facts.count
        var size = [Double](repeating: 0, count: families.count)
        for family in caseFamily { size[family] += 1 }
        let listed = prior.reduce(0, +)
        var family = [Double](repeating: 0, count: families.count * factCount)
        var overall = [Double](repeating: 0, count: factCount)
        for item in cases.indices {
            for listing in forward.listings(ofCase: item) {
                let excess = listing.probability - background[listing.fact]
                let owner = caseFamily[item]
                family[owner * factCount + listing.fact] += excess / size[owner]
                overall[listing.fact] += excess * prior[item] / listed
            }
        }
        return family.indices.map { position in
            let fact = position % factCount
            let share = parameters.familyShare(ofSize: size[position / factCount])
            let average = share * family[position] + (1 - share) * overall[fact]
            return Parameters.probability(background[fact] + average, or: background[fact])
        }
    }

    private func echoGroups(postings: Postings) -> (groups: [EchoGroup], ofFact: [Int]) {
        var ofFact = [Int](repeating: -1, count: facts.count)
        var groups: [EchoGroup] = []
        let membersByName = Dictionary(
            grouping: facts.indices.filter { facts[$0].group != nil }, by: { facts[$0].group ?? "" }
        )
        for (_, members) in membersByName.sorted(by: { $0.key < $1.key }) {
            let listedBy = members.map { Set(postings.item[postings.range($0)]) }
            for fact in members { ofFact[fact] = groups.count }
            groups.append(
                EchoGroup(
                    facts: members,
                    redundancy: EchoGroup.redundancy(listedBy: listedBy, parameters: parameters)))
        }
        return (groups, ofFact)
    }
}
