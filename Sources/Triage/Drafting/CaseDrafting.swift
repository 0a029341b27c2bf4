public import Casebook
public import CasebookFiles
public import Diagnosis

/// A case made of an incident, and what its author should know of how it was made.
public struct DraftedCase: Sendable {
    public var value: Case
    public var notes: CaseNotes

    public init(value: Case, notes: CaseNotes) {
        self.value = value
        self.notes = notes
    }

    /// As `case.md`.
    public var text: String { writeCase(value, notes: notes) }
}

extension TriageResult {
    /// What the casebook makes of other evidence, for example of what was known at some time before.
    public func judge(_ evidence: [Evidence]) -> Diagnosis {
        engine.diagnose(Observations(evidence))
    }

    /// A new case, made of what was seen: what was present with a word to begin with (see
    /// `SuggestedWord`), what was absent as candidates for `never`, the findings that no other case
    /// has together as its deciding test, the cases that look alike and what would tell them
    /// apart, the wrong turns that were closed. What only people know is left empty, so that the
    /// check of the case file names it.
    ///
    /// - Parameters:
    ///   - said: the operator's own words; the first become the title.
    ///   - story: what happened, a sentence each.
    public func draftCase(
        id: CaseID, family: String, said: [String], story: [String]
    ) -> DraftedCase {
        var draft = Case(id: id, title: said.first ?? "", family: family)
        var notes = CaseNotes()
        draft.symptoms = listings(.symptom, &notes)
        draft.findings = listings(.finding, &notes)
        let listed = Set(draft.findings.map(\.fact))
        let others = casebook.cases.filter { $0.id != id && $0.status != .retired }
        let deciding = DecidingFacts(
            listed.compactMap { casebook[finding: $0] }, among: others)
        draft.decision = decision(deciding, but: id)
        draft.falseLeads = (diagnosis.leader?.falseLeads ?? []).filter(\.closed).map(\.lead)
        draft.verification = Case.Verification(
            present: [], absent: deciding.chosen.map(\.id), window: "",
            command: deciding.chosen.first.map(Self.command) ?? "inquest capture {capture}")
        draft.sections = Case.requiredHeadings.map { heading in
            Case.Section(heading: heading, text: text(under: heading, draft, said + story))
        }
        notes.remarks += candidates + alike(deciding)
        return DraftedCase(value: draft, notes: notes)
    }

    private func listings(_ kind: Evidence.Kind, _ notes: inout CaseNotes) -> [Case.Listing] {
        facts(.present, kind).compactMap { fact in
            let background = casebook[finding: fact].map(DecidingFacts.rarity) ?? 0.05
            let word = SuggestedWord(looks(for: fact), background: background)
            guard let frequency = word.frequency else {
                notes.remarks.append("\(fact): sometimes  # \(word.reason): left out")
                return nil
            }
            notes.reasons[fact] = word.reason
            return Case.Listing(fact: fact, frequency: frequency)
        }
    }

    /// Each instrument's word counts once for each of its sources.
    private func looks(for fact: FactID) -> SuggestedWord.Looks {
        var looks = SuggestedWord.Looks()
        let telling = evidence.filter { $0.id == fact && $0.state != .unknown }
        looks.present = telling.count { $0.state == .present }
        looks.absent = telling.count - looks.present
        looks.isHedged = telling.allSatisfy {
            $0.state == .absent || $0.source == "operator:probably"
        }
        return looks
    }

    /// Each once, those of the casebook; what one case alone may say is not another's.
    private func facts(_ state: FactState, _ kind: Evidence.Kind) -> [FactID] {
        var facts: [FactID] = []
        for item in evidence where item.state == state && item.kind == kind {
            let isWord = casebook[symptom: item.id] != nil || casebook[finding: item.id] != nil
            let isForeign = Self.foreign.contains { item.id.hasPrefix($0) }
            if isWord, !isForeign, !facts.contains(item.id) { facts.append(item.id) }
        }
        return facts
    }

    /// Warnings about captures, and findings that other cases define for themselves.
    private static let foreign = ["capture.quality.", "custom.", SignatureFinding.general + "."]

