public import Casebook

/// How likely a case is found from typical evidence, by simulation.
public struct Strength: Hashable, Sendable {
    /// Simulated incidents with this cause.
    public var incidents: Int
    /// How often the case came out before all others, in 0...1.
    public var first: Double
    /// How often it was among the first three.
    public var firstThree: Double

    /// Below it the case is more often missed than found.
    public static let least = 0.5
}

/// What is looked at in a typical triage.
public struct TypicalEvidence: Hashable, Sendable {
    /// Share of the facts of each instrument that is known in the end.
    ///
    /// People volunteer some of what they see (`IncidentDraw.reported`) and are asked a part of
    /// the rest. Half of what instruments can tell is an assumption: one place of two, or one
    /// triage of two.
    public var known: [Evidence.Instrument: Double] = [
        .operator: 0.25, .capture: 0.5, .probe: 0.5, .host: 0.5,
    ]

    public init() {}
}

extension Engine {
    /// Simulates incidents whose cause is `id`: facts as the words say, seen by instruments that
    /// err as theirs do. The same numbers for the same seed and casebook.
    ///
    /// - Returns: `nil` where the casebook does not know the case.
    public func strength(
        of id: CaseID, incidents: Int, seed: UInt64, instrument: InstrumentOfFact,
        typical: TypicalEvidence = TypicalEvidence()
    ) -> Strength? {
        guard let item = model.caseIndex[id], incidents > 0 else { return nil }
        // Facts that no case lists change nothing.
        let facts = model.factIDs.indices.filter { !model.postings.range($0).isEmpty }
        let sources = facts.map { model.isSymptom[$0] ? .operator : instrument(model.factIDs[$0]) }
        var random = RandomSource(seed: seed, stream: Self.stream(id))
        var (first, firstThree) = (0.0, 0.0)
        for _ in 0..<incidents {
            let scores = posterior(of: item, facts, sources, typical, &random).caseScores
            let (ahead, level) = scores.reduce(into: (0, 0)) { count, score in
                if score > scores[item] {
                    count.0 += 1
                } else if score == scores[item] {
                    count.1 += 1
                }
            }
            // Cases that nothing tells apart share the places that they take together.
            first += ahead == 0 ? 1 / Double(level) : 0
            firstThree += min(1, Double(max(0, 3 - ahead)) / Double(level))
        }
        return Strength(
            incidents: incidents, first: first / Double(incidents),
            firstThree: firstThree / Double(incidents))
    }

    /// Of one incident and what was said of it.
    private func posterior(
        of item: Int, _ facts: [Int], _ sources: [Evidence.Instrument],
        _ typical: TypicalEvidence, _ random: inout RandomSource
    ) -> Posterior {
        var draw = IncidentDraw()
        var readings: [Reading] = []
        let missing = random.between(IncidentDraw.missing.least, IncidentDraw.missing.most)
        for (fact, source) in zip(facts, sources) {
            let group = model.groupOfFact[fact]
            let present = draw.isPresent(
                model.probability(ofFact: fact, inCase: item),
                group: group < 0 ? nil : "\(group)", &random)
            var votes = Votes()
            if source == .operator, random.chance(Self.reporting(present)) {
                votes.add(.init(present: true, graded: false), by: .report)
            } else if random.chance((typical.known[source] ?? 0) * (1 - missing)) {
                let rates = parameters.errorRates(source, graded: false)
                let wrong = random.chance(present ? rates.falseNo : rates.falseYes)
                votes.add(.init(present: present != wrong, graded: false), by: source)
            } else {
                continue
            }
            readings.append(votes.reading(of: fact, parameters: parameters))
        }
        model.weigh(&readings)
        return model.posterior(readings, temperature: temperature)
    }

    /// A stream of numbers for each case, whatever else is in the casebook (FNV-1a, 64 bits).
    private static func stream(_ id: CaseID) -> UInt64 {
        id.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    private static func reporting(_ present: Bool) -> Double {
        present ? IncidentDraw.reported.present : IncidentDraw.reported.absent
    }
}
