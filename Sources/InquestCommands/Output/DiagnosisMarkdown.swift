import Casebook
import Diagnosis
import Triage

/// The diagnosis for a ticket or a chat: Markdown, foreign text escaped.
enum DiagnosisMarkdown {
    static func report(_ result: TriageResult) -> [UInt8] {
        var text = heading(result)
        text += evidence(result)
        if let leader = result.diagnosis.leader, let entry = result.casebook[case: leader.id] {
            switch result.diagnosis.verdict {
            case .confirmed, .likely:
                text += decision(leader, entry, result) + actions(leader, entry, result)
            case .undecided: text += decision(leader, entry, result)
            case .none: break
            }
        }
        text += cases(result)
        text += list("Warnings", result.warnings.map { escaped($0.summary) })
        return Array(text.utf8)
    }

    private static func heading(_ result: TriageResult) -> String {
        let diagnosis = result.diagnosis
        let interrupted =
            result.truncated ? "Interrupted: this is what was seen until then.\n\n" : ""
        guard let leader = diagnosis.leader, diagnosis.verdict != .none,
            let entry = result.casebook[case: leader.id]
        else { return "# Inquest: no known case\n\n" + interrupted }
        let verdict =
            diagnosis.verdict == .undecided
            ? "not enough evidence; perhaps" : diagnosis.verdict.rawValue
        return "# Inquest: \(verdict): \(escaped(entry.title))\n\n"
            + "`\(leader.id)`, \(Wording.probability(leader.probability)); casebook "
            + "`\(result.casebook.hash)` of \(result.casebook.cases.count) cases.\n\n" + interrupted
    }

    private static func evidence(_ result: TriageResult) -> String {
        let present = result.evidence.filter { $0.state == .present }
        return list(
            "Seen",
            present.map { evidence in
                let places = EvidenceText.places([evidence], severalFiles: true)
                return "`\(code(evidence.id))`: \(escaped(evidence.summary))"
                    + (places.isEmpty ? "" : " (\(escaped(places)))")
            })
    }

    private static func decision(
        _ leader: RankedCase, _ entry: Case, _ result: TriageResult
    ) -> String {
        let decision = entry.decision
        let heading = "## Deciding test\n\n"
        if let why = decision.undecidable { return heading + "There is none: \(escaped(why))\n\n" }
        let test = heading + escaped(decision.test)
        if leader.decided { return test + " It has been run, and it matched.\n\n" }
        if leader.verdict == .confirmed {
            return test + " It need not be run: the evidence proves the case by itself.\n\n"
        }
        return test + " Effect: \(decision.effect.rawValue).\n\n"
            + fenced(result.decidingCommands(decision).lines)
    }

    private static func actions(
        _ leader: RankedCase, _ entry: Case, _ result: TriageResult
    ) -> String {
        let later = entry.fixes.prevention.map { ["later: " + escaped($0)] } ?? []
        let fixes = [
            "now: " + escaped(entry.fixes.mitigation), "cause: " + escaped(entry.fixes.root),
        ]
        return list("What to do", fixes + later)
            + "## Proof of the fix\n\n\(escaped(entry.verification.window))\n\n"
            + fenced(result.provingCommands(entry.verification).lines)
            + list(
                "False leads",
                leader.falseLeads.map {
                    escaped("\($0.lead.lead) \($0.lead.why)") + ($0.closed ? " (closed)" : "")
                })
    }

    private static func fenced(_ commands: [String]) -> String {
        "```\n" + commands.map { code($0) + "\n" }.joined() + "```\n\n"
    }

    private static func cases(_ result: TriageResult) -> String {
        let rows = result.diagnosis.cases.filter { $0.probability >= 0.01 }.map {
            "| `\($0.id)` | \($0.verdict.rawValue) | \(Wording.probability($0.probability)) |\n"
        }
        let none = "| none of these | | \(Wording.probability(result.diagnosis.unlisted)) |\n"
        return "## Cases\n\n| case | verdict | probability |\n|---|---|---|\n"
            + rows.joined() + none + "\n"
    }

    private static func list(_ heading: String, _ items: [String]) -> String {
        if items.isEmpty { return "" }
        return "## \(heading)\n\n" + items.map { "- \($0)\n" }.joined() + "\n"
    }

    private static func escaped(_ text: String) -> String { MarkdownEscape.line(text) }

    private static func code(_ text: String) -> String { MarkdownEscape.code(text) }
}
