import Casebook
import Diagnosis
import Testing

/// Property 7: information of steps.
@Suite struct GainTests {
    private func step(
        _ fact: FactID, _ instrument: Evidence.Instrument = .probe, seconds: Double = 5
    ) -> Step {
        Step(
            id: "\(instrument.rawValue)-\(fact)", facts: [fact], instrument: instrument,
            seconds: seconds)
    }

    @Test(arguments: 1...10)
    func `gain is between 0 and one bit, and never more than the entropy`(seed: UInt64) {
        var world = RandomWorld(seed: seed)
        let engine = Engine(knowledge: world.knowledge)
        let steps = world.knowledge.facts.flatMap { fact in
            [step(fact.id, .operator), step(fact.id, .probe), step(fact.id, .capture)]
        }
        for count in [0, 10, 60] {
            let evidence = world.randomEvidence(count)
            let diagnosis = engine.diagnose(evidence)
            let masses =
                diagnosis.cases.map(\.probability) + diagnosis.unlistedByFamily.map(\.probability)
            let entropy = masses.reduce(0) { $0 + entropyInBits($1) }
            let dialogue = Dialogue(observations: Observations(evidence), steps: steps)
            for proposal in engine.proposals(dialogue) {
                #expect(proposal.gainBits >= 0)
                #expect(proposal.gainBits <= min(1, entropy) + 1e-9)
            }
        }
    }

    @Test func `an instrument that says yes to everything equally tells nothing`() {
        var parameters = Parameters()
        parameters.errors[.probe] = .init(falseYes: 0.3, falseNo: 0.7)
        let engine = Engine(
            knowledge: Knowledge(
                facts: [.init(id: "f")], cases: [entry("a", ["f": .always]), entry("b")]),
            parameters: parameters)
        let gain = engine.proposals(Dialogue(steps: [step("f")])).first?.gainBits ?? 1
        #expect(gain < 1e-12)
    }

    @Test func `a perfect instrument on what half the mass lists tells one bit`() {
        var parameters = Parameters()
        parameters.errors[.probe] = .init(falseYes: 0, falseNo: 0)
        parameters.frequencies[.always] = 1
        parameters.background = 0
        parameters.unlistedRate = 0
        let engine = Engine(
            knowledge: Knowledge(
                facts: [.init(id: "f")], cases: [entry("a", ["f": .always]), entry("b")]),
            parameters: parameters)
        let gain = engine.proposals(Dialogue(steps: [step("f")])).first?.gainBits ?? 0
        #expect(gain > 0.999)
        #expect(gain <= 1)
    }

    @Test(arguments: 1...8)
    func `the expected posterior over both answers is the posterior`(seed: UInt64) throws {
        var world = RandomWorld(seed: seed, cases: 20, facts: 40, grouped: false)
        let engine = Engine(knowledge: world.knowledge)
        let given = world.randomEvidence(15)
        let before = engine.diagnose(given)
        // Both facts never looked at and facts that another instrument knows already.
        for fact in world.knowledge.facts.map(\.id)
        where !given.contains(where: { $0.id == fact && $0.instrument == .host }) {
            let outcomes = engine.whatIf(fact, askedOf: .host, Observations(given))
            #expect(abs(outcomes.reduce(0) { $0 + $1.probability } - 1) < 1e-9)
            var expected: [CaseID: Double] = [:]
            for outcome in outcomes {
                let after = engine.diagnose(given + [evidence(fact, outcome.state, .host)])
                for item in after.cases {
                    expected[item.id, default: 0] += outcome.probability * item.probability
                }
                let top = after.cases[0].probability
                #expect(abs(outcome.leaderProbability - max(top, after.unlisted)) < 1e-9)
            }
            for item in before.cases {
                #expect(abs(try #require(expected[item.id]) - item.probability) < 1e-9)
            }
        }
    }

    @Test func `an echo of a known fact tells less`() throws {
        let cases = [
            entry("a", ["f1": .usually, "f2": .usually]),
            entry("b", ["f1": .usually, "f2": .usually]), entry("c"),
        ]
        func gain(group: String?) -> Double {
            let facts = ["f1", "f2"].map { Knowledge.Fact(id: $0, group: group) }
            let engine = Engine(knowledge: Knowledge(facts: facts, cases: cases))
            let dialogue = Dialogue(
                observations: Observations([evidence("f1", .present, .operator)]),
                steps: [step("f2")])
            return engine.proposals(dialogue).first?.gainBits ?? 0
        }
        #expect(gain(group: "g") < gain(group: nil))
    }

    @Test func `a check of several facts tells their sum, no more than the entropy`() {
        let engine = Engine(
            knowledge: Knowledge(
                facts: [.init(id: "f1"), .init(id: "f2")],
                cases: [entry("a", ["f1": .always]), entry("b", ["f2": .always]), entry("c")]))
        func gain(_ facts: [FactID]) -> Double {
            let both = Step(id: "s", facts: facts, instrument: .probe, seconds: 1)
            return engine.proposals(Dialogue(steps: [both])).first?.gainBits ?? 0
        }
        #expect(abs(gain(["f1", "f2"]) - gain(["f1"]) - gain(["f2"])) < 1e-12)
        #expect(gain(["f1", "f1"]) == gain(["f1"]))
    }
}
