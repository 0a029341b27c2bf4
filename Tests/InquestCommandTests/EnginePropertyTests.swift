import Foundation
import Testing
import Triage

/// What inference.md §11 asks to hold from outside, with random casebooks and answers.
struct EnginePropertyTests {
    static let sources = ["operator", "probe", "host", "capture"]

    private func answers(_ script: EngineScript, _ count: Int, seed: UInt64) -> [String] {
        var random = Draw(seed: seed)
        return script.facts.shuffled(using: &random).prefix(count).map { fact in
            let source = Self.sources.randomElement(using: &random) ?? "probe"
            return "\(fact) \(source) \(Bool.random(using: &random) ? "yes" : "no")"
        }
    }

    @Test(arguments: 1...4)
    func `order, repetition, unknown and correction leave no trace`(seed: UInt64) throws {
        let script = EngineScript(cases: 30, facts: 60, seed: seed)
        let given = answers(script, 25, seed: seed)
        var random = Draw(seed: seed + 100)
        let spoken = Set(given.map { $0.split(separator: " ")[0] })
        let silent = try #require(script.facts.first { !spoken.contains($0[...]) })
        let other = given.map { answer in
            answer.hasSuffix("yes") ? answer.dropLast(3) + "no" : answer.dropLast(2) + "yes"
        }
        let replies = try script.replies([
            EngineScript.rank(given),
            EngineScript.rank(given.shuffled(using: &random)),
            EngineScript.rank(given + given),
            EngineScript.rank(given + ["\(silent) probe unknown"]),
            EngineScript.rank(["\(silent) probe yes"] + given + ["\(silent) probe unknown"]),
            EngineScript.rank(other.map { String($0) } + given),
        ])
        for reply in replies.dropFirst(2) { #expect(reply == replies[1], "seed \(seed)") }
        #expect(abs(try RankingLine(replies[1]).sum - 1) < 1e-9)
    }

    @Test func `seven hundred answers and contradictions of the leader stay finite`() throws {
        let script = EngineScript(cases: 60, facts: 170, seed: 7)
        let many =
            Self.sources.flatMap { source in
                script.facts.enumerated().map { "\($1) \(source) \($0 % 3 == 0 ? "yes" : "no")" }
            } + script.facts.prefix(20).map { "\($0) report yes" }
        #expect(many.count == 700)
        let against = script.lists[0].map {
            "\($0.fact) probe \(["always", "usually"].contains($0.word) ? "no" : "yes")"
        }
        for reply in try script.replies([many, against].map(EngineScript.rank)).dropFirst() {
            let ranking = try RankingLine(reply)
            #expect(ranking.probabilities.count == 60)
            #expect(abs(ranking.sum - 1) < 1e-9)
            #expect(ranking.probabilities.values.allSatisfy { $0.isFinite && $0 >= 0 })
        }
    }

    @Test(arguments: 1...3)
    func `a yes to what a case expects never lowers it against a silent one`(seed: UInt64) throws {
        let script = EngineScript(cases: 20, facts: 60, seed: seed)
        let given = answers(script, 10, seed: seed)
        let spoken = Set(given.map { String($0.split(separator: " ")[0]) })
        var checks: [(fact: String, item: Int, silent: Int)] = []
        for (item, lists) in script.lists.enumerated() {
            for entry in lists where ["always", "usually"].contains(entry.word) {
                let silent = script.lists.firstIndex { !$0.contains { $0.fact == entry.fact } }
                guard let silent, !spoken.contains(entry.fact) else { continue }
                checks.append((entry.fact, item, silent))
            }
        }
        let lines = checks.flatMap { check in
            ["yes", "no"].map { EngineScript.rank(given + ["\(check.fact) probe \($0)"]) }
        }
        let replies = try script.replies([EngineScript.rank(given)] + lines)
        let before = try RankingLine(replies[1])
        for (index, check) in checks.enumerated() {
            let (yes, no) = (replies[2 + 2 * index], replies[3 + 2 * index])
            let (item, silent) = ("c\(check.item)", "c\(check.silent)")
            let odds = before.odds(item, silent)
            #expect(try RankingLine(yes).odds(item, silent) >= odds * (1 - 1e-9))
            #expect(try RankingLine(no).odds(item, silent) <= odds * (1 + 1e-9))
        }
    }

    @Test func `a probe's no beats an operator's yes`() throws {
        let script = EngineScript(cases: 20, facts: 60, seed: 3)
        let entry = try #require(script.lists[0].first { $0.word == "usually" })
        let replies = try script.replies([
            EngineScript.rank([]),
            EngineScript.rank(["\(entry.fact) operator yes", "\(entry.fact) probe no"]),
        ])
        let after = try RankingLine(replies[2]).probabilities["c0"] ?? 1
        #expect(after < (try RankingLine(replies[1]).probabilities["c0"] ?? 0))
    }

    @Test func `without evidence base rates rank and none has its prior`() throws {
        let script = EngineScript(cases: 30, facts: 60, seed: 5)
        let ranking = try RankingLine(try script.replies([EngineScript.rank([])])[1])
        #expect(abs(ranking.none - 0.15) < 1e-9)
        #expect(abs(ranking.odds("c0", "c1") - 3) < 1e-9)
        #expect(abs(ranking.odds("c0", "c2") - 9) < 1e-9)
    }

    @Test func `the order of cases and facts in the file does not matter`() throws {
        let script = EngineScript(cases: 30, facts: 60, seed: 9)
        let given = EngineScript.rank(answers(script, 20, seed: 1))
        let document = script.casebook
        var turned = script
        turned.facts.reverse()
        let names = turned.facts.map { "{\"id\":\"\($0)\",\"family\":\"a0\",\"group\":null}" }
        let start = try #require(document.range(of: "\"facts\":["))
        let end = try #require(document.range(of: "],\"steps\""))
        let changed = document.replacingCharacters(
            in: start.upperBound..<end.lowerBound, with: names.joined(separator: ","))
        #expect(try script.replies([given], casebook: changed)[1] == script.replies([given])[1])
    }
}
