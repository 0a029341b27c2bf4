import Casebook
import Diagnosis
import Probes
import Triage

/// Whether a fix works, for people and as `inquest.verification/1`.
struct VerificationText {
    /// In the ledger; `nil` when none was named.
    let number: Int?
    let entry: Case
    let verification: FixVerification
    let casebook: Casebook
    let warnings: [Warning]
    /// Probes that would tell more and were not allowed.
    let refused: [any Probe.Type]

    func page(_ empty: TextPage) -> TextPage {
        var page = empty
        let (word, sentence, style) = headline
        page.paragraph(sentence, label: word + ": ", labelStyle: style)
        page.paragraph(entry.title, indent: 2, style: .dim)
        page.heading("What a working fix shows")
        for finding in verification.findings { write(finding, &page) }
        if verification.outcome == .cannotTell {
            page.heading("What would tell")
            for line in tellingLines { page.command(line) }
            page.paragraph("over \(entry.verification.window)", indent: 4, style: .dim)
        }
        for probe in refused {
            page.paragraph(
                "\(probe.name) was not asked: it is \(probe.effect.rawValue), and needs --allow "
                    + probe.effect.rawValue, label: "! ", labelStyle: .caution)
        }
        for warning in warnings { page.paragraph(warning.summary, label: "! ") }
        return page
    }

    private var headline: (word: String, sentence: String, style: TextPage.Style) {
        switch verification.outcome {
        case .fixed:
            let words =
                verification.missing.isEmpty
                ? "what the incident showed is gone, and would have been seen."
                : "what could show of the incident is gone. What is marked ? had no occasion to "
                    + "show: make sure that what brought it about was going on."
            return ("FIXED", "\(words) Keep looking: \(entry.verification.window).", .good)
        case .notFixed:
            return ("NOT FIXED", "the incident still shows.", .alarm)
        case .cannotTell:
            return (
                "CANNOT TELL", "nothing that was looked at could have shown the incident.",
                .caution
            )
        }
    }

    private func write(_ finding: FixVerification.Finding, _ page: inout TextPage) {
        let (label, style) = mark(finding)
        let before = finding.before.map { "before: \($0.rawValue), " } ?? ""
        page.paragraph(
            "\(finding.id) (\(before)now: \(finding.after.rawValue))", label: label, indent: 2,
            labelStyle: style)
        let words =
            finding.evidence?.summary ?? "nothing that was looked at had occasion to show it"
        page.paragraph(words, indent: 8, style: .dim)
    }

    private func mark(_ finding: FixVerification.Finding) -> (String, TextPage.Style) {
        guard let isFulfilled = finding.isFulfilled else { return ("?     ", .caution) }
        return isFulfilled ? ("ok    ", .good) : ("wrong ", .alarm)
    }

    /// How each open finding is established, each command once.
    private var tellingLines: [String] {
        let filling = CommandFilling(target: nil, capture: nil)
        let open = verification.missing.isEmpty ? entry.verification.absent : verification.missing
        var lines: [String] = []
        for finding in open.compactMap({ casebook[finding: $0] }) {
            let line = filling.fill(finding.establishedBy)
            if !lines.contains(line) { lines.append(line) }
        }
        return lines
    }

    func document() -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("schema", "inquest.verification/1")
            if let number { writer.member("incident", number) }
            writer.member("case", entry.id)
            writer.member("outcome", verification.outcome.rawValue)
            writer.member("verdict", verification.verdict.rawValue)
            writer.member(
                "probability", number: DiagnosisJSON.rounded(verification.probability, 6))
            writer.member("findings", array: verification.findings) { writer, finding in
                writer.object { write(finding, &$0) }
            }
            writer.member("missing", strings: verification.missing)
            writer.member("not_allowed", strings: refused.map { $0.name })
            writer.member("window", entry.verification.window)
            writer.member("command", entry.verification.command)
            writer.member("warnings", array: warnings) { writer, warning in
                writer.object { writer in
                    writer.member("id", warning.id)
                    writer.member("summary", warning.summary)
                }
            }
        }
        writer.endLine()
        return writer.bytes
    }

    private func write(_ finding: FixVerification.Finding, _ writer: inout JSONWriter) {
        writer.member("id", finding.id)
        writer.member("expected", finding.expected.rawValue)
        writer.member("before", ifPresent: finding.before?.rawValue)
        writer.member("after", finding.after.rawValue)
        if let evidence = finding.evidence {
            writer.member("source", evidence.source)
            writer.member("summary", evidence.summary)
        }
    }
}
