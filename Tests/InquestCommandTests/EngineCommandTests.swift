import Foundation
import Testing
import Triage

/// `inquest engine` over its streams: dialogues, and what it makes of bad lines and files.
struct EngineCommandTests {
    private let script = EngineScript(cases: 30, facts: 60, seed: 2)

    private func message(_ line: String) throws -> String {
        let node = try document(line)
        #expect(node["op"]?.string == "error")
        return try #require(node["message"]?.string)
    }

    @Test func `a dialogue begins with all safe checks and says why it stops`() throws {
        let forbidden = ["s1", "s3", "s7"]
        let lines =
            [EngineScript.start(["f4 report yes"], forbidden: forbidden)]
            + [String](repeating: EngineScript.result([]), count: 60)
        let nodes = try script.replies(lines).dropFirst().map { try document($0) }
        let asked = nodes.prefix { $0["op"]?.string == "ask" }
            .map { ($0["steps"]?.array ?? []).compactMap(\.string) }
        let safe = (0..<60).filter { $0 % 3 == 0 && $0 % 7 != 0 && $0 % 11 != 0 && $0 != 3 }
        #expect(Set(try #require(asked.first)) == Set(safe.map { "s\($0)" }))
        #expect(asked.dropFirst().allSatisfy { $0.count == 1 })
        #expect(Set(asked.joined()).isDisjoint(with: forbidden))
        #expect(Set(asked.joined()).count == asked.joined().count, "asked twice")
        let stop = try #require(nodes.first { $0["op"]?.string == "stop" })
        #expect(try #require(stop["reason"]?.string).contains(":"))
        #expect(stop["ranking"]?.array?.count == 10)
        #expect(nodes.last?["op"]?.string == "error")
    }

    @Test func `an intrusive step is marked as one that needs consent`() throws {
        let lines =
            [EngineScript.start([])] + [String](repeating: EngineScript.result([]), count: 50)
        var consents = 0
        for reply in try script.replies(lines).dropFirst() {
            let node = try document(reply)
            guard let steps = node["steps"]?.array else { continue }
            let intrusive = steps.compactMap(\.string)
                .filter { (Int($0.dropFirst()) ?? 1) % 7 == 0 }
            #expect((node["consent"]?.array ?? []).compactMap(\.string) == intrusive)
            consents += intrusive.count
        }
        #expect(consents > 0)
    }

    @Test func `results lead to the case that they describe`() throws {
        let expected = Set(
            script.lists[4].filter { ["always", "usually"].contains($0.word) }.map(\.fact))
        let told = script.facts.map { "\($0) probe \(expected.contains($0) ? "yes" : "no")" }
        let replies = try script.replies([EngineScript.start([]), EngineScript.result(told)])
        #expect(try document(replies[2])["op"]?.string == "stop")
        #expect(try RankingLine(replies[2]).order.first == "c4")
    }

    @Test(arguments: [
        ("", "not one JSON object"), ("[]", "must be an object"), ("{\"op\":1}", "must be a text"),
        ("{}", "lacks 'op'"), ("{\"op\":\"dance\"}", "use one of casebook"),
        ("{\"op\":\"rank\"}", "lacks 'evidence'"),
        (
            "{\"op\":\"rank\",\"evidence\":[{\"fact\":\"f1\",\"source\":\"tea\",\"value\":\"yes\"}]}",
            "operator, probe"
        ),
        (
            "{\"op\":\"rank\",\"evidence\":[{\"fact\":\"f1\",\"source\":\"probe\",\"value\":NaN}]}",
            "NaN is no number"
        ),
        ("{\"op\":\"result\",\"evidence\":[]} {}", "a ',' is expected"),
        ("{\"op\":\"casebook\",\"path\":\"nowhere.json\"}", "no such file"),
        ("{\"op\":\"casebook\",\"path\":\".\"}", "no regular file"),
        ("{\"op\":\"history\",\"path\":\"book.json\"}", "line 1"),
        ("{\"op\":\"start\",\"evidence\":[],\"forbidden\":[\"s999\"]}", "does not exist"),
        ("\u{1}\u{0}{", "not one JSON object"),
    ])
    func `a bad line is named and changes nothing`(bad: String, says: String) throws {
        guard !bad.isEmpty else { return }
        let rank = EngineScript.rank(["f1 probe yes", "f2 operator no"])
        let dialogue = [EngineScript.start(["f1 probe yes"]), EngineScript.result([])]
        let clean = try script.replies([rank] + dialogue)
        let replies = try script.replies([bad, rank, dialogue[0], bad, dialogue[1]])
        #expect(try message(replies[1]).contains(says), "\(replies[1])")
        #expect(replies[2] == clean[1])
        #expect(replies[3] == clean[2])
        #expect(replies[5] == clean[3])
    }

