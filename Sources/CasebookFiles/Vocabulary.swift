public import Casebook

/// The words that a case may use, to check it against.
public struct Vocabulary: Sendable {
    public var symptoms: [Symptom]
    public var findings: [FindingKind]
    /// Every case id that exists, also of cases that are left out; `nil` leaves rivals unchecked.
    public var cases: Set<CaseID>?

    let symptomIDs: Set<FactID>
    let findingIDs: Set<FactID>

    /// - Parameter signed: cases; those with log signatures have a finding of their own, and they
    ///   may define more.
    public init(
        symptoms: [Symptom], findings: [FindingKind], cases: Set<CaseID>? = nil,
        signed: [Case] = []
    ) {
        self.symptoms = symptoms
        self.findings = findings
        self.cases = cases
        symptomIDs = Set(symptoms.map(\.id))
        let own = signed.lazy.filter { !$0.signatures.isEmpty }.map {
            SignatureFinding.id(of: $0.id)
        }
        let custom = signed.lazy.flatMap { entry in
            entry.customFindings.map { $0.id(in: entry.id) }
        }
        findingIDs = Set(findings.map(\.id)).union(own).union(custom)
    }

    public init(_ casebook: Casebook) {
        self.init(
            symptoms: casebook.symptoms, findings: casebook.findings,
            cases: Set(casebook.cases.map(\.id)))
    }
}

/// `symptoms.yaml`: the format line and the entries.
struct SymptomFile {
    static let format = "inquest.symptoms/1"

    static func read(_ source: SourceText, log: FaultLog) -> [Located<Symptom>] {
        entries(source, format: format, key: "symptoms", owner: "a symptom", log: log) { fields in
            let id = fields.text("id", required: true)
            let question = fields.text("question", required: true)
            let group = fields.text("group")?.value
            guard let id else { return nil }
            if !isKebabCase(id.value) {
                log.error(id.place, "id \(quoted(id.value)) is not kebab-case", kebabAdvice)
                return nil
            }
            if let question, !question.value.hasSuffix("?") {
                log.warning(question.place, "a question ends with a question mark")
            }
            let symptom = Symptom(id: id.value, question: question?.value ?? "", group: group)
            return Located(value: symptom, place: id.place)
        }
    }
}

/// `findings.yaml`: the format line and the entries.
struct FindingFile {
    static let format = "inquest.findings/1"

    static func read(_ source: SourceText, log: FaultLog) -> [Located<FindingKind>] {
        entries(source, format: format, key: "findings", owner: "a finding", log: log) { fields in
            let id = fields.text("id", required: true)
            var finding = FindingKind(
                id: id?.value ?? "",
                definition: fields.text("definition", required: true)?.value ?? "",
                unit: fields.text("unit")?.value,
                effect: fields.word("effect", as: EffectClass.self) ?? .local,
                establishedBy: fields.text("established-by", required: true)?.value ?? "",
                byHand: fields.text("by-hand", required: true)?.value ?? "",
                group: fields.text("group")?.value, tier: 1)
            if let background = fields.text("background") {
                finding.background = share(background, log: log)
            }
            if let tier = fields.text("tier", required: true) {
                if let number = Int(tier.value), (1...9).contains(number) {
                    finding.tier = number
                } else {
                    log.error(tier.place, "tier \(quoted(tier.value)) is not a number from 1 to 9")
                }
            }
            if finding.byHand.contains("\n") {
                log.error(fields.place(of: "by-hand"), "“by-hand” has more than one line")
            }
            guard let id else { return nil }
            if !isDottedName(id.value) {
                log.error(
                    id.place, "id \(quoted(id.value)) is not of the form layer.thing.property",
                    "lower-case words with “-” inside and “.” between, at least one “.”")
                return nil
            }
            if id.value.hasPrefix("\(CustomFinding.namespace).") {
                log.error(
                    id.place, "ids that begin with “\(CustomFinding.namespace).” belong to cases",
                    "choose another first word")
                return nil
            }
            return Located(value: finding, place: id.place)
        }
    }
}

/// A probability that leaves room for doubt.
private func share(_ text: Located<String>, log: FaultLog) -> Double? {
    if let value = Double(text.value), (0.001...0.9).contains(value) { return value }
    log.error(
        text.place, "background \(quoted(text.value)) is not a number from 0.001 to 0.9",
        "how often the finding is present whatever is wrong; leave it out for the usual 0.05")
    return nil
}

/// Reads the entries of a vocabulary file; repeated ids are reported and the first one kept.
private func entries<Entry>(
    _ source: SourceText, format: String, key: String, owner: String, log: FaultLog,
    _ read: (inout Fields) -> Located<Entry>?
) -> [Located<Entry>] where Entry: Identified {
    let bounds = YAMLBounds(depth: 6, values: 100_000)
    guard let tree = YAMLTree.read(source.lines[...], firstLine: 1, bounds: bounds, log: log),
        var fields = Fields(tree, owner: "the file", log: log)
    else { return [] }
    checkFormat(&fields, format, log)
    let list = fields.list(key, required: true)
    fields.finish()
    var first: [FactID: Place] = [:]
    return list.compactMap { tree in
        guard var fields = Fields(tree, owner: owner, log: log) else { return nil }
        let entry = read(&fields)
        fields.finish()
        guard let entry else { return nil }
        if let place = first[entry.value.id] {
            log.error(
                entry.place, "id \(quoted(entry.value.id)) is given twice",
                "first in line \(place.line)")
            return nil
        }
        first[entry.value.id] = entry.place
        return entry
    }
}

protocol Identified { var id: String { get } }
extension Symptom: Identified {}
extension FindingKind: Identified {}

/// Reads the key `format` and reports any other than `wanted`.
func checkFormat(_ fields: inout Fields, _ wanted: String, _ log: FaultLog) {
    guard let format = fields.text("format", required: true), format.value != wanted else { return }
    let name = wanted.split(separator: "/")[0]
    let isNewer = format.value.hasPrefix("\(name)/")
    log.error(
        format.place, "format \(quoted(format.value)) is not \(quoted(wanted))",
        isNewer ? "this file needs another version of Inquest" : "write “format: \(wanted)”")
}

let kebabAdvice = "lower-case letters and digits with “-” between"

/// `a`, `a-b2`: letters and digits in lower case, parts joined by single hyphens.
func isKebabCase(_ text: some StringProtocol) -> Bool {
    guard text.utf8.count <= 100 else { return false }
    return text.split(separator: "-", omittingEmptySubsequences: false).allSatisfy { part in
        !part.isEmpty
            && part.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
    }
}

/// `capture.tcp.silent-open`: kebab-case parts joined by full stops, at least two of them.
func isDottedName(_ text: String) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count >= 2 && text.utf8.count <= 100 && parts.allSatisfy { isKebabCase($0) }
}
