import Casebook
import Diagnosis
import Testing

/// Property 6, and the words and lists that go with the numbers.
@Suite struct ExplanationTests {
    @Test(arguments: 1...8)
    func `prior plus contributions is the posterior for every pair`(seed: UInt64) throws {
        var world = RandomWorld(seed: seed, cases: 15)
        let engine = Engine(knowledge: world.knowledge)
        let observations = Observations(world.randomEvidence(40))
        let diagnosis = engine.diagnose(observations)
        for first in diagnosis.cases {
            for second in diagnosis.cases where second.id != first.id {
                let explanation = try #require(
                    engine.explain(first.id, against: .named(second.id), observations))
                expectAddsUp(explanation)
                let odds = ratio(first.probability, second.probability)
                #expect(abs(explanation.posteriorDecibans - odds) < 1e-9)
            }
            for rival in [Explanation.Rival.runnerUp, .unlisted, .background] {
                expectAddsUp(try #require(engine.explain(first.id, against: rival, observations)))
            }
        }
    }

    @Test(arguments: 1...6)
    func `with another temperature it still adds up`(seed: UInt64) throws {
        var world = RandomWorld(seed: seed, cases: 10)
        var parameters = Parameters()
        parameters.temperature = 1.3
        let engine = Engine(knowledge: world.knowledge, parameters: parameters)
        let observations = Observations(world.randomEvidence(40))
        let cases = engine.diagnose(observations).cases
        let explanation = try #require(engine.explain(cases[0].id, observations))
        expectAddsUp(explanation)
        #expect(explanation.rival == .named(cases[1].id))
        let odds = ratio(cases[0].probability, cases[1].probability)
        #expect(abs(explanation.posteriorDecibans - odds) < 1e-9)
    }

    @Test func `the example of the note by hand`() throws {
        let engine = Engine(
            knowledge: Knowledge(
                facts: [.init(id: "f")], cases: [entry("a", ["f": .usually]), entry("b")]))
        let explanation = try #require(engine.explain("a", against: "b", [evidence("f", .present)]))
        let factor = (0.791 * 0.99 + 0.209 * 0.01) / (0.05 * 0.99 + 0.95 * 0.01)
        let contribution = try #require(explanation.contributions.first)
        #expect(abs(contribution.factor - factor) < 1e-9)
        #expect(contribution.words == "strongly")
        #expect(contribution.frequency == .usually)
        #expect(abs(contribution.rivalExpected - 0.05) < 1e-12)
        #expect(explanation.priorDecibans == 0)
    }

    @Test func `the lists say what fits, what does not, and what is missing`() throws {
        let knowledge = Knowledge(
            facts: ["hang", "reset", "slow", "strange", "unseen"].map { Knowledge.Fact(id: $0) },
            cases: [
                entry(
                    "a",
                    ["hang": .always, "reset": .never, "slow": .usually, "unseen": .usually]),
                entry("b", family: "tcp"),
            ])
        let diagnosis = Engine(knowledge: knowledge).diagnose([
            evidence("hang", .present), evidence("slow", .absent), evidence("strange", .present),
            evidence("reset", .absent),
        ])
        let a = try #require(diagnosis["a"])
        #expect(a.supports.map(\.fact) == ["hang", "reset"])
        #expect(a.against.map(\.fact) == ["slow"])
        #expect(a.missing == ["unseen"])
        #expect(a.unexplained == ["strange"])
        #expect(diagnosis.unexplained == ["strange"])
        let sum = (a.supports + a.against).reduce(0) { $0 + $1.decibans }
        #expect(abs(sum - a.evidenceDecibans) < 1e-9)
    }

    @Test func `a false lead is closed by its finding`() throws {
        var item = entry("a", ["hang": .always])
        item.falseLeads = [
            Case.FalseLead(lead: "health check is green", why: "it only connects", closedBy: "tls"),
            Case.FalseLead(lead: "reboot helps", why: "it closes all connections"),
        ]
        let engine = Engine(
            knowledge: Knowledge(facts: [.init(id: "hang"), .init(id: "tls")], cases: [item]))
        let open = try #require(engine.diagnose([evidence("tls", .absent)])["a"])
        #expect(open.falseLeads.map(\.closed) == [false, false])
        let closed = try #require(engine.diagnose([evidence("tls", .present)])["a"])
        #expect(closed.falseLeads.map(\.closed) == [true, false])
    }

    @Test(
        arguments: [
            (0.0, "hardly matters"), (-2.9, "hardly matters"), (3, "slightly"), (-6, "clearly"),
            (10, "strongly"), (20, "decisive"), (-40, "decisive"),
        ])
    func `decibans have words`(decibans: Double, words: String) {
        #expect(Wording.strength(decibans) == words)
    }

    @Test(
        arguments: [
            (0.7, "about 7 in 10"), (0.999, "about 99 in 100"), (0.97, "about 97 in 100"),
            (0.04, "about 4 in 100"), (0.001, "less than 1 in 100"), (.nan, "unknown"),
        ])
    func `probabilities have words`(value: Double, words: String) {
        #expect(Wording.probability(value) == words)
    }

    @Test func `an unknown case has no explanation`() {
        let engine = Engine(knowledge: Knowledge(facts: [], cases: [entry("a")]))
        #expect(engine.explain("b", against: nil, []) == nil)
        #expect(engine.explain("a", against: "b", []) == nil)
        #expect(engine.explain("a", Observations())?.rival == .unlisted)
    }

    private func expectAddsUp(
        _ explanation: Explanation, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let sum = explanation.contributions.reduce(explanation.priorDecibans) { $0 + $1.decibans }
        #expect(
            abs(sum - explanation.posteriorDecibans) < 1e-9, sourceLocation: sourceLocation)
    }
}
