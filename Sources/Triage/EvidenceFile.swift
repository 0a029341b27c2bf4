public import Casebook

/// Evidence as a file, `inquest.evidence/1`, so that what was seen on one host can be judged on
/// another.
///
/// Reads `{"schema": "inquest.evidence/1", "evidence": […]}`, a bare list, one object a line, and
/// any of these one after another (`cat a.json b.json`). The outputs of `diagnose --json`,
/// `capture --json` and `probe --json` are evidence as well.
public enum EvidenceFile {
    public static let schema = "inquest.evidence/1"
    /// Files larger than this are refused before they fill the memory.
    public static let maximumBytes = 64 << 20

    public struct Contents: Sendable {
        public var evidence: [Evidence] = []
        /// Ids that the casebook does not know, and what they may have meant.
        public var unknown: [Fault] = []
    }

    /// One fault in an evidence file, with its place.
    public struct Fault: Error, Equatable, Sendable {
        public var place: TextPlace
        public var fault: String
        public var suggestion: String?

        public init(place: TextPlace, fault: String, suggestion: String? = nil) {
            self.place = place
            self.fault = fault
            self.suggestion = suggestion
        }
    }

    /// The keys under which a document keeps its list of evidence.
    private static let listKeys = [
        schema: "evidence", SessionFile.schema: "evidence", "inquest.diagnosis/1": "evidence",
        "inquest.incident-show/1": "evidence",
        "inquest.capture/1": "findings", "inquest.host/1": "findings",
        "inquest.probe/1": "evidence",
    ]

    /// - Parameter casebook: the vocabulary; says whether an id is a symptom or a finding.
    public static func read(_ bytes: [UInt8], casebook: Casebook) throws(Fault) -> Contents {
        var decoder = EvidenceDecoder(bytes: bytes, casebook: casebook)
        var reader = JSONReader(bytes)
        while let document = try next(&reader, bytes) {
            try decoder.document(document, listKeys: listKeys)
        }
        return decoder.contents
    }

    private static func next(
        _ reader: inout JSONReader, _ bytes: [UInt8]
    ) throws(Fault) -> JSONNode? {
        do {
            return try reader.next()
        } catch {
            throw Fault(
                place: TextPlace(offset: error.offset, in: bytes), fault: error.fault,
                suggestion: "an evidence file is JSON of the form {\"schema\": \"\(schema)\", …}")
        }
    }
}

/// Turns JSON into evidence, with the place of every fault.
struct EvidenceDecoder {
    typealias Fault = EvidenceFile.Fault

    let bytes: [UInt8]
    let casebook: Casebook
    var contents = EvidenceFile.Contents()

    init(bytes: [UInt8], casebook: Casebook) {
        self.bytes = bytes
        self.casebook = casebook
    }

    mutating func document(_ node: JSONNode, listKeys: [String: String]) throws(Fault) {
        if let list = node.array { return try entries(list) }
        guard case .object = node.value else {
            throw fault(node, "\(node.kindName) where evidence is expected")
        }
        guard let schema = node["schema"] else { return try entries([node]) }
        guard let name = schema.string, let key = listKeys[name] else {
            throw fault(
                schema, "this is not a document that holds evidence",
                "\"schema\" must be one of " + listKeys.keys.sorted().joined(separator: ", "))
        }
        guard let list = node[key]?.array else {
            throw fault(node[key] ?? node, "\"\(key)\" must be a list of evidence")
        }
        try entries(list)
    }

    /// The list under a key, decoded apart from what was read before.
    func evidence(of node: JSONNode, key: String) throws(Fault) -> [Evidence] {
        var decoder = EvidenceDecoder(bytes: bytes, casebook: casebook)
        guard let list = node[key]?.array else {
            throw fault(node[key] ?? node, "\"\(key)\" must be a list of evidence")
        }
        try decoder.entries(list)
        return decoder.contents.evidence
    }

    private mutating func entries(_ nodes: [JSONNode]) throws(Fault) {
        for node in nodes { contents.evidence.append(try entry(node)) }
    }