    private func text(under heading: String, _ draft: Case, _ story: [String]) -> String {
        switch heading {
        case "Impact":
            draft.symptoms.compactMap { casebook[symptom: $0.fact] }
                .map { "- Yes: \($0.question)" }.joined(separator: "\n")
        case "Diagnosis": looks(of: draft)
        case "Story": story.map { "- \($0)" }.joined(separator: "\n")
        case "False leads":
            draft.falseLeads.isEmpty
                ? "None known."
                : draft.falseLeads.map { "- **\($0.lead)** \($0.why)" }.joined(separator: "\n")
        default: ""
        }
    }

    /// One step for each command, with what it showed.
    private func looks(of draft: Case) -> String {
        if draft.findings.isEmpty { return "Nothing that a check establishes was seen." }
        var commands: [String] = []
        var shown: [String: [String]] = [:]
        for finding in draft.findings.compactMap({ casebook[finding: $0.fact] }) {
            let command = Self.command(of: finding)
            if shown[command] == nil { commands.append(command) }
            shown[command, default: []].append("   - `\(finding.id)`: \(finding.definition)")
        }
        return commands.enumerated().map { number, command in
            "\(number + 1). `\(command)` showed:\n"
                + (shown[command] ?? []).joined(separator: "\n")
        }.joined(separator: "\n\n")
    }

    /// With the places of a case file.
    static func command(of finding: FindingKind) -> String {
        finding.establishedBy.split(separator: " ", omittingEmptySubsequences: false).map { word in
            switch word {
            case "TARGET": "{target}"
            case "FILE": "{capture}"
            default: String(word)
            }
        }.joined(separator: " ")
    }
}

extension TriageResult {
    private static let mostRivals = 4

    private func decision(_ deciding: DecidingFacts, but id: CaseID) -> Case.Decision {
        let facts = deciding.chosen.map(\.id)
        guard let first = deciding.chosen.first else { return Case.Decision(undecidable: "") }
        let names = facts.map { "`\($0)`" }.joined(separator: " and ")
        return Case.Decision(
            test:
                "Run the command while it fails; \(names) confirm\(facts.count > 1 ? "" : "s") it.",
            command: Self.command(of: first),
            effect: deciding.chosen.map(\.effect).max() ?? .local, confirms: [facts],
            rivals: rivals(but: id).map { rival in
                Case.Rival(id: rival.id, shows: shows(rival, deciding))
            })
    }

    private func rivals(but id: CaseID) -> [Case] {
        let open = diagnosis.cases.filter { $0.probability >= 0.01 && $0.id != id }
        return open.prefix(Self.mostRivals).compactMap { casebook[case: $0.id] }
    }

    /// What was seen otherwise than a rival would have it; empty where nothing was.
    private func shows(_ rival: Case, _ deciding: DecidingFacts) -> String {
        let absent = facts(.absent, .finding)
        let missing = absent.first { fact in
            let word = DecidingFacts.word(of: fact, in: rival)
            return word == .always || word == .usually
        }
        if let missing { return "`\(missing)` would be there, and here it is not." }
        let present = facts(.present, .finding)
        if let excluded = present.first(where: { DecidingFacts.word(of: $0, in: rival) == .never })
        {
            return "`\(excluded)` would not be there, and here it is."
        }
        let own = deciding.chosen.first { DecidingFacts.word(of: $0.id, in: rival) == nil }
        return own.map { "`\($0.id)` would hardly be there." } ?? ""
    }

    /// Of absent findings those that a case that looks alike expects come first.
    private var candidates: [String] {
        let alike = rivals(but: "")
        let seen = Set(facts(.present, .finding))
        let rows = facts(.absent, .finding).filter { !seen.contains($0) }.map { fact in
            (
                fact,
                alike.filter { DecidingFacts.word(of: fact, in: $0).map { $0 != .never } ?? false }
            )
        }
        let telling = rows.filter { !$0.1.isEmpty } + rows.filter { $0.1.isEmpty }
        guard !telling.isEmpty else { return [] }
        return ["Looked for and not there; list what can never be there:"]
            + telling.prefix(Self.mostCandidates).map { fact, cases in
                let names = cases.map(\.id).joined(separator: ", ")
                return "\(fact): never" + (names.isEmpty ? "" : "  # against \(names)")
            }
    }

    private static let mostCandidates = 12

    private func alike(_ deciding: DecidingFacts) -> [String] {
        if deciding.sharedWith.isEmpty { return [] }
        return [
            "Nothing that was seen tells it from \(deciding.sharedWith.joined(separator: ", "));",
            "another finding, or one of its own in SQL (custom-findings), would.",
        ]
    }
}
