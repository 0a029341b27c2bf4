import Foundation
import Testing
import Triage

/// A casebook in the wire's neutral form and the lines said to `inquest engine` about it.
struct EngineScript {
    static let words = ["always", "usually", "usually", "sometimes", "rarely", "never"]
    let folder = Inquest.temporaryFolder()
    var facts: [String]
    /// The lists of each case, as JSON members.
    var lists: [[(fact: String, word: String)]]

    /// A made-up casebook; the same seed gives the same one.
    init(cases: Int, facts count: Int, seed: UInt64) {
        var random = Draw(seed: seed)
        let facts = (0..<count).map { "f\($0)" }
        self.facts = facts
        lists = (0..<cases).map { _ in
            let chosen = facts.shuffled(using: &random).prefix(
                Int.random(in: 5...12, using: &random))
            return chosen.map { ($0, Self.words.randomElement(using: &random) ?? "usually") }
        }
    }

    var casebook: String {
        let rates = ["common", "uncommon", "rare"]
        let cases = lists.enumerated().map { index, lists in
            let members = lists.map { "\"\($0.fact)\":\"\($0.word)\"" }.joined(separator: ",")
            return """
                {"id":"c\(index)","family":"a\(index % 5)","base_rate":"\(rates[index % 3])",\
                "lists":{\(members)}}
                """
        }
        let steps = facts.enumerated().map { index, fact in
            """
            {"id":"s\(index)","fact":"\(fact)","source":"\(index % 3 == 0 ? "probe" : "operator")",\
            "seconds":\(5 + index % 20),"privileged":\(index % 11 == 0),\
            "intrusive":\(index % 7 == 0)}
            """
        }
        let names = facts.map { "{\"id\":\"\($0)\",\"family\":\"a0\",\"group\":null}" }
        return """
            {"format":"casebook-exam/1","background":0.05,"none_rate":0.15,
            "facts":[\(names.joined(separator: ","))],"steps":[\(steps.joined(separator: ","))],
            "cases":[\(cases.joined(separator: ","))]}
            """
    }

    /// Says the lines to a fresh engine that has read the casebook.
    func replies(_ lines: [String], casebook: String? = nil) throws -> [String] {
        try Data((casebook ?? self.casebook).utf8).write(to: URL(filePath: folder + "/book.json"))
        let all = ["{\"op\":\"casebook\",\"path\":\"book.json\"}"] + lines
        let outcome = try Inquest.run(
            ["engine"], input: Array(all.joined(separator: "\n").utf8), folder: folder)
        try #require(outcome.status == 0, "\(outcome.error)")
        try #require(outcome.lines.count == all.count)
        return outcome.lines
    }

    func write(_ text: String, as name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: folder + "/" + name))
    }

    /// A `rank` of all cases; an answer is "fact source value".
    static func rank(_ answers: [String]) -> String {
        "{\"op\":\"rank\",\"id\":\"i\",\"full\":true,\"evidence\":\(evidence(answers))}"
    }

    static func start(_ answers: [String], forbidden: [String] = []) -> String {
        let forbidden = forbidden.map { "\"\($0)\"" }.joined(separator: ",")
        return """
            {"op":"start","id":"d","evidence":\(evidence(answers)),"forbidden":[\(forbidden)]}
            """
    }

    static func result(_ answers: [String]) -> String {
        "{\"op\":\"result\",\"evidence\":\(evidence(answers))}"
    }

    private static func evidence(_ answers: [String]) -> String {
        let entries = answers.map { answer in
            let parts = answer.split(separator: " ")
            return "{\"fact\":\"\(parts[0])\",\"source\":\"\(parts[1])\",\"value\":\"\(parts[2])\"}"
        }
        return "[\(entries.joined(separator: ","))]"
    }
}

/// A `ranking` or `stop` line, taken apart.
struct RankingLine {
    var probabilities: [String: Double] = [:]
    var order: [String] = []
    var none: Double

    init(_ line: String) throws {
        let node = try document(line)
        none = try #require(node["none"]?.number, "\(line.prefix(300))")
        for pair in try #require(node["ranking"]?.array) {
            let parts = try #require(pair.array)
            let id = try #require(parts.first?.string)
            order.append(id)
            probabilities[id] = try #require(parts.last?.number)
        }
    }

    var sum: Double { probabilities.values.reduce(none, +) }

    func odds(_ first: String, _ second: String) -> Double {
        (probabilities[first] ?? 0) / (probabilities[second] ?? 0)
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Draw: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
