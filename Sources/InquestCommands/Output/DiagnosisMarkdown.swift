import Casebook
import Diagnosis
import Triage

/// The diagnosis for a ticket or a chat: Markdown, foreign text escaped.
enum DiagnosisMarkdown {
    static func report(_ result: TriageResult) -> [UInt8] {
        var text = heading(result)
        text += evidence(result)
        if let leader = result.diagnosis.leader, result.diagnosis.verdict != .none,
            let entry = result.casebook[case: leader.id]
        {
            text += actions(leader, entry, result)
        }
        text += cases(result)
        text += list("Warnings", result.warnings.map { escaped($0.summary) })
        return Array(text.utf8)
    }

    private static func heading(_ result: TriageResult) -> String {
        let diagnosis = result.diagnosis
        guard let leader = diagnosis.leader, diagnosis.verdict != .none,
            let entry = result.casebook[case: leader.id]
        else { return "# Inquest: no known case\n\n" }
        return "# Inquest: \(diagnosis.verdict.rawValue): \(escaped(entry.title))\n\n"
            + "`\(leader.id)`, \(Wording.probability(leader.probability)); casebook "
            + "`\(result.casebook.hash)` of \(result.casebook.cases.count) cases.\n\n"
            + (result.truncated ? "Interrupted: this is what was seen until then.\n\n" : "")
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

    private static func actions(
        _ leader: RankedCase, _ entry: Case, _ result: TriageResult
    ) -> String {
        let decision = entry.decision
        let test =
            decision.undecidable.map { "There is none: \(escaped($0))" } ?? escaped(decision.test)
        let command = code(result.commands.fill(decision.command))
        var text = "## Deciding test\n\n\(test)"
        if leader.decided {
            text += " It has been run and matched."
        } else if decision.undecidable == nil {
            text += " Effect: \(decision.effect.rawValue).\n\n```\n\(command)\n```"
        }
        text +=
            "\n\n"
            + list(
                "What to do",
                [
                    "now: " + escaped(entry.fixes.mitigation),
                    "cause: " + escaped(entry.fixes.root),
                ] + (entry.fixes.prevention.map { ["later: " + escaped($0)] } ?? []))
        let verify = code(result.commands.fill(entry.verification.command))
        text +=
            "## Proof of the fix\n\n\(escaped(entry.verification.window))\n\n"
            + "```\n\(verify)\n```\n\n"
        return text
            + list(
                "False leads",
                leader.falseLeads.map {
                    escaped("\($0.lead.lead) \($0.lead.why)") + ($0.closed ? " (closed)" : "")
                })
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

    /// One line without anything that Markdown or HTML would act on.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in SafeText.lines(text).joined(separator: " ") {
            if "\\`*_[]<>|#&".contains(character) { result.append("\\") }
            result.append(character)
        }
        return result
    }

    /// Inside of code nothing can be escaped; a backtick would end it.
    private static func code(_ text: String) -> String {
        SafeText.lines(text).joined(separator: " ").replacing("`", with: "'")
    }
}