    mutating func entry(_ node: JSONNode) throws(Fault) -> Evidence {
        guard case .object = node.value else {
            throw fault(node, "\(node.kindName) where an evidence object is expected")
        }
        let id = try required(node, "id")
        let state = try word(node, "state", among: FactState.allCases)
        let source = try optionalText(node, "source") ?? "operator"
        return Evidence(
            id: id, kind: try kind(of: id, node), state: state,
            source: source, count: try integer(node, "count", 0...Int(Int32.max)),
            summary: try optionalText(node, "summary") ?? "", measure: try measure(node),
            locations: try locations(node))
    }

    private mutating func kind(of id: FactID, _ node: JSONNode) throws(Fault) -> Evidence.Kind {
        let stated: Evidence.Kind? =
            node["kind"] == nil ? nil : try word(node, "kind", among: [.symptom, .finding])
        let known: Evidence.Kind? =
            casebook[symptom: id] != nil ? .symptom : casebook[finding: id] != nil ? .finding : nil
        guard let known else {
            let candidates = casebook.symptoms.map(\.id) + casebook.findings.map(\.id)
            contents.unknown.append(
                fault(
                    node["id"] ?? node, "the casebook knows no symptom or finding '\(id)'",
                    Nearest.match(id, in: candidates).map { "did you mean '\($0)'?" }))
            return stated ?? (id.contains(".") ? .finding : .symptom)
        }
        guard stated == nil || stated == known else {
            throw fault(node["kind"] ?? node, "'\(id)' is a \(known.rawValue)")
        }
        return known
    }

    private func measure(_ node: JSONNode) throws(Fault) -> Evidence.Measure? {
        guard let measure = node["measure"], !measure.isNull else { return nil }
        guard let value = measure["value"]?.number else {
            throw fault(measure, "\"measure\" needs a number \"value\"")
        }
        return Evidence.Measure(value: value, unit: try optionalText(measure, "unit") ?? "")
    }

    private func locations(_ node: JSONNode) throws(Fault) -> [Evidence.Location] {
        guard let list = node["where"], !list.isNull else { return [] }
        guard let nodes = list.array else { throw fault(list, "\"where\" must be a list") }
        var locations: [Evidence.Location] = []
        for node in nodes { locations.append(try location(node)) }
        return locations
    }

    private func location(_ node: JSONNode) throws(Fault) -> Evidence.Location {
        var location = Evidence.Location(file: try required(node, "file"))
        location.flow = try integer(node, "flow", 0...Int(Int32.max))
        location.packet = try integer(node, "packet", 1...(1 << 53))
        location.line = try integer(node, "line", 1...(1 << 53))
        if let time = try optionalText(node, "time") {
            guard let nanoseconds = Timestamp.nanoseconds(time) else {
                throw fault(
                    node["time"] ?? node, "'\(time)' is not a time",
                    "write it as 2026-01-01T00:00:00.000000000Z")
            }
            location.time = nanoseconds
        }
        return location
    }
}

extension EvidenceDecoder {
    private func required(_ node: JSONNode, _ key: String) throws(Fault) -> String {
        guard let text = try optionalText(node, key), !text.isEmpty else {
            throw fault(node, "\"\(key)\" is missing")
        }
        return text
    }

    private func optionalText(_ node: JSONNode, _ key: String) throws(Fault) -> String? {
        guard let value = node[key], !value.isNull else { return nil }
        guard let text = value.string else {
            throw fault(value, "\"\(key)\" must be a text, not \(value.kindName)")
        }
        return text
    }

    private func integer(
        _ node: JSONNode, _ key: String, _ range: ClosedRange<Int>
    ) throws(Fault) -> Int? {
        guard let value = node[key], !value.isNull else { return nil }
        guard let number = value.number, let integer = Int(exactly: number),
            range.contains(integer)
        else { throw fault(value, "\"\(key)\" must be a whole number from \(range.lowerBound) on") }
        return integer
    }

    private func word<Word: RawRepresentable<String>>(
        _ node: JSONNode, _ key: String, among words: [Word]
    ) throws(Fault) -> Word {
        let text = try required(node, key)
        if let word = words.first(where: { $0.rawValue == text }) { return word }
        throw fault(
            node[key] ?? node, "\"\(key)\" cannot be '\(text)'",
            "one of " + words.map(\.rawValue).joined(separator: ", "))
    }

    private func fault(_ node: JSONNode, _ text: String, _ suggestion: String? = nil) -> Fault {
        Fault(
            place: TextPlace(offset: node.offset, in: bytes), fault: text, suggestion: suggestion)
    }
}
