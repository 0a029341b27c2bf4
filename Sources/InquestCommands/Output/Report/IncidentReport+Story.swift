import Casebook
import Diagnosis
import Triage

/// What happened, why, and what to do.
extension IncidentReport {
    func summary(_ document: inout ReportDocument) {
        document.heading("Summary")
        if !said.isEmpty {
            document.text("It was told as: " + said.map { "“\($0)”" }.joined(separator: "; "))
        }
        if let leader, isNamed {
            document.text(
                "Cause, \(leader.ranked.verdict.rawValue): \(leader.entry.title) "
                    + "(\(leader.ranked.id), \(Wording.probability(leader.ranked.probability))).")
        } else {
            document.text(
                result.diagnosis.verdict == .none
                    ? "It is probably no case of the casebook."
                    : "There is not enough evidence yet to name a cause.")
        }
        if result.truncated { document.text("Looking was stopped before its end.") }
        document.blank("In two sentences, for somebody who was not there.")
    }

    func impact(_ document: inout ReportDocument) {
        document.heading("Impact")
        document.list(symptoms(.present))
        document.blank("Who was affected, how many, from when until when; what could they not do?")
    }

    private func symptoms(_ state: FactState) -> [String] {
        result.evidence.filter { $0.kind == .symptom && $0.state == state }.map { item in
            let question = result.casebook[symptom: item.id]?.question ?? item.id
            let answer = Answer(item)
            return question
                + (answer == .probably
                    ? " Probably yes." : answer == .probablyNot ? " Probably no." : " Yes.")
        }
    }

    func timeline(_ document: inout ReportDocument) {
        document.heading("Timeline (UTC)")
        if outcome?.began == nil || outcome?.noticed == nil || outcome?.over == nil {
            document.blank("When did it begin, when was it noticed, when was it over?")
        }
        let steps = moments.filter { $0.time != nil || $0.move != nil }
            .map { Event(seconds: $0.time, words: words($0.move)) }
        // Without a clock the order of the steps is all that is known of them.
        let dated = steps.filter { $0.time != nil } + seen + told
        let rows =
            steps.filter { $0.time == nil }
            + dated.enumerated().sorted { left, right in
                (left.element.time ?? 0, left.offset) < (right.element.time ?? 0, right.offset)
            }.map(\.element)
        document.table(
            "time", "what",
            rows: rows.map { [Self.time($0.time.map { $0 / 1_000_000_000 }), $0.words] })
    }

    private struct Event {
        /// Nanoseconds since 1970-01-01T00:00:00Z.
        var time: Int64?
        var words: String

        init(time: Int64?, words: String) { (self.time, self.words) = (time, words) }

        init(seconds: Int64?, words: String) {
            self.init(time: seconds.map { $0 &* 1_000_000_000 }, words: words)
        }
    }

    private static let mostSeen = 20

    /// When captures and logs first show what they cite.
    private var seen: [Event] {
        let present = result.evidence.filter { $0.state == .present }
        return Array(
            present.compactMap { item -> Event? in
                let dated = item.locations.filter { $0.time != nil }
                guard let first = dated.min(by: { ($0.time ?? 0) < ($1.time ?? 0) }) else {
                    return nil
                }
                let packet = first.packet.map { ", packet \($0)" } ?? ""
                return Event(
                    time: first.time,
                    words: "First seen in \(Self.name(first.file))\(packet): \(text(item))")
            }.prefix(Self.mostSeen))
    }

    private var told: [Event] {
        let known = [
            (outcome?.began, "It began."), (outcome?.noticed, "It was noticed."),
            (outcome?.over, "It was over."),
        ]
        return known.compactMap { time, words in
            time.map { Event(seconds: $0, words: words) }
        }
    }

