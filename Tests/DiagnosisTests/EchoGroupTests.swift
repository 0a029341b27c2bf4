import Casebook
import Diagnosis
import Testing

@Suite struct EchoGroupTests {
    /// Three facts that the same two cases list, so J = 1 and ρ = .6.
    private let echoes = Knowledge(
        facts: ["f1", "f2", "f3"].map { Knowledge.Fact(id: $0, group: "g") },
        cases: [
            entry("a", ["f1": .usually, "f2": .usually, "f3": .usually]),
            entry("b", ["f1": .usually, "f2": .usually, "f3": .usually]),
            entry("c"),
        ])

    @Test func `readings of one thing weigh 1, .25, .11`() throws {
        let engine = Engine(knowledge: echoes)
        let seen = ["f1", "f2", "f3"].map { evidence($0, .present) }
        let weights = try #require(engine.diagnose(seen)["a"]).supports
            .sorted { $0.fact < $1.fact }.map(\.echoWeight)
        // n(k) = k / (1 + .6 (k - 1)): 1, 1.25, 1.3636…
        #expect(abs(weights[0] - 1) < 1e-12)
        #expect(abs(weights[1] - 0.25) < 1e-12)
        #expect(abs(weights[2] - (3 / 2.2 - 1.25)) < 1e-12)
    }

    @Test func `the strongest reading keeps its weight, whatever its id`() throws {
        let engine = Engine(knowledge: echoes)
        let diagnosis = engine.diagnose([
            evidence("f1", .present, .operator), evidence("f3", .present, .probe),
        ])
        let weights = try #require(diagnosis["a"]).supports.map { ($0.fact, $0.echoWeight) }
        #expect(weights.map(\.0) == ["f3", "f1"])
        #expect(weights[0].1 == 1)
        #expect(abs(weights[1].1 - 0.25) < 1e-12)
    }

    @Test func `merely related facts are left alone`() throws {
        var knowledge = echoes
        knowledge.cases = [
            entry("a", ["f1": .usually, "f2": .usually]), entry("b", ["f2": .usually]),
            entry("c", ["f1": .usually]), entry("d", ["f3": .usually]),
        ]
        // J of (f1, f2) is 1/3, of the others 0: the mean is below .3.
        let diagnosis = Engine(knowledge: knowledge).diagnose([
            evidence("f1", .present), evidence("f2", .present),
        ])
        #expect(try #require(diagnosis["a"]).supports.allSatisfy { $0.echoWeight == 1 })
    }

    @Test func `facts that no case lists do not hide a redundancy`() throws {
        var knowledge = echoes
        knowledge.facts.append(Knowledge.Fact(id: "f9", group: "g"))
        let diagnosis = Engine(knowledge: knowledge).diagnose([
            evidence("f1", .present), evidence("f2", .present),
        ])
        let weights = try #require(diagnosis["a"]).supports.map(\.echoWeight)
        #expect(weights.contains { abs($0 - 0.25) < 1e-12 })
    }
}
