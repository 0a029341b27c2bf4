import Triage

/// A line of the other side.
enum Request {
    case casebook(path: String)
    case history(path: String)
    case rank(id: String?, [Answer], full: Bool)
    /// - forbidden: ids of steps that are not to be proposed in this dialogue.
    case start(id: String?, [Answer], forbidden: [String])
    case result([Answer])
    case quit

    private enum Operation { case casebook, history, rank, start, result, quit }

    init(_ line: [UInt8]) throws(ProtocolFault) {
        let fields = try Fields(Self.node(line), "the line")
        let operation = try fields.word(
            "op",
            [
                "casebook": Operation.casebook, "history": .history, "rank": .rank,
                "start": .start, "result": .result, "quit": .quit,
            ])
        switch operation {
        case .casebook: self = .casebook(path: try fields.text("path"))
        case .history: self = .history(path: try fields.text("path"))
        case .rank:
            self = .rank(
                id: try fields.text(ifPresent: "id"), try Answer.list(fields),
                full: try fields.flag("full"))
        case .start:
            self = .start(
                id: try fields.text(ifPresent: "id"), try Answer.list(fields),
                forbidden: try Self.texts(fields, "forbidden"))
        case .result: self = .result(try Answer.list(fields))
        case .quit: self = .quit
        }
    }

    private static func node(_ line: [UInt8]) throws(ProtocolFault) -> JSONNode {
        do {
            return try JSONSplitter(bytes: line).parse(line.indices)
        } catch {
            throw error.inside("the line is not one JSON object")
        }
    }

    private static func texts(_ fields: Fields, _ key: String) throws(ProtocolFault) -> [String] {
        var texts: [String] = []
        for (index, node) in (try fields.list(key) ?? []).enumerated() {
            guard let text = node.string else {
                throw ProtocolFault("\(key)[\(index)] must be a text, not \(node.kindName)")
            }
            texts.append(text)
        }
        return texts
    }
}
