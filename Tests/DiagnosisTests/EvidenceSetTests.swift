import Casebook
import Diagnosis
import Testing

/// Properties 2 and 4: evidence is a set, and instruments are weighed by their reliability.
@Suite struct EvidenceSetTests {
    @Test(arguments: 1...12)
    func `order and repetition change nothing, bit for bit`(seed: UInt64) {
        var world = RandomWorld(seed: seed)
        let engine = Engine(knowledge: world.knowledge)
        let evidence = world.randomEvidence(50) + reports(of: &world)
        let expected = engine.diagnose(evidence)
        #expect(engine.diagnose(evidence.reversed()) == expected)
        #expect(engine.diagnose(evidence.shuffled(using: &world.generator)) == expected)
        #expect(engine.diagnose(evidence + evidence.prefix(20)) == expected)
    }

    @Test(arguments: 1...12)
    func `unknown, undo and a change of mind leave no trace`(seed: UInt64) {
        var world = RandomWorld(seed: seed)
        let engine = Engine(knowledge: world.knowledge)
        let all = world.randomEvidence(40)
        let (kept, other) = (Array(all.prefix(30)), Array(all.suffix(10)))
        let expected = engine.diagnose(kept)
        func saying(_ state: FactState) -> [Evidence] {
            other.map { item in
                var copy = item
                copy.state = state
                return copy
            }
        }
        #expect(engine.diagnose(kept + saying(.unknown)) == expected)
        #expect(engine.diagnose(kept + other + saying(.unknown)) == expected)
        #expect(
            engine.diagnose(saying(.present) + kept + saying(.absent))
                == engine.diagnose(kept + saying(.absent)))
        var observations = Observations(kept + other)
        for item in other { observations = observations.without(item.id) }
        #expect(engine.diagnose(observations) == expected)
    }

    @Test func `a probe's no beats an operator's yes`() throws {
        let knowledge = Knowledge(
            facts: [.init(id: "f")], cases: [entry("a", ["f": .always]), entry("b")])
        let engine = Engine(knowledge: knowledge)
        let diagnosis = engine.diagnose([
            evidence("f", .present, .operator), evidence("f", .absent, .probe),
        ])
        #expect(diagnosis.leader?.id == "b")
        #expect(diagnosis.known.first?.state == .absent)
    }

    @Test func `any number of confirmations stays below P over g`() throws {
        let knowledge = Knowledge(
            facts: [.init(id: "f")], cases: [entry("a", ["f": .usually]), entry("b")])
        let engine = Engine(knowledge: knowledge)
        let instruments: [Evidence.Instrument] = [.operator, .report, .capture, .probe, .host]
        let diagnosis = engine.diagnose(instruments.map { evidence("f", .present, $0) })
        let probabilities = diagnosis.probabilities
        let odds = try #require(probabilities["a"]) / #require(probabilities["b"])
        #expect(odds < 0.791 / 0.05)
        #expect(odds > 0.99 * 0.791 / 0.05)
    }

    @Test func `one operator answer counts nine to one at most`() throws {
        let engine = Engine(
            knowledge: Knowledge(
                facts: [.init(id: "f", background: 1e-9)],
                cases: [entry("a", ["f": .always]), entry("b")]))
        let probabilities = engine.diagnose([evidence("f", .present, .operator)]).probabilities
        let odds = try #require(probabilities["a"]) / #require(probabilities["b"])
        #expect(odds <= 9)
        #expect(odds > 8)
    }

    @Test func `several captures are one instrument, and present in one is present`() {
        let knowledge = Knowledge(
            facts: [.init(id: "f")], cases: [entry("a", ["f": .always]), entry("b")])
        let engine = Engine(knowledge: knowledge)
        func seen(_ states: FactState...) -> Diagnosis {
            engine.diagnose(
                states.enumerated().map { number, state in
                    Evidence(id: "f", kind: .finding, state: state, source: "capture:\(number)")
                })
        }
        #expect(seen(.present, .absent, .absent) == seen(.present))
        #expect(seen(.absent, .present, .present) == seen(.present))
        #expect(seen(.absent, .absent) == seen(.absent))
        #expect(seen(.absent, .unknown) == seen(.absent))
    }

    @Test func `a graded answer counts less and replaces a firm one`() throws {
        let knowledge = Knowledge(
            facts: [.init(id: "f")], cases: [entry("a", ["f": .always]), entry("b")])
        let engine = Engine(knowledge: knowledge)
        let probably = Evidence(
            id: "f", kind: .symptom, state: .present, source: "operator:probably")
        let firm = engine.diagnose([evidence("f", .present, .operator)])
        let graded = engine.diagnose([probably])
        #expect(try #require(graded["a"]).probability < #require(firm["a"]).probability)
        #expect(try #require(graded["a"]).probability > 0.425)
        #expect(engine.diagnose([evidence("f", .present, .operator), probably]) == graded)
    }

    @Test func `nobody volunteers an absence`() {
        let engine = Engine(
            knowledge: Knowledge(facts: [.init(id: "f")], cases: [entry("a", ["f": .always])]))
        #expect(engine.diagnose([evidence("f", .absent, .report)]) == engine.diagnose([]))
    }

    private func reports(of world: inout RandomWorld) -> [Evidence] {
        world.knowledge.facts.shuffled(using: &world.generator).prefix(5)
            .map { evidence($0.id, .present, .report) }
    }
}
