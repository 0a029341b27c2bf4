import Foundation
import Triage

/// Checks JSON against the shipped schemas (JSON Schema 2020-12, the keywords that they use).
///
/// Stricter than the standard in one point: a key that its schema does not describe is a fault,
/// so that no output goes undocumented. A keyword that is not known here is a fault as well.
struct SchemaValidator {
    private(set) var faults: [String] = []

    /// By file name.
    private static let schemas: [String: JSONNode] = {
        var schemas: [String: JSONNode] = [:]
        let folder = Inquest.repository("schemas")
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
            let data = FileManager.default.contents(atPath: folder + "/" + name)
            var reader = JSONReader(data.map(Array.init) ?? [])
            schemas[name] = try? reader.next()
        }
        return schemas
    }()

    /// Faults of `document`, which names its schema by itself.
    static func faults(in document: JSONNode) -> [String] {
        var validator = SchemaValidator()
        let name = document["schema"]?.string ?? "none"
        let file = name.replacing("/", with: "-") + ".schema.json"
        guard let schema = schemas[file] else { return ["no schema for \(name)"] }
        validator.check(document, schema, in: file, at: name)
        return validator.faults
    }

    private mutating func check(
        _ node: JSONNode, _ schema: JSONNode, in file: String, at path: String
    ) {
        guard case .object(let keywords) = schema.value else { return }
        for keyword in keywords {
            check(node, keyword.key, keyword.value, schema, in: file, at: path)
        }
    }

    private mutating func check(
        _ node: JSONNode, _ keyword: String, _ value: JSONNode, _ schema: JSONNode,
        in file: String, at path: String
    ) {
        switch keyword {
        case "$schema", "$id", "$defs", "title", "description": return
        case "$ref": follow(node, value.string ?? "", in: file, at: path)
        case "type": checkType(node, value, at: path)
        case "const":
            if node.string != value.string { faults.append("\(path): not \(value.string ?? "")") }
        case "enum":
            let words = value.array?.compactMap(\.string) ?? []
            if !words.contains(node.string ?? "") { faults.append("\(path): not in \(words)") }
        case "minimum":
            if let number = node.number, number < value.number ?? 0 {
                faults.append("\(path): \(number) is too small")
            }
        case "maximum":
            if let number = node.number, number > value.number ?? 0 {
                faults.append("\(path): \(number) is too large")
            }
        case "pattern": checkPattern(node, value.string ?? "", at: path)
        case "required":
            for key in value.array?.compactMap(\.string) ?? [] where isObject(node) {
                if node[key] == nil { faults.append("\(path): \(key) is missing") }
            }
        case "properties": checkMembers(node, value, in: file, at: path)
        case "items":
            for (index, element) in (node.array ?? []).enumerated() {
                check(element, value, in: file, at: "\(path)[\(index)]")
            }
        default: faults.append("\(path): keyword \(keyword) is not known to these tests")
        }
    }

    private func isObject(_ node: JSONNode) -> Bool {
        if case .object = node.value { true } else { false }
    }

    private mutating func checkMembers(
        _ node: JSONNode, _ properties: JSONNode, in file: String, at path: String
    ) {
        guard case .object(let members) = node.value else { return }
        for member in members {
            if let schema = properties[member.key] {
                check(member.value, schema, in: file, at: "\(path).\(member.key)")
            } else {
                faults.append("\(path): \(member.key) is not described")
            }
        }
    }

    private mutating func checkType(_ node: JSONNode, _ value: JSONNode, at path: String) {
        let types = value.array?.compactMap(\.string) ?? [value.string ?? ""]
        let actual: Set<String> =
            switch node.value {
            case .null: ["null"]
            case .bool: ["boolean"]
            case .number(let number):
                number == number.rounded() ? ["number", "integer"] : ["number"]
            case .string: ["string"]
            case .array: ["array"]
            case .object: ["object"]
            }
        if actual.isDisjoint(with: types) { faults.append("\(path): \(actual), not \(types)") }
    }

    private mutating func checkPattern(_ node: JSONNode, _ pattern: String, at path: String) {
        guard let text = node.string else { return }
        if text.range(of: pattern, options: .regularExpression) == nil {
            faults.append("\(path): '\(text)' does not match \(pattern)")
        }
    }

    /// `#/$defs/name` or `file#/$defs/name`.
    private mutating func follow(
        _ node: JSONNode, _ reference: String, in file: String, at path: String
    ) {
        let parts = reference.split(separator: "#", omittingEmptySubsequences: false)
        let target = parts[0].isEmpty ? file : String(parts[0])
        var schema = Self.schemas[target]
        for key in (parts.count > 1 ? parts[1] : "").split(separator: "/") {
            schema = schema?[String(key)]
        }
        guard let schema else { return faults.append("\(path): no schema \(reference)") }
        check(node, schema, in: target, at: path)
    }
}
