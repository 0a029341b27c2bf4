import Casebook
import Diagnosis
import Testing

/// Properties 1 to 5, 8 and 9 of the inference note.
@Suite struct PosteriorTests {
    @Test(arguments: 1...12)
    func `probabilities are finite and sum to one`(seed: UInt64) {
        var world = RandomWorld(seed: seed)
        let engine = Engine(knowledge: world.knowledge)
        for count in [0, 1, 10, 40, 80] {
            let diagnosis = engine.diagnose(world.randomEvidence(count))
            expectSumsToOne(diagnosis)
        }
    }

    @Test(arguments: 1...4)
    func `700 answers and answers that contradict the leader keep it finite`(seed: UInt64) {
        var world = RandomWorld(seed: seed, cases: 30, facts: 700)
        let engine = Engine(knowledge: world.knowledge)
        expectSumsToOne(engine.diagnose(world.randomEvidence(700)))
        let leader = world.knowledge.cases[0]
        var answers: [Evidence] = []
        for listing in leader.lists {
            let state: FactState =
                [.always, .usually].contains(listing.frequency) ? .absent : .present
            for instrument in [Evidence.Instrument.operator, .capture, .probe, .host] {
                answers.append(evidence(listing.fact, state, instrument))
            }
        }
        let diagnosis = engine.diagnose(answers)
        expectSumsToOne(diagnosis)
        #expect((diagnosis.probabilities[leader.id] ?? 1) < 0.01)
    }

    @Test func `with no evidence base rates rank and P none is its prior`() {
        let knowledge = Knowledge(
            facts: [],
            cases: [entry("a", .rare), entry("b", family: "tcp", .common), entry("c", .uncommon)])
        let diagnosis = Engine(knowledge: knowledge).diagnose([])
        #expect(diagnosis.cases.map(\.id) == ["b", "c", "a"])
        #expect(abs(diagnosis.unlisted - 0.15) < 1e-12)
        #expect(abs(diagnosis.cases[0].probability - 0.85 * 9 / 13) < 1e-12)
        #expect(diagnosis.verdict == .undecided)
        #expect(diagnosis.ground == .nothingLookedAt)
    }

    @Test func `one answer by hand`() {
        // A lists f usually: P = 1 - .22 × .95 = .791. B is silent: g = .05. Probe: .99 and .01.
        let knowledge = Knowledge(
            facts: [.init(id: "f")], cases: [entry("a", ["f": .usually]), entry("b")])
        let diagnosis = Engine(knowledge: knowledge).diagnose([evidence("f", .present)])
        let likelihoodA = 0.791 * 0.99 + 0.209 * 0.01
        let likelihoodB = 0.05 * 0.99 + 0.95 * 0.01
        // The one family's average case, and the casebook's, which are the same here.
        let average = (0.791 + 0.05) / 2
        let likelihoodNone = average * 0.99 + (1 - average) * 0.01
        let total = 0.425 * (likelihoodA + likelihoodB) + 0.15 * likelihoodNone
        #expect(abs(diagnosis.cases[0].probability - 0.425 * likelihoodA / total) < 1e-12)
        #expect(abs(diagnosis.cases[1].probability - 0.425 * likelihoodB / total) < 1e-12)
        #expect(abs(diagnosis.unlisted - 0.15 * likelihoodNone / total) < 1e-12)
    }

    @Test(arguments: 1...8)
    func `the bare ranking is the diagnosis, cut`(seed: UInt64) {
        var world = RandomWorld(seed: seed, cases: 90)
        let engine = Engine(knowledge: world.knowledge)
        let evidence = world.randomEvidence(30)
        let diagnosis = engine.diagnose(evidence)
        for limit in [0, 1, 10, 60, 90, 1000] {
            let ranking = engine.rank(Observations(evidence), limit: limit)
            #expect(ranking.places.map(\.id) == diagnosis.cases.prefix(limit).map(\.id))
            #expect(
                ranking.places.map(\.probability)
                    == diagnosis.cases.prefix(limit).map(\.probability))
            #expect(ranking.unlisted == diagnosis.unlisted)
        }
    }

    @Test(arguments: 1...8)
    func `a duplicate of a case splits its mass and leaves the rest alone`(seed: UInt64) throws {
        var world = RandomWorld(seed: seed, families: 1)
        let evidence = world.randomEvidence(25)
        let before = Engine(knowledge: world.knowledge).diagnose(evidence).probabilities
        var doubled = world.knowledge
        var twin = doubled.cases[3]
        twin.id = "twin"
        doubled.cases.append(twin)
        let after = Engine(knowledge: doubled).diagnose(evidence).probabilities
        #expect(after["twin"] == after[world.knowledge.cases[3].id])
        let first = world.knowledge.cases[0].id
        for other in world.knowledge.cases.dropFirst() where other.id != "c00003" {
            let odds = try #require(before[other.id]) / #require(before[first])
            let oddsAfter = try #require(after[other.id]) / #require(after[first])
            #expect(abs(oddsAfter / odds - 1) < 1e-9)
        }
    }

    @Test(arguments: 1...8)
    func `a probability is the same in any order of cases and facts`(seed: UInt64) {
        var world = RandomWorld(seed: seed)
        let evidence = world.randomEvidence(30)
        var shuffled = world.knowledge
        shuffled.cases.shuffle(using: &world.generator)
        shuffled.facts.shuffle(using: &world.generator)
        for index in shuffled.cases.indices {
            shuffled.cases[index].lists.shuffle(using: &world.generator)
        }
        #expect(
            Engine(knowledge: shuffled).diagnose(evidence)
                == Engine(knowledge: world.knowledge).diagnose(evidence))
    }

    @Test(arguments: 1...8)
    func `renaming everything changes no probability`(seed: UInt64) throws {
        // Without echo groups: equally strong readings of one thing are ranked by id.
        var world = RandomWorld(seed: seed, grouped: false)
        let evidence = world.randomEvidence(30)
        // Reversing the digits changes every order that could depend on ids.
        func renamed(_ id: String) -> String { "z" + String(id.reversed()) }
        var knowledge = world.knowledge
        for index in knowledge.facts.indices {
            knowledge.facts[index].id = renamed(knowledge.facts[index].id)
            knowledge.facts[index].group = knowledge.facts[index].group.map(renamed)
        }
        for index in knowledge.cases.indices {
            knowledge.cases[index].id = renamed(knowledge.cases[index].id)
            for position in knowledge.cases[index].lists.indices {
                let fact = knowledge.cases[index].lists[position].fact
                knowledge.cases[index].lists[position].fact = renamed(fact)
            }
        }
        let before = Engine(knowledge: world.knowledge).diagnose(evidence)
        let after = Engine(knowledge: knowledge).diagnose(
            evidence.map { item in
                var copy = item
                copy.id = renamed(item.id)
                return copy
            }
        ).probabilities
        for item in before.cases {
            #expect(abs(try #require(after[renamed(item.id)]) - item.probability) < 1e-9)
        }
    }
}

func expectSumsToOne(
    _ diagnosis: Diagnosis, sourceLocation: SourceLocation = #_sourceLocation
) {
    let all = diagnosis.cases.map(\.probability) + [diagnosis.unlisted]
    #expect(all.allSatisfy { $0.isFinite && $0 >= 0 }, sourceLocation: sourceLocation)
    #expect(abs(all.reduce(0, +) - 1) < 1e-9, sourceLocation: sourceLocation)
    let byFamily = diagnosis.unlistedByFamily.reduce(0) { $0 + $1.probability }
    #expect(abs(byFamily - diagnosis.unlisted) < 1e-9, sourceLocation: sourceLocation)
}