    @Test(arguments: [
        ("\"background\":0.05", "\"background\":NaN", "NaN"),
        ("\"background\":0.05", "\"background\":1.5", "between 0 and 1"),
        ("\"background\":0.05", "\"frequency\":{\"always\":\"often\"}", "must be a number"),
        ("\"id\":\"c1\"", "\"id\":\"c0\"", "occurs twice"),
        ("\"id\":\"f1\"", "\"id\":\"f0\"", "occurs twice"),
        ("\"id\":\"s1\"", "\"id\":\"s0\"", "occurs twice"),
        ("casebook-exam/1", "casebook-exam/9", "casebook-exam/1"),
        ("\"usually\"", "\"mostly\"", "the frequency must be"),
        ("]}", "]", "ends in the middle"),
        ("\"base_rate\":\"rare\"", "\"base_rate\":\"daily\"", "common, uncommon, rare"),
    ])
    func `a bad casebook is refused by name`(good: String, bad: String, says: String) throws {
        let book = script.casebook.replacingOccurrences(of: good, with: bad)
        let replies = try script.replies([EngineScript.rank([])], casebook: book)
        #expect(try message(replies[0]).contains(says), "\(replies[0])")
        #expect(try message(replies[1]).contains("no casebook yet"))
    }

    @Test func `certain numbers, an empty casebook, one case and a thousand twins are judged`()
        throws
    {
        let head = "{\"format\":\"casebook-exam/1\",\"facts\":[{\"id\":\"f1\"}],"
        func twins(_ count: Int) -> String {
            (0..<count).map { "{\"id\":\"c\($0)\",\"lists\":{\"f1\":\"usually\"}}" }
                .joined(separator: ",")
        }
        let certain = """
            \(head)"frequency":{"usually":1},"background":0,"none_rate":0,
            "sources":{"probe":{"wrong_yes":0,"wrong_no":0}},"cases":[\(twins(3))]}
            """
        for (book, count) in [
            (certain, 3), (head + "\"cases\":[]}", 0), (head + "\"cases\":[\(twins(1))]}", 1),
            (head + "\"cases\":[\(twins(1000))]}", 1000),
        ] {
            let lines = [
                EngineScript.rank(["f1 probe no", "f1 host yes"]), EngineScript.start([]),
            ]
            let replies = try script.replies(lines, casebook: book)
            for reply in replies.dropFirst() {
                let ranking = try RankingLine(reply)
                #expect(ranking.sum.isFinite && ranking.sum < 1 + 1e-9)
            }
            let all = try RankingLine(replies[1])
            #expect(all.probabilities.count == count)
            #expect(abs(all.sum - 1) < 1e-9)
            #expect(Set(all.probabilities.values.map { ($0 * 1e12).rounded() }).count <= 1)
        }
    }

    @Test func `facts that nobody named are ignored and said`() throws {
        let replies = try script.replies([
            EngineScript.rank([]), EngineScript.rank(["f999 probe yes", "f999 host no"]),
        ])
        let ignored = try document(replies[2])["ignored"]?.array?.compactMap(\.string)
        #expect(ignored == ["f999"])
        #expect(try RankingLine(replies[1]).probabilities == RankingLine(replies[2]).probabilities)
    }

    @Test func `history moves what was confirmed, and an empty one nothing`() throws {
        let incident = """
            "evidence":[{"fact":"f1","source":"probe","value":"yes"}],"confirmed":"c2","verified":true}
            """
        let lines = (0..<40).map { "{\"id\":\"h\($0)\"," + incident }.joined(separator: "\n")
        try script.write(lines, as: "history.jsonl")
        try script.write("", as: "empty.jsonl")
        let rank = EngineScript.rank([])
        let replies = try script.replies([
            rank, "{\"op\":\"history\",\"path\":\"history.jsonl\"}", rank,
            "{\"op\":\"history\",\"path\":\"empty.jsonl\"}", rank,
        ])
        let (cold, warm) = (try RankingLine(replies[1]), try RankingLine(replies[3]))
        #expect((warm.probabilities["c2"] ?? 0) > 2 * (cold.probabilities["c2"] ?? 1))
        #expect(replies[5] == replies[1])
    }

    @Test func `a line without an end and one that is too long`() throws {
        let long = [UInt8](repeating: 0x20, count: 9 << 20) + Array("\n{\"op\":\"quit\"}".utf8)
        let outcome = try Inquest.run(["engine"], input: long)
        #expect(outcome.status == 0)
        #expect(try message(outcome.output).contains("longer than"))
    }
}
