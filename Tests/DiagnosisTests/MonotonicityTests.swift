import Casebook
import Diagnosis
import Testing

/// Properties 3 and 5, over random casebooks without echo groups.
@Suite struct MonotonicityTests {
    @Test(arguments: 1...20)
    func `yes to what A expects never lowers A against a silent case, no never raises it`(
        seed: UInt64
    ) throws {
        var world = RandomWorld(seed: seed, grouped: false)
        let engine = Engine(knowledge: world.knowledge)
        let given = world.randomEvidence(20)
        let known = Set(given.map(\.id))
        let before = engine.diagnose(given).probabilities
        for (item, listing) in expectations(world.knowledge) where !known.contains(listing.fact) {
            let yes = engine.diagnose(given + [evidence(listing.fact, .present)]).probabilities
            let no = engine.diagnose(given + [evidence(listing.fact, .absent)]).probabilities
            for rival in world.knowledge.cases
            where !rival.lists.contains(where: { $0.fact == listing.fact }) {
                func odds(_ all: [CaseID: Double]) throws -> Double {
                    try #require(all[item.id]) / #require(all[rival.id])
                }
                #expect(try odds(yes) >= odds(before) * (1 - 1e-12))
                #expect(try odds(no) <= odds(before) * (1 + 1e-12))
            }
        }
    }

    private func expectations(
        _ knowledge: Knowledge
    ) -> [(Knowledge.Entry, Case.Listing)] {
        knowledge.cases.prefix(6).compactMap { item in
            item.lists.first { $0.frequency == .always || $0.frequency == .usually }
                .map { (item, $0) }
        }
    }

    @Test(arguments: 1...10)
    func `a fact that neither lists leaves their odds alone`(seed: UInt64) throws {
        var world = RandomWorld(seed: seed, grouped: false)
        let engine = Engine(knowledge: world.knowledge)
        let (first, second) = (world.knowledge.cases[0], world.knowledge.cases[1])
        let mentioned = Set((first.lists + second.lists).map(\.fact))
        let given = world.randomEvidence(15)
        let foreign = world.knowledge.facts.map(\.id)
            .filter { fact in !mentioned.contains(fact) && !given.contains { $0.id == fact } }
        let before = engine.diagnose(given).probabilities
        for fact in foreign.prefix(10) {
            let after = engine.diagnose(given + [evidence(fact, .present)]).probabilities
            let odds = try #require(before[first.id]) / #require(before[second.id])
            let oddsAfter = try #require(after[first.id]) / #require(after[second.id])
            #expect(abs(oddsAfter / odds - 1) < 1e-9)
        }
    }

    @Test(arguments: [Frequency.always, .usually, .sometimes, .rarely])
    func `a listing never counts more against a case on yes than silence`(word: Frequency) {
        for background in [0.001, 0.05, 0.3, 0.9, 0.999] {
            let engine = Engine(
                knowledge: Knowledge(
                    facts: [.init(id: "f", background: background)],
                    cases: [
                        Knowledge.Entry(
                            id: "lists", family: "tls",
                            lists: [Case.Listing(fact: "f", frequency: word)]),
                        entry("silent"),
                    ]))
            let all = engine.diagnose([evidence("f", .present)]).probabilities
            #expect((all["lists"] ?? 0) >= (all["silent"] ?? 1))
        }
    }

    @Test func `never is an exclusion, not a cause`() {
        let engine = Engine(
            knowledge: Knowledge(
                facts: [.init(id: "f")], cases: [entry("a", ["f": .never]), entry("b")]))
        let yes = engine.diagnose([evidence("f", .present)]).probabilities
        #expect((yes["a"] ?? 1) < (yes["b"] ?? 0))
        let no = engine.diagnose([evidence("f", .absent)]).probabilities
        #expect((no["a"] ?? 0) > (no["b"] ?? 1))
    }
}
