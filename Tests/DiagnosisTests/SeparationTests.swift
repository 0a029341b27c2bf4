import Casebook
import Diagnosis
import Testing

/// How far cases are apart, and how likely each is found.
@Suite struct SeparationTests {
    private let byCapture: InstrumentOfFact = { _ in .capture }

    private func engine(
        _ cases: [Knowledge.Entry], groups: [FactID: String] = [:]
    ) -> Engine {
        let facts = Set(cases.flatMap(\.lists).map(\.fact)).sorted()
        return Engine(
            knowledge: Knowledge(
                facts: facts.map { Knowledge.Fact(id: $0, group: groups[$0]) }, cases: cases))
    }

    @Test func `twins are 0 dB apart, and each names the other`() throws {
        let twins = engine([
            entry("a", ["f1": .always, "f2": .usually]),
            entry("b", ["f1": .always, "f2": .usually]),
            entry("c", ["f3": .always, "f4": .always, "f5": .always]),
        ])
        let near = twins.neighbours(of: "a", within: Separation.least, instrument: byCapture)
        #expect(near.map(\.other) == ["b"])
        #expect(near[0].decibans == 0)
        #expect(near[0].facts.isEmpty)
        #expect(twins.neighbours(of: "no-such", within: 10, instrument: byCapture).isEmpty)
    }

    @Test func `it is the expected weight of evidence that a simulation finds`() throws {
        let cases = [entry("a", ["f1": .usually, "f2": .sometimes]), entry("b", ["f1": .never])]
        let engine = engine(cases)
        let found = try #require(
            engine.separation(of: "a", from: "b", instrument: byCapture))
        // inference.md §3: P(present) by word and leak .05; a capture errs in 3 of 100.
        let rows = [
            "a": ["f1": 1 - 0.22 * 0.95, "f2": 1 - 0.65 * 0.95], "b": ["f1": 0.01, "f2": 0.05],
        ]
        var random = RandomSource(seed: 1)
        var least = Double.infinity
        for (cause, other) in [("a", "b"), ("b", "a")] {
            var sum = 0.0
            let draws = 4_000
            for _ in 0..<draws {
                let answers = ["f1", "f2"].map { fact in
                    let present = random.chance(rows[cause]?[fact] ?? 0)
                    return evidence(
                        fact, random.chance(0.03) == present ? .absent : .present, .capture)
                }
                let why = try #require(engine.explain(cause, against: other, answers))
                sum += why.contributions.reduce(0) { $0 + $1.decibans }
            }
            least = min(least, sum / Double(draws))
        }
        #expect(abs(found.decibans - least) < 0.3)
        #expect(found.facts.map(\.fact) == ["f1", "f2"])
    }

    @Test func `echoes of one thing do not tell two cases apart three times`() throws {
        let lists: [Knowledge.Entry] = [
            entry("a", ["f1": .usually, "f2": .usually, "f3": .usually]),
            entry("b", ["f4": .usually]),
        ]
        let alone = try #require(
            engine(lists).separation(of: "a", from: "b", instrument: byCapture))
        let echoing = engine(lists, groups: ["f1": "g", "f2": "g", "f3": "g"])
        let together = try #require(
            echoing.separation(of: "a", from: "b", instrument: byCapture))
        #expect(together.decibans < alone.decibans)
    }

    @Test func `beyond two thousand cases the near ones are found all the same`() throws {
        var random = RandomSource(seed: 3)
        let words: [Frequency] = [.always, .usually, .sometimes]
        var cases = (0..<2_100).map { number in
            let facts = Set((0..<8).map { _ in "f\(random.next() % 400)" }).sorted()
            return Knowledge.Entry(
                id: "c\(10_000 + number)", family: "tls",
                lists: facts.map {
                    Case.Listing(fact: $0, frequency: words[Int(random.next() % 3)])
                })
        }
        cases.append(
            Knowledge.Entry(id: "twin", family: cases[7].family, lists: cases[7].lists))
        let engine = engine(cases)
        let near = engine.neighbours(of: "twin", within: 20, instrument: byCapture)
        #expect(near.first?.other == cases[7].id)
        for other in cases.prefix(300) where !near.map(\.other).contains(other.id) {
            let found = engine.separation(of: "twin", from: other.id, instrument: byCapture)
            #expect((found?.decibans ?? 0) >= 20)
        }
    }

    @Test func `a case that lists what others do not is found, one that lists nothing is not`()
        throws
    {
        let engine = engine([
            entry("a", ["f1": .always, "f2": .always, "f3": .usually]),
            entry("b", ["f4": .always, "f5": .always]), entry("c", ["f6": .rarely]),
            entry("d", ["f6": .rarely]),
        ])
        let strong = try #require(
            engine.strength(of: "a", incidents: 200, seed: 1, instrument: byCapture))
        let weak = try #require(
            engine.strength(of: "c", incidents: 200, seed: 1, instrument: byCapture))
        #expect(strong.first > 0.7)
        #expect(weak.first < Strength.least)
        #expect(weak.first <= weak.firstThree)
        #expect(
            strong == engine.strength(of: "a", incidents: 200, seed: 1, instrument: byCapture))
        #expect(engine.strength(of: "x", incidents: 200, seed: 1, instrument: byCapture) == nil)
    }
}
