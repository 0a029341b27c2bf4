import Casebook
import Diagnosis
import Triage

/// What was seen, and what it made people believe.
extension IncidentReport {
    func evidence(_ document: inout ReportDocument) {
        document.heading("Evidence")
        let severalFiles = Set(result.evidence.flatMap(\.locations).map(\.file)).count > 1
        let times = moments.last.map { _ in seenAt } ?? [:]
        document.table(
            "fact", "what was seen", "source", "since",
            rows: result.evidence.filter { $0.state == .present }.map { item in
                let places = EvidenceText.places([item], severalFiles: severalFiles)
                let figures = EvidenceText.figures(item)
                let details = [figures, places].filter { !$0.isEmpty }.joined(separator: "; ")
                return [
                    item.id, text(item) + (details.isEmpty ? "" : " (\(details))"), source(item),
                    Self.time(times[item] ?? nil),
                ]
            })
        for file in captures { document.figure(ReportFigures.cited(result.evidence, in: file)) }
        for cited in ladders {
            document.figure(LadderFigure.draw(cited, limit: Self.drawnRows))
        }
        others(.absent, "Looked for and not there", &document)
        others(.unknown, "Could not be told", &document)
    }

    /// Of a ladder: what fits two printed pages.
    private static let drawnRows = 80

    /// Of a capture without its folders.
    private func source(_ item: Evidence) -> String {
        guard item.instrument == .capture else { return item.source }
        return "capture:" + Self.name(String(item.source.dropFirst("capture:".count)))
    }

    private var captures: [String] {
        var files: [String] = []
        for file in result.evidence.flatMap(\.locations).map(\.file) where !files.contains(file) {
            files.append(file)
        }
        return files
    }

    /// When each piece of evidence came to be as it is.
    private var seenAt: [Evidence: Int64?] {
        var times: [Evidence: Int64?] = [:]
        for moment in moments {
            let known = times
            times = [:]
            for item in moment.evidence { times[item] = known[item] ?? moment.time }
        }
        return times
    }

    /// What was seen, in a sentence.
    func text(_ item: Evidence) -> String {
        if Answer(item) != nil || item.instrument == .report {
            return result.casebook[symptom: item.id]?.question
                ?? result.casebook[finding: item.id]?.definition ?? item.summary
        }
        return item.summary
    }

    private static let mostNamed = 60

    private func others(
        _ state: FactState, _ title: String, _ document: inout ReportDocument
    ) {
        let ids = result.evidence.filter { $0.state == state }.map(\.id)
        if ids.isEmpty { return }
        let more = ids.count > Self.mostNamed ? ", and \(ids.count - Self.mostNamed) more" : ""
        document.text(
            "\(title): " + ids.prefix(Self.mostNamed).joined(separator: ", ") + more + ".")
    }

    func beliefs(_ document: inout ReportDocument) {
        document.heading("What was believed, when and why")
        if moments.count > 1 {
            let believed = believed
            document.figure(ReportFigures.beliefs(believed))
            document.table(
                "time", "after", "then believed",
                rows: zip(moments, believed).map { moment, belief in
                    [Self.time(moment.time), words(moment.move), words(belief)]
                })
        }
        guard let ranked = result.diagnosis.leader else { return }
        document.text(
            "What weighs most for and against \(ranked.id), in decibans (10 dB is ten times "
                + "likelier):")
        document.table("fact", "state", "dB", rows: weights(ranked.supports + ranked.against))
    }

    /// Less than this is noise.
    private static let leastDecibans = 0.5
    private static let mostWeights = 16

    private func weights(_ contributions: [Contribution]) -> [[String]] {
        contributions.filter { abs($0.decibans) >= Self.leastDecibans }
            .sorted { abs($0.decibans) > abs($1.decibans) }.prefix(Self.mostWeights)
            .map { [$0.fact, $0.state.rawValue, Figures.fixed($0.decibans, 1)] }
    }

    /// Every wrong turn that the leading case knows of, the closed ones with what closed them.
    func falseLeads(_ document: inout ReportDocument) {
        guard let leader, isNamed, !leader.ranked.falseLeads.isEmpty else { return }
        document.heading("False leads")
        document.table(
            "lead", "why it is wrong", "closed by",
            rows: leader.ranked.falseLeads.map { state in
                let closer = state.lead.closedBy
                return [
                    state.lead.lead, state.lead.why,
                    state.closed
                        ? closer ?? ""
                        : closer.map { "still open; \($0) would" } ?? "by no finding",
                ]
            })
    }

    func remarks(_ document: inout ReportDocument) {
        document.heading("Remarks")
        document.list(result.warnings.map(\.summary))
        document.text(
            "Made by inquest \(Inquest.version) with a casebook of "
                + "\(result.casebook.cases.count) cases, \(result.casebook.hash).")
    }
}
