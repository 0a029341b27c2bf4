import Casebook
import Diagnosis

/// SplitMix64 (Steele, Lea, Flood 2014): small, seeded, the same on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func chance(_ probability: Double) -> Bool {
        Double.random(in: 0..<1, using: &self) < probability
    }
}

/// A made-up casebook and the means to sample incidents from it.
struct RandomWorld {
    var generator: SeededGenerator
    let knowledge: Knowledge

    static let machines: [Evidence.Instrument] = [.capture, .probe, .host]

    /// - Parameter grouped: whether a third of the facts belong to echo groups of three.
    init(seed: UInt64, cases: Int = 40, facts: Int = 80, families: Int = 8, grouped: Bool = true) {
        var generator = SeededGenerator(seed: seed)
        let ids = (0..<facts).map { Self.id("f", $0) }
        var vocabulary: [Knowledge.Fact] = []
        for index in 0..<facts {
            let group = grouped && index < facts / 3 ? Self.id("g", index / 3) : nil
            let rate =
                generator.chance(0.3) ? Double.random(in: 0.01...0.15, using: &generator) : nil
            vocabulary.append(Knowledge.Fact(id: ids[index], group: group, background: rate))
        }
        var entries: [Knowledge.Entry] = []
        for index in 0..<cases {
            let count = min(facts, Int.random(in: 5...15, using: &generator))
            var lists: [Case.Listing] = []
            for fact in ids.shuffled(using: &generator).prefix(count) {
                let word = Self.words.randomElement(using: &generator) ?? .usually
                lists.append(Case.Listing(fact: fact, frequency: word))
            }
            entries.append(
                Knowledge.Entry(
                    id: Self.id("c", index), family: Self.id("a", index % families),
                    baseRate: Case.BaseRate.allCases.randomElement(using: &generator) ?? .rare,
                    lists: lists))
        }
        self.generator = generator
        knowledge = Knowledge(facts: vocabulary, cases: entries)
    }

    private static let words: [Frequency] = [
        .always, .usually, .usually, .sometimes, .rarely, .never,
    ]

    static func id(_ letter: String, _ number: Int) -> String {
        let digits = String(number)
        return letter + String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }

    /// Answers on `count` different facts by random instruments, true or not.
    mutating func randomEvidence(_ count: Int) -> [Evidence] {
        knowledge.facts.shuffled(using: &generator).prefix(count).map { fact in
            let instruments: [Evidence.Instrument] = [.operator, .capture, .probe, .host]
            let instrument = instruments.randomElement(using: &generator) ?? .operator
            return evidence(
                fact.id, generator.chance(0.3) ? .present : .absent, instrument)
        }
    }

    /// What a perfect observer of one incident with this cause would report.
    mutating func incident(of item: Knowledge.Entry) -> [Evidence] {
        let parameters = Parameters()
        let words = Dictionary(
            item.lists.map { ($0.fact, $0.frequency) }, uniquingKeysWith: { first, _ in first })
        return knowledge.facts.map { fact in
            let frequency = words[fact.id].map { parameters[$0] } ?? fact.background ?? 0.05
            let instrument = Self.machines.randomElement(using: &generator) ?? .probe
            return evidence(
                fact.id, generator.chance(frequency) ? .present : .absent, instrument)
        }
    }
}

func evidence(
    _ id: FactID, _ state: FactState, _ instrument: Evidence.Instrument = .probe
) -> Evidence {
    Evidence(id: id, kind: .finding, state: state, source: instrument.rawValue)
}

extension Diagnosis {
    /// Probability by case id.
    var probabilities: [CaseID: Double] {
        Dictionary(uniqueKeysWithValues: cases.map { ($0.id, $0.probability) })
    }

    subscript(id: CaseID) -> RankedCase? { cases.first { $0.id == id } }
}

/// Shorthand for entries of hand-made casebooks.
func entry(
    _ id: CaseID, family: String = "tls", _ rate: Case.BaseRate,
    _ lists: KeyValuePairs<FactID, Frequency> = [:]
) -> Knowledge.Entry {
    Knowledge.Entry(
        id: id, family: family, baseRate: rate,
        lists: lists.map { Case.Listing(fact: $0.key, frequency: $0.value) })
}

func entry(
    _ id: CaseID, family: String = "tls", _ lists: KeyValuePairs<FactID, Frequency> = [:]
) -> Knowledge.Entry {
    entry(id, family: family, .uncommon, lists)
}
