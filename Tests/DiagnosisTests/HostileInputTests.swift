import Casebook
import Diagnosis
import Testing

/// Casebooks that no lint has seen.
@Suite struct HostileInputTests {
    @Test func `an empty casebook knows nothing and says so`() {
        let engine = Engine(knowledge: Knowledge(facts: [.init(id: "f")], cases: []))
        let diagnosis = engine.diagnose([evidence("f", .present)])
        #expect(diagnosis.unlisted == 1)
        #expect(diagnosis.cases.isEmpty)
        expectSumsToOne(Engine(knowledge: Knowledge(facts: [], cases: [])).diagnose([]))
    }

    @Test func `a single case shares with none of these`() {
        let engine = Engine(
            knowledge: Knowledge(facts: [.init(id: "f")], cases: [entry("a", ["f": .always])]))
        expectSumsToOne(engine.diagnose([evidence("f", .present)]))
    }

    @Test func `a thousand duplicates of a case share its mass`() {
        let cases = (0..<1000).map { entry(RandomWorld.id("c", $0), ["f": .always]) }
        let diagnosis = Engine(knowledge: Knowledge(facts: [.init(id: "f")], cases: cases))
            .diagnose([evidence("f", .present)])
        expectSumsToOne(diagnosis)
        #expect(Set(diagnosis.cases.map(\.probability)).count == 1)
        #expect(diagnosis.cases.map(\.id) == diagnosis.cases.map(\.id).sorted())
    }

    @Test(arguments: [Double.nan, 0, 1, -3, 17, .infinity, -.infinity])
    func `impossible numbers are kept finite`(value: Double) {
        var parameters = Parameters()
        parameters.frequencies = [.always: value, .never: value]
        parameters.baseRates = [.common: value]
        parameters.background = value
        parameters.unlistedRate = value
        parameters.temperature = value
        parameters.gradedErrors = .init(falseYes: value, falseNo: value)
        for instrument in Evidence.Instrument.allCases {
            parameters.errors[instrument] = .init(falseYes: value, falseNo: value)
        }
        let knowledge = Knowledge(
            facts: [.init(id: "f", background: value), .init(id: "g")],
            cases: [
                entry("a", .common, ["f": .always, "g": .never]), entry("b", ["g": .usually]),
            ])
        let engine = Engine(knowledge: knowledge, parameters: parameters)
        for states in [(FactState.present, FactState.absent), (.absent, .present)] {
            expectSumsToOne(
                engine.diagnose([
                    evidence("f", states.0, .probe), evidence("f", states.1, .operator),
                    evidence("g", states.0, .capture),
                ]))
        }
    }

    @Test func `repeated ids are the first one's and unlisted facts become facts`() {
        let knowledge = Knowledge(
            facts: [.init(id: "f"), .init(id: "f", background: 0.5)],
            cases: [
                entry("a", ["f": .always, "f": .never, "new": .always]), entry("a", ["f": .never]),
            ])
        let diagnosis = Engine(knowledge: knowledge).diagnose([
            evidence("f", .present), evidence("new", .present),
        ])
        #expect(diagnosis.cases.count == 1)
        #expect(diagnosis.cases.first?.supports.count == 2)
        #expect(diagnosis.unrecognised.isEmpty)
    }
}