    func causes(_ document: inout ReportDocument) {
        document.heading("Causes")
        if let leader, isNamed {
            document.text(leader.entry.title + ".")
            if let meaning = Self.firstParagraph(leader.entry) { document.text(meaning) }
            decision(leader.ranked, leader.entry, &document)
        }
        let rows = result.diagnosis.cases.filter { $0.probability >= 0.01 }.prefix(8).map {
            [
                result.casebook[case: $0.id]?.title ?? $0.id, $0.verdict.rawValue,
                Wording.probability($0.probability),
            ]
        }
        document.table(
            "case", "verdict", "probability",
            rows: rows + [
                ["none of the casebook", "", Wording.probability(result.diagnosis.unlisted)]
            ])
        document.blank("What else had to be so for this to happen?")
    }

    private func decision(
        _ ranked: RankedCase, _ entry: Case, _ document: inout ReportDocument
    ) {
        if let reason = entry.decision.undecidable {
            return document.text("No test can decide it: \(reason)")
        }
        let state =
            ranked.decided
            ? "It has been run, and it matched."
            : ranked.verdict == .confirmed
                ? "It need not be run: the evidence proves the case by itself."
                : "It has not been run."
        document.text("The test that decides: \(entry.decision.test) \(state)")
        if !ranked.decided, ranked.verdict != .confirmed {
            document.code(result.decidingCommands(entry.decision).lines)
        }
    }

    /// Of the body's first section, without its marks.
    private static func firstParagraph(_ entry: Case) -> String? {
        guard let text = entry.sections.first?.text else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            .drop { $0.isEmpty }.prefix { !$0.isEmpty }
        let words = lines.joined(separator: " ").filter { !"`*".contains($0) }
        return words.isEmpty ? nil : words
    }

    func detection(_ document: inout ReportDocument) {
        document.heading("Detection")
        let present = result.evidence.filter { $0.state == .present }
        let sources = Dictionary(grouping: present, by: \.instrument)
            .sorted { $0.key.rawValue < $1.key.rawValue }
            .map { "\(Self.name($0.key)): \(Figures.plural($0.value.count, "fact"))" }
        document.list(sources)
        document.blank("How was it noticed, and what would have shown it sooner?")
    }

    private static func name(_ instrument: Evidence.Instrument) -> String {
        switch instrument {
        case .operator: "answers of people"
        case .report: "told before anybody asked"
        case .capture: "captures"
        case .probe: "probes"
        case .host: "checks of hosts"
        }
    }

    func resolution(_ document: inout ReportDocument) {
        document.heading("Resolution")
        if let leader, isNamed {
            let fixes = leader.entry.fixes
            document.list(
                ["Now: \(fixes.mitigation)", "The cause: \(fixes.root)"]
                    + (fixes.prevention.map { ["Later: \($0)"] } ?? []))
            document.text("Proof of the fix: \(leader.entry.verification.window)")
            document.code(result.provingCommands(leader.entry.verification).lines)
        }
        if let fix = outcome?.fix { document.text("Done: \(fix)") }
        if let proof = outcome?.proof, !proof.isEmpty {
            document.text("Proof:")
            document.list(proof)
        }
        if outcome?.fix == nil || outcome?.proof.isEmpty != false {
            document.blank("What was done, when, and what showed that it worked?")
        }
    }

    func wentWell(_ document: inout ReportDocument) {
        document.heading("What went well")
        let closed = leader?.ranked.falseLeads.filter(\.closed) ?? []
        document.list(
            isNamed ? closed.map { "Closed in time: \($0.lead.lead) \($0.lead.why)" } : [])
        document.blank("What helped, and what was luck?")
    }

    func actions(_ document: inout ReportDocument) {
        document.heading("Action items")
        var rows: [[String]] = []
        if let leader, isNamed {
            rows = [["mend", leader.entry.fixes.root]]
            if let prevention = leader.entry.fixes.prevention {
                rows.append(["prevent", prevention])
            }
        }
        rows.append(["detect", "[fill in]"])
        document.table(
            "kind", "action", "owner", "due", rows: rows.map { $0 + ["[fill in]", "[fill in]"] })
    }
}
