public import Casebook
public import Diagnosis

extension TriageResult {
    /// What the casebook makes of other evidence, for example of what was known at some time before.
    public func judge(_ evidence: [Evidence]) -> Diagnosis {
        engine.diagnose(Observations(evidence))
    }

    /// A new case, made of what was seen: what was present with a word to begin with, the check
    /// that tells most, the cases that look alike, the wrong turns that were closed. What only
    /// people know is left empty, so that the check of the case file names it.
    ///
    /// - Parameters:
    ///   - said: the operator's own words; the first become the title.
    ///   - story: what happened, a sentence each.
    public func draftCase(
        id: CaseID, family: String, said: [String], story: [String]
    ) -> Case {
        var draft = Case(id: id, title: said.first ?? "", family: family)
        draft.symptoms = listings(.symptom)
        draft.findings = listings(.finding)
        let telling = mostTelling.map { [$0.id] } ?? []
        let command = mostTelling?.establishedBy ?? ""
        draft.decision = Case.Decision(
            command: command, effect: mostTelling?.effect ?? .local,
            confirms: telling.isEmpty ? [] : [telling],
            rivals: rivals(but: id).map { Case.Rival(id: $0, shows: "") })
        draft.falseLeads = (diagnosis.leader?.falseLeads ?? []).filter(\.closed).map(\.lead)
        draft.verification = Case.Verification(
            present: [], absent: telling, window: "", command: command)
        draft.sections = Case.requiredHeadings.map { heading in
            Case.Section(heading: heading, text: text(under: heading, said + story))
        }
        return draft
    }

    private func listings(_ kind: Evidence.Kind) -> [Case.Listing] {
        facts(.present, kind).map { Case.Listing(fact: $0, frequency: .usually) }
    }

    /// Each once, those of the casebook.
    private func facts(_ state: FactState, _ kind: Evidence.Kind) -> [FactID] {
        var facts: [FactID] = []
        for item in evidence where item.state == state && item.kind == kind {
            let isWord = casebook[symptom: item.id] != nil || casebook[finding: item.id] != nil
            if isWord, !facts.contains(item.id), !item.id.hasPrefix("capture.quality.") {
                facts.append(item.id)
            }
        }
        return facts
    }

    /// The finding that is seen least where something else is wrong.
    private var mostTelling: FindingKind? {
        facts(.present, .finding).compactMap { casebook[finding: $0] }
            .min { (rarity($0), $0.id) < (rarity($1), $1.id) }
    }

    /// Where the vocabulary does not say it, as `casebook/README.md` does.
    private func rarity(_ finding: FindingKind) -> Double { finding.background ?? 0.05 }

    private static let mostRivals = 4

    private func rivals(but id: CaseID) -> [CaseID] {
        let open = diagnosis.cases.filter { $0.probability >= 0.01 && $0.id != id }
        return open.prefix(Self.mostRivals).map(\.id)
    }

    private func text(under heading: String, _ story: [String]) -> String {
        switch heading {
        case "Story": return story.map { "- \($0)" }.joined(separator: "\n")
        case "Diagnosis":
            let absent = facts(.absent, .finding)
            if absent.isEmpty { return "" }
            return "Looked for and not there, so perhaps “never”: "
                + absent.map { "`\($0)`" }.joined(separator: ", ") + "."
        default: return ""
        }
    }
}
