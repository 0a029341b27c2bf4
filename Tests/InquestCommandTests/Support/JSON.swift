import Testing
import Triage

/// The JSON documents of an output, one after another.
func documents(_ text: String) throws -> [JSONNode] {
    var reader = JSONReader(Array(text.utf8))
    var nodes: [JSONNode] = []
    while let node = try reader.next() { nodes.append(node) }
    return nodes
}

/// The one document of an output.
func document(_ text: String) throws -> JSONNode {
    let nodes = try documents(text)
    try #require(nodes.count == 1)
    return nodes[0]
}

extension JSONNode {
    /// The keys of an object, in order.
    var keys: [String] {
        if case .object(let members) = value { members.map(\.key) } else { [] }
    }

    var bool: Bool? {
        if case .bool(let bool) = value { bool } else { nil }
    }
}
