import Casebook
import Diagnosis
import Testing

/// Property 10: learning is a fold over the ledger.
@Suite struct LearningTests {
    private func ledger(_ world: inout RandomWorld, _ count: Int) -> [ConfirmedIncident] {
        (0..<count).map { number in
            let cause = world.knowledge.cases[number % world.knowledge.cases.count]
            return ConfirmedIncident(
                id: "i\(number)", observations: Observations(world.incident(of: cause)),
                cause: number % 7 == 6 ? nil : cause.id, verified: number % 3 > 0)
        }
    }

    @Test func `no incident is the cold model, bit for bit`() {
        var world = RandomWorld(seed: 1)
        let cold = Engine(knowledge: world.knowledge)
        let learned = Learning(cold: cold, ledger: []).learned
        let evidence = world.randomEvidence(30)
        #expect(learned == Learned())
        #expect(
            Engine(knowledge: world.knowledge, learned: learned).diagnose(evidence)
                == cold.diagnose(evidence))
    }

    @Test func `a replay is the same as adding line by line`() {
        var world = RandomWorld(seed: 2)
        let cold = Engine(knowledge: world.knowledge)
        let ledger = ledger(&world, 30)
        var learning = Learning(cold: cold)
        for incident in ledger { learning.add(incident) }
        #expect(learning.learned == Learning(cold: cold, ledger: ledger).learned)
    }

    @Test func `striking a line is never having had it`() {
        var world = RandomWorld(seed: 3)
        let cold = Engine(knowledge: world.knowledge)
        let ledger = ledger(&world, 20)
        let without = ledger.filter { $0.id != "i5" }
        var learning = Learning(cold: cold)
        for incident in ledger where incident.id != "i5" { learning.add(incident) }
        #expect(learning.learned == Learning(cold: cold, ledger: without).learned)
        #expect(learning.learned != Learning(cold: cold, ledger: ledger).learned)
    }

    @Test func `one incident moves a frequency by a part in eleven at most`() throws {
        let knowledge = Knowledge(
            facts: [.init(id: "f")], cases: [entry("a", ["f": .rarely]), entry("b")])
        let cold = Engine(knowledge: knowledge)
        let incident = ConfirmedIncident(
            id: "i", observations: Observations([evidence("f", .present)]), cause: "a",
            verified: true)
        let learned = Learning(cold: cold, ledger: [incident]).learned
        func expected(_ engine: Engine) throws -> Double {
            let explanation = try #require(
                engine.explain("a", against: .background, incident.observations))
            return try #require(explanation.contributions.first).expected
        }
        let before = try expected(cold)
        let after = try expected(Engine(knowledge: knowledge, learned: learned))
        #expect(after > before)
        #expect(after - before <= 1.0 / 11)
        // r is the belief that the fact was present, u what the probe's word is worth.
        let r = before * 0.99 / (before * 0.99 + (1 - before) * 0.01)
        let u = 0.98 / 0.99
        #expect(abs(after - (10 * before + u * r) / (10 + u)) < 1e-12)
    }

    @Test func `confirmed causes become likelier, also the unlisted`() {
        let knowledge = Knowledge(facts: [], cases: [entry("a"), entry("b")])
        let cold = Engine(knowledge: knowledge)
        func after(_ cause: CaseID?) -> Diagnosis {
            let ledger = (0..<10).map {
                ConfirmedIncident(
                    id: "\($0)", observations: Observations(), cause: cause, verified: true)
            }
            let learned = Learning(cold: cold, ledger: ledger).learned
            return Engine(knowledge: knowledge, learned: learned).diagnose([])
        }
        // π₀ = (40 × .15 + n₀) / (40 + N); the rest by (40 r + n) / (40 + Σn).
        #expect(abs(after("a").unlisted - 6.0 / 50) < 1e-12)
        #expect(abs(after("a").cases[0].probability - 44.0 / 50 * 30 / 50) < 1e-12)
        #expect(abs(after(nil).unlisted - 16.0 / 50) < 1e-12)
    }

    @Test func `a confirmation against all evidence is quarantined`() {
        let knowledge = Knowledge(
            facts: (0..<5).map { .init(id: "f\($0)") },
            cases: (0..<5).map { number in
                entry("c\(number)", ["f\(number)": .always, "f4": number < 4 ? .always : .never])
            })
        let cold = Engine(knowledge: knowledge)
        let told = Observations(
            (0..<4).map { evidence("f\($0)", .present) } + [evidence("f4", .present)])
        func learning(verified: Bool) -> Learning {
            Learning(
                cold: cold,
                ledger: [
                    ConfirmedIncident(
                        id: "i", observations: told, cause: "c4", verified: verified)
                ])
        }
        #expect(learning(verified: false).quarantined.map(\.incident) == ["i"])
        #expect(learning(verified: false).learned == Learned())
        #expect(learning(verified: true).quarantined.count == 1)
        #expect(learning(verified: true).learned.cases == ["c4": 0.3])
    }

    @Test func `reports train nothing and relapses of a day count once`() {
        let knowledge = Knowledge(facts: [.init(id: "f")], cases: [entry("a", ["f": .usually])])
        let cold = Engine(knowledge: knowledge)
        func incident(_ time: Int64, _ instrument: Evidence.Instrument) -> ConfirmedIncident {
            ConfirmedIncident(
                id: "\(time)", observations: Observations([evidence("f", .present, instrument)]),
                cause: "a", verified: true, time: time, fingerprint: "host/fault")
        }
        let reported = Learning(cold: cold, ledger: [incident(0, .report)]).learned
        #expect(reported.listings.isEmpty)
        let times: [Int64] = [0, 3600, 80_000, 86_400]
        let learned = Learning(cold: cold, ledger: times.map { incident($0, .probe) }).learned
        #expect(learned.cases == ["a": 2])
    }

    @Test func `counts of cases fade by half in a year`() throws {
        let cold = Engine(knowledge: Knowledge(facts: [], cases: [entry("a")]))
        let incident = ConfirmedIncident(
            id: "i", observations: Observations(), cause: "a", verified: true, time: 0)
        let learned = Learning(cold: cold, ledger: [incident], now: 31_557_600).learned
        #expect(abs(try #require(learned.cases["a"]) - 0.5) < 1e-12)
    }

    @Test func `a fact that keeps coming with a case is suggested to its author`() throws {
        let knowledge = Knowledge(
            facts: [.init(id: "f"), .init(id: "new")], cases: [entry("a", ["f": .usually])])
        let ledger = (0..<4).map { number in
            ConfirmedIncident(
                id: "\(number)",
                observations: Observations([
                    evidence("f", .present), evidence("new", number < 3 ? .present : .absent),
                ]),
                cause: "a", verified: true)
        }
        let cold = Engine(knowledge: knowledge)
        #expect(Learning(cold: cold, ledger: ledger.dropFirst(2)).suggestions.isEmpty)
        let suggestion = try #require(Learning(cold: cold, ledger: ledger).suggestions.first)
        #expect(suggestion.fact == "new")
        #expect(suggestion.incidents == 3)
        #expect(suggestion.share == 0.75)
    }

    @Test func `an unknown cause adds nothing and is named`() {
        let cold = Engine(knowledge: Knowledge(facts: [], cases: [entry("a")]))
        let learning = Learning(
            cold: cold,
            ledger: [
                ConfirmedIncident(
                    id: "i", observations: Observations(), cause: "gone", verified: true)
            ])
        #expect(learning.unknownCauses == ["i"])
        #expect(learning.learned == Learned())
    }

    @Test func `temperature is fitted from 200 incidents on, within its range`() throws {
        var world = RandomWorld(seed: 9, cases: 12, facts: 30)
        let cold = Engine(knowledge: world.knowledge)
        let confirmed = ledger(&world, 280).filter { $0.cause != nil }
        let few = Learning(cold: cold, ledger: confirmed.prefix(199)).learned.temperature
        #expect(few == nil)
        let many = Learning(cold: cold, ledger: confirmed).learned.temperature
        #expect((0.7...1.5).contains(try #require(many)))
    }
}
