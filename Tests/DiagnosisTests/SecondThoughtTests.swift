import Casebook
import Diagnosis
import Testing

/// Doubtful answers, counterfactuals and two causes at once.
@Suite struct SecondThoughtTests {
    private static let engine = Engine(
        knowledge: Knowledge(
            facts: (0..<9).map { .init(id: "f\($0)") },
            cases: [
                entry("a", ["f0": .always, "f1": .always, "f2": .always, "f3": .always]),
                entry("b", family: "tcp", ["f4": .always, "f5": .always, "f6": .always]),
                entry("c", family: "dns", ["f7": .always, "f8": .always, "f0": .rarely]),
            ]))

    @Test func `the answer that does not fit the rest is the most doubtful`() throws {
        let told = Observations([
            evidence("f0", .present), evidence("f1", .present), evidence("f2", .present),
            evidence("f3", .absent, .operator), evidence("f4", .absent, .operator),
        ])
        let doubts = Self.engine.doubts(told)
        let first = try #require(doubts.first)
        #expect(first.fact == "f3")
        #expect(first.state == .absent)
        #expect(first.probabilityWrong > 0.5)
        #expect(doubts.dropFirst().allSatisfy { $0.probabilityWrong < 0.1 })
        #expect(doubts.allSatisfy { (0...1).contains($0.probabilityWrong) })
    }

    @Test func `leaving out the only evidence for the leader is told first`() throws {
        let told = Observations([
            evidence("f0", .present, .capture), evidence("f1", .present, .capture),
            evidence("f4", .present, .operator),
        ])
        let counterfactuals = Self.engine.leaveOneOut(told)
        #expect(counterfactuals.count == 5)
        let first = try #require(counterfactuals.first)
        #expect(first.change == .withoutInstrument(.capture))
        #expect(first.changesLeader)
        #expect(first.leader == "b")
        let rest = Self.engine.diagnose(told.without(.capture))
        #expect(abs(first.leaderProbability - rest.cases[0].probability) < 1e-12)
        let former = try #require(rest["a"])
        #expect(abs(first.formerLeaderProbability - former.probability) < 1e-12)
    }

    @Test func `flips name only answers that would change the leader, likeliest first`() {
        let told = Observations([
            evidence("f0", .present), evidence("f4", .present, .operator),
            evidence("f5", .absent, .operator), evidence("f8", .absent),
        ])
        let flips = Self.engine.flips(told)
        #expect(flips.allSatisfy { $0.changesLeader })
        #expect(flips.contains { $0.change == .flipped("f0") })
        #expect(flips.map(\.probability) == flips.map(\.probability).sorted(by: >))
        for flip in flips {
            guard case .flipped(let fact) = flip.change else { continue }
            let after = Self.engine.diagnose(told.flipping(fact))
            #expect(abs(flip.leaderProbability - leaderProbability(after)) < 1e-12)
        }
    }

    @Test func `what if tells both answers and where they lead`() throws {
        let told = Observations([evidence("f0", .present), evidence("f1", .present)])
        let outcomes = Self.engine.whatIf("f7", askedOf: .probe, told)
        #expect(outcomes.map(\.state) == [.present, .absent])
        #expect(outcomes[1].leader == "a")
        #expect(outcomes[1].leaderProbability > outcomes[0].leaderProbability)
        #expect(Self.engine.whatIf("strange", askedOf: .probe, told).isEmpty)
    }

    @Test func `two full pictures at once are two causes`() throws {
        let both =
            (0..<7).map { evidence("f\($0)", .present) }
            + ["f7", "f8"].map { evidence($0, .absent) }
        let pair = try #require(Self.engine.together(Observations(both)))
        #expect(pair.cases == ["a", "b"])
        #expect(pair.aheadOfSingleDecibans >= 3)
        #expect(pair.aheadOfNoneDecibans >= 3)
    }

    @Test func `one full picture is one cause`() {
        let one =
            (0..<4).map { evidence("f\($0)", .present) }
            + (4..<9).map { evidence("f\($0)", .absent) }
        #expect(Self.engine.together(Observations(one)) == nil)
        #expect(Self.engine.together(Observations()) == nil)
        #expect(Engine(knowledge: Knowledge(facts: [], cases: [])).together(.init()) == nil)
    }

    private func leaderProbability(_ diagnosis: Diagnosis) -> Double {
        max(diagnosis.cases.first?.probability ?? 0, diagnosis.unlisted)
    }
}
