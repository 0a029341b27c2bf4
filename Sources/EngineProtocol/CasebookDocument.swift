import Casebook
import Diagnosis
import Triage

/// A casebook in the protocol's neutral form, `casebook-exam/1`.
struct CasebookDocument {
    var knowledge = Knowledge(facts: [], cases: [])
    var parameters = Parameters()
    var policy = StepPolicy()
    var steps: [Step] = []
    /// Facts of the vocabulary and those that only a case lists.
    var factIDs: Set<FactID> = []
    /// What was put right while reading; the first few of each kind.
    var warnings: [String] = []

    /// 100,000 cases are 30 to 50 MB.
    static let largestFile = 512 << 20
    static let mostCases = 1_000_000
    static let mostFacts = 20_000
    static let mostSteps = 100_000
    /// Families times facts: 8 bytes each in the rows of "none of these".
    static let mostRowCells = 50_000_000

    /// What one second costs.
    var secondsPrice = 1.0
    private var families: Set<String> = []

    init(_ bytes: [UInt8]) throws(ProtocolFault) {
        let splitter = JSONSplitter(bytes: bytes)
        var parts: [String: Range<Int>] = [:]
        for member in try splitter.members() { parts[member.key] = member.value }
        guard let format = parts["format"], let cases = parts["cases"] else {
            throw ProtocolFault(
                "the document lacks '\(parts["format"] == nil ? "format" : "cases")'")
        }
        let name = try splitter.parse(format).string
        guard name == "casebook-exam/1" else {
            throw ProtocolFault("'format' must be casebook-exam/1")
        }
        try readNumbers(splitter, parts)
        if let facts = parts["facts"] { try readFacts(splitter, facts) }
        try readCases(splitter, cases)
        if let steps = parts["steps"] { try readSteps(splitter, steps) }
        guard families.count * factIDs.count <= Self.mostRowCells else {
            throw ProtocolFault(
                "\(families.count) families times \(factIDs.count) facts are more than "
                    + "\(Self.mostRowCells)")
        }
    }

    private mutating func readFacts(
        _ splitter: JSONSplitter, _ range: Range<Int>
    ) throws(ProtocolFault) {
        try splitter.forEachElement(of: range) { index, node throws(ProtocolFault) in
            let fields = try Fields(node, "facts[\(index)]")
            let id = try fields.text("id")
            guard factIDs.insert(id).inserted else {
                throw ProtocolFault("facts[\(index)]: the id '\(shortened(id))' occurs twice")
            }
            guard factIDs.count <= Self.mostFacts else {
                throw ProtocolFault("more than \(Self.mostFacts) facts")
            }
            knowledge.facts.append(
                Knowledge.Fact(
                    id: id, group: try fields.text(ifPresent: "group"),
                    background: try fields.number("background", in: 0...1)))
        }
    }

    private mutating func readCases(
        _ splitter: JSONSplitter, _ range: Range<Int>
    ) throws(ProtocolFault) {
        var seen: Set<CaseID> = []
        try splitter.forEachElement(of: range) { index, node throws(ProtocolFault) in
            let fields = try Fields(node, "cases[\(index)]")
            let id = try fields.text("id")
            guard seen.insert(id).inserted else {
                throw ProtocolFault("cases[\(index)]: the id '\(shortened(id))' occurs twice")
            }
            guard seen.count <= Self.mostCases else {
                throw ProtocolFault("more than \(Self.mostCases) cases")
            }
            knowledge.cases.append(try entry(fields, id))
        }
    }

    private mutating func entry(
        _ fields: Fields, _ id: CaseID
    ) throws(ProtocolFault) -> Knowledge.Entry {
        let family = try fields.text(ifPresent: "family") ?? ""
        families.insert(family)
        let rate =
            fields.node["base_rate"] == nil
            ? .uncommon : try fields.word("base_rate", Self.baseRates)
        return Knowledge.Entry(
            id: id, family: family, baseRate: rate, lists: try listings(fields, id),
            firstAction: try fields.text(ifPresent: "first_action"))
    }

    private mutating func listings(
        _ fields: Fields, _ id: CaseID
    ) throws(ProtocolFault) -> [Case.Listing] {
        let members = try fields.object("lists")?.members ?? []
        var lists: [Case.Listing] = []
        lists.reserveCapacity(members.count)
        for member in members {
            guard let word = member.value.string, let frequency = Frequency(rawValue: word) else {
                throw ProtocolFault(
                    "the case '\(shortened(id))', fact '\(shortened(member.key))': the frequency "
                        + "must be always, usually, sometimes, rarely or never")
            }
            if factIDs.insert(member.key).inserted {
                guard factIDs.count <= Self.mostFacts else {
                    throw ProtocolFault("more than \(Self.mostFacts) facts")
                }
                warn(
                    "the case '\(shortened(id))' lists '\(shortened(member.key))', which 'facts' "
                        + "does not name; it was added")
            }
            lists.append(Case.Listing(fact: member.key, frequency: frequency))
        }
        return lists
    }

    mutating func warn(_ warning: String) {
        if warnings.count < 20 { warnings.append(warning) }
    }

    private static let baseRates: KeyValuePairs<String, Case.BaseRate> = [
        "common": .common, "uncommon": .uncommon, "rare": .rare,
    ]
}
