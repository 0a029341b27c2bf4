import Casebook
import CasebookStore
import Diagnosis
import Triage

/// All of one incident, for a person or a program.
struct IncidentPage {
    let session: SessionFile
    /// `nil` of one that is in a file alone.
    let summary: IncidentSummary?
    let similar: [SimilarIncident]
    let casebook: Casebook
    let standing: LedgerStanding?

    func page(_ empty: TextPage) -> TextPage {
        var page = empty
        page.paragraph(session.title, style: .bold)
        page.paragraph(session.id, indent: 2, style: .dim)
        page.paragraph(
            "Begun \(IncidentLines.time(session.created)), used last "
                + "\(IncidentLines.time(session.updated)).", indent: 2)
        state(&page)
        told(&page)
        timeline(&page)
        evidence(&page)
        seenBefore(&page)
        next(&page)
        return page
    }

    private func state(_ page: inout TextPage) {
        if let judged = session.judged {
            let leader = judged.leader.map { leader in
                "\(judged.title ?? leader) (\(leader)"
                    + (judged.probability.map { ", " + Wording.probability($0) } ?? "") + ")"
            }
            let other =
                judged.casebook == casebook.hash ? "" : " The casebook has changed since."
            page.paragraph(
                (leader ?? "no case stands out") + "." + other,
                label: judged.verdict.uppercased() + ": ", indent: 2, labelStyle: .bold)
        }
        guard let outcome = summary?.outcome else {
            return page.paragraph("Open: its cause is not settled.", indent: 2)
        }
        write(outcome, &page)
    }

    private func write(_ outcome: IncidentOutcome, _ page: inout TextPage) {
        page.heading(
            outcome.withdrawnAt == nil ? "What it turned out to be" : "Open again; it was taken for"
        )
        let cause = outcome.cause.map { id in
            casebook[case: id].map { "\($0.title) (\(id))" } ?? id
        }
        page.paragraph(
            cause ?? "no case of the casebook", label: "\(outcome.number)  ", indent: 2,
            labelStyle: .bold)
        page.paragraph(
            IncidentLines.time(outcome.time) + ", "
                + (outcome.verified
                    ? "the repair was seen to work" + (outcome.verifiedBy.map { ": \($0)" } ?? "")
                    : "believed"),
            indent: 2)
        if let fix = outcome.fixedBy { page.paragraph(fix, label: "fixed by: ", indent: 2) }
        if let seconds = outcome.secondsToDiagnose {
            page.paragraph(
                Figures.seconds(Int64(seconds) &* 1_000_000_000), label: "time to diagnose: ",
                indent: 2)
        }
        if let standing {
            page.paragraph(
                IncidentLedger.reason(standing, verified: outcome.verified),
                label: standing.word + ": ", indent: 2,
                labelStyle: standing.word == "counted" ? .plain : .caution)
        }
    }

    private func told(_ page: inout TextPage) {
        let lists = [
            ("Own words", session.said), ("Targets", session.now.targets),
            ("Captures", session.captures),
        ]
        for (title, list) in lists where !list.isEmpty {
            page.heading(title)
            for text in list { page.paragraph(text, indent: 2) }
        }
    }

    private func timeline(_ page: inout TextPage) {
        let records = (session.past + [session.now]).filter { $0.move != nil }
        if records.isEmpty { return }
        page.heading("Steps")
        for record in records {
            guard let move = record.move else { continue }
            let time = record.time.map {
                String(IncidentLines.time($0).dropLast(4).suffix(8)) + "  "
            }
            page.paragraph(Self.words(move), label: time ?? "", indent: 2, labelStyle: .dim)
        }
    }

    private static func words(_ move: Move) -> String {
        let answer = move.answer.map { "=\($0.rawValue)" } ?? ""
        return "\(move.kind.rawValue) \(move.what)\(answer)"
    }

    private func evidence(_ page: inout TextPage) {
        if session.evidence.isEmpty { return }
        page.heading("Evidence")
        let known = Set(session.evidence.filter { $0.state != .unknown }.map(\.id))
        for state in FactState.allCases {
            for item in session.evidence where item.state == state {
                // Known by another source meanwhile.
                if state == .unknown, known.contains(item.id) { continue }
                page.paragraph(
                    item.summary.isEmpty ? item.id : "\(item.id): \(item.summary)",
                    label: DisplayWidth.pad(state.rawValue, to: 9), indent: 2, labelStyle: .dim)
            }
        }
    }

    private func seenBefore(_ page: inout TextPage) {
        if similar.isEmpty { return }
        page.heading("Seen before (a memory aid: it proves nothing and counts for nothing)")
        for item in similar {
            page.paragraph(
                SeenBefore.words(item), label: "\(item.incident.id.prefix(13))  ", indent: 2,
                labelStyle: .bold)
            page.paragraph(
                item.shared.prefix(5).joined(separator: ", "), label: "both: ", indent: 17,
                style: .dim, labelStyle: .dim)
        }
    }

    private func next(_ page: inout TextPage) {
        guard summary?.resolved == nil else { return }
        page.gap()
        page.command("inquest incident resume \(session.id.prefix(13))", indent: 2)
        page.command("inquest incident resolve \(session.id.prefix(13)) --case CASE", indent: 2)
    }

    func document() -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("schema", "inquest.incident-show/1")
            writer.member("id", session.id)
            writer.member("status", summary?.status ?? "open")
            writer.member("title", session.title)
            writer.member("created", timestamp: session.created &* 1_000_000_000)
            writer.member("updated", timestamp: session.updated &* 1_000_000_000)
            writer.member("origin", ifPresent: session.origin)
            if let judged = session.judged { writer.member("judged") { $0.judged(judged) } }
            if let outcome = summary?.outcome {
                writer.member("outcome") { writer in
                    writer.outcome(outcome)
                    writer.member("standing", ifPresent: standing?.word)
                }
            }
            writer.member("said", strings: session.said)
            writer.member("targets", strings: session.now.targets)
            writer.member("captures", strings: session.captures)
            writer.member("steps", array: session.past + [session.now]) { $0.step($1) }
            writer.member("similar", array: similar) { $0.similar($1) }
            writer.member("evidence", array: session.evidence) { $0.evidence($1) }
        }
        writer.endLine()
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func step(_ record: SessionFile.Record) {
        object { writer in
            if let time = record.time {
                writer.member("time", timestamp: time &* 1_000_000_000)
            }
            writer.member("kind", record.move?.kind.rawValue ?? "begun")
            writer.member("what", ifPresent: record.move?.what)
            writer.member("answer", ifPresent: record.move?.answer?.rawValue)
            writer.member("facts", record.evidence.count { $0.state != .unknown })
        }
    }

    /// A past incident with like evidence.
    mutating func similar(_ item: SimilarIncident) {
        object { writer in
            writer.member("id", item.incident.id)
            writer.member("status", item.incident.status)
            writer.member("title", item.incident.title)
            writer.member("created", timestamp: item.incident.created &* 1_000_000_000)
            if let outcome = item.incident.outcome {
                writer.member("outcome") { $0.outcome(outcome) }
            }
            writer.member("score", number: DiagnosisJSON.rounded(item.score, 4))
            writer.member("shared", strings: item.shared)
        }
    }
}
