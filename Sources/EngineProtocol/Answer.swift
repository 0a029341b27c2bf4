import Casebook
import Diagnosis
import Triage

/// One entry of `evidence`.
struct Answer {
    var fact: FactID
    var source: Evidence.Instrument
    var value: FactState

    private static let values: KeyValuePairs<String, FactState> = [
        "yes": .present, "no": .absent, "unknown": .unknown,
    ]
    static let sources: KeyValuePairs<String, Evidence.Instrument> = [
        "operator": .operator, "probe": .probe, "host": .host, "capture": .capture,
        "report": .report,
    ]

    init(_ fields: Fields) throws(ProtocolFault) {
        fact = try fields.text("fact")
        source = try fields.word("source", Self.sources)
        value = try fields.word("value", Self.values)
    }

    static func list(_ line: Fields) throws(ProtocolFault) -> [Answer] {
        guard let nodes = try line.list("evidence") else { throw line.missing("evidence") }
        var answers: [Answer] = []
        answers.reserveCapacity(nodes.count)
        for (index, node) in nodes.enumerated() {
            answers.append(try Answer(Fields(node, "evidence[\(index)]")))
        }
        return answers
    }
}

extension Observations {
    /// Records what concerns facts of the casebook.
    ///
    /// - Returns: ids of facts that the casebook does not know, each once, in order.
    mutating func record(_ answers: [Answer], known: Set<FactID>) -> [FactID] {
        var unknown: [FactID] = []
        var seen: Set<FactID> = []
        for answer in answers {
            if known.contains(answer.fact) {
                record(answer.fact, answer.value, by: answer.source)
            } else if seen.insert(answer.fact).inserted {
                unknown.append(answer.fact)
            }
        }
        return unknown
    }
}
