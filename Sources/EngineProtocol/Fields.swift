import Triage

/// The members of a JSON object, read with faults that name the place.
struct Fields {
    let node: JSONNode
    /// For messages: "the line", "facts[3]", "the case 'c1'".
    let place: String

    init(_ node: JSONNode, _ place: String) throws(ProtocolFault) {
        guard case .object = node.value else {
            throw ProtocolFault("\(place) must be an object, not \(node.kindName)")
        }
        self.node = node
        self.place = place
    }

    /// Longest id or path that is accepted, in bytes.
    static let longestText = 4096

    func text(_ key: String) throws(ProtocolFault) -> String {
        guard let text = try text(ifPresent: key) else { throw missing(key) }
        return text
    }

    func text(ifPresent key: String) throws(ProtocolFault) -> String? {
        guard let found = present(key) else { return nil }
        guard let text = found.string else { throw wrong(key, "a text", found) }
        guard !text.isEmpty, text.utf8.count <= Self.longestText else {
            throw ProtocolFault("\(place): '\(key)' must have 1 to \(Self.longestText) bytes")
        }
        return text
    }

    /// - Parameter choices: words by what they stand for.
    func word<Value>(
        _ key: String, _ choices: KeyValuePairs<String, Value>
    ) throws(ProtocolFault) -> Value {
        let text = try text(key)
        if let choice = choices.first(where: { $0.key == text }) { return choice.value }
        throw ProtocolFault(
            "\(place): '\(key)' cannot be '\(shortened(text))'; use one of "
                + choices.map(\.key).joined(separator: ", "))
    }

    func flag(_ key: String) throws(ProtocolFault) -> Bool {
        guard let found = present(key) else { return false }
        guard case .bool(let flag) = found.value else { throw wrong(key, "true or false", found) }
        return flag
    }

    func number(
        _ key: String, in range: ClosedRange<Double>
    ) throws(ProtocolFault) -> Double? {
        guard let found = present(key) else { return nil }
        guard let number = found.number else { throw wrong(key, "a number", found) }
        guard range.contains(number) else {
            throw ProtocolFault(
                "\(place): '\(key)' must lie between \(range.lowerBound) and \(range.upperBound),"
                    + " not be \(number)")
        }
        return number
    }

    func list(_ key: String) throws(ProtocolFault) -> [JSONNode]? {
        guard let found = present(key) else { return nil }
        guard let list = found.array else { throw wrong(key, "a list", found) }
        return list
    }

    func object(_ key: String) throws(ProtocolFault) -> Fields? {
        guard let found = present(key) else { return nil }
        return try Fields(found, "'\(key)'")
    }

    var members: [JSONNode.Member] {
        if case .object(let members) = node.value { members } else { [] }
    }

    /// `null` is as good as nothing.
    private func present(_ key: String) -> JSONNode? {
        node[key].flatMap { $0.isNull ? nil : $0 }
    }

    func missing(_ key: String) -> ProtocolFault { ProtocolFault("\(place) lacks '\(key)'") }

    private func wrong(_ key: String, _ wanted: String, _ found: JSONNode) -> ProtocolFault {
        ProtocolFault("\(place): '\(key)' must be \(wanted), not \(found.kindName)")
    }
}

/// A text of the other side, short enough for a message.
func shortened(_ text: String) -> String {
    text.count <= 60 ? text : text.prefix(60) + "…"
}
