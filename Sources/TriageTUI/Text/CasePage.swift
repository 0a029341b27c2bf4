import Casebook
import Diagnosis
import TerminalUI
import Triage

/// A case, with what speaks for and against it in this incident in place.
struct CasePage {
    let entry: Case
    let ranked: RankedCase?
    let result: TriageResult

    private var casebook: Casebook { result.casebook }

    func page(width: Int) -> Page {
        var page = Page(width: width)
        title(on: &page)
        if let ranked, !result.diagnosis.known.isEmpty { standing(ranked, on: &page) }
        decision(on: &page)
        fixes(on: &page)
        verification(on: &page)
        leads(on: &page)
        for section in entry.sections where section.heading != "False leads" {
            page.heading(section.heading)
            Markdown.write(section.text, on: &page)
        }
        expectations(on: &page)
        sources(on: &page)
        return page
    }

    private func title(on page: inout Page) {
        page.paragraph(entry.title, style: .heading)
        page.paragraph(
            "\(entry.id) · \(entry.family) · \(entry.baseRate.rawValue) · "
                + entry.status.rawValue, style: .dim)
        guard let ranked, !result.diagnosis.known.isEmpty else { return }
        let word = ranked.verdict == .possible ? "possible" : ranked.verdict.rawValue
        page.paragraph(
            [
                Span(Widgets.bar(ranked.probability, cells: 16) + " "),
                Span(Wording.probability(ranked.probability) + ", "),
                Span(word, ranked.verdict == .confirmed ? .alarm : .strong),
            ])
        if !ranked.excludedBy.isEmpty {
            page.paragraph("Excluded by \(ranked.excludedBy.joined(separator: ", ")).")
        }
    }

    private func standing(_ ranked: RankedCase, on page: inout Page) {
        page.heading("For and against it, here")
        let supports = ranked.supports.filter(Self.matters)
        let against = ranked.against.filter(Self.matters)
        for item in supports.prefix(10) { contribution(item, "✓ ", .good, on: &page) }
        for item in against.prefix(10) { contribution(item, "✗ ", .caution, on: &page) }
        let rest =
            ranked.supports.count + ranked.against.count - min(10, supports.count)
            - min(10, against.count)
        if rest > 0 {
            page.paragraph(
                "and \(Phrases.plural(rest, "fact")) that hardly matter; w shows them", indent: 4,
                style: .dim)
        }
        for fact in ranked.missing.prefix(6) {
            page.paragraph(
                [Span("not looked at: ", .dim), Span(Phrases.fact(fact, casebook))], label: "○ ",
                indent: 2, labelStyle: .dim)
        }
        for fact in ranked.unexplained.prefix(6) {
            page.paragraph(
                [Span("not explained by it: ", .dim), Span(Phrases.fact(fact, casebook))],
                label: "? ", indent: 2, labelStyle: .caution)
        }
    }

    /// Below 3 dB a fact makes less than twice the difference.
    private static func matters(_ item: Contribution) -> Bool { abs(item.decibans) >= 3 }

    private func contribution(
        _ item: Contribution, _ mark: String, _ style: Style, on page: inout Page
    ) {
        let evidence = result.evidence.first { $0.id == item.fact && $0.state == item.state }
        let text = evidence.map { Phrases.text($0, casebook) } ?? item.fact
        let answer = evidence.map(Phrases.state) ?? item.state.rawValue
        page.paragraph(
            [Span(answer + ": ", .strong), Span(text)], label: mark, indent: 2, labelStyle: style)
        let places = evidence.map(Phrases.places) ?? ""
        page.paragraph(
            "\(item.words) (\(Phrases.decibans(item.decibans)))"
                + (places.isEmpty ? "" : " · " + places), indent: 4, style: .dim)
    }

    private func decision(on page: inout Page) {
        let decision = entry.decision
        page.heading("The test that decides")
        if let why = decision.undecidable {
            return page.paragraph("There is none: \(why)", indent: 2)
        }
        page.paragraph(decision.test, indent: 2)
        if ranked?.decided == true {
            return page.paragraph("It has been run, and it matched.", indent: 2, style: .good)
        }
        if decision.effect > .normal {
            page.paragraph(
                "It \(Phrases.effect(decision.effect)): ask before you run it.", indent: 2,
                style: .caution)
        }
        let (lines, byHand) = result.decidingCommands(decision)
        if byHand { page.paragraph("By hand:", indent: 2, style: .dim) }
        for line in lines { page.code(line) }
        for rival in decision.rivals {
            page.paragraph(
                [Span("if \(rival.id): ", .dim), Span(rival.shows)], label: "- ", indent: 2)
        }
    }

    private func fixes(on page: inout Page) {
        page.heading("What to do")
        page.paragraph(entry.fixes.mitigation, label: "now    ", indent: 2, labelStyle: .strong)
        page.paragraph(entry.fixes.root, label: "cause  ", indent: 2, labelStyle: .strong)
        if let prevention = entry.fixes.prevention {
            page.paragraph(prevention, label: "later  ", indent: 2, labelStyle: .strong)
        }
    }

    private func verification(on page: inout Page) {
        page.heading("To prove the fix")
        page.paragraph(entry.verification.window, label: "over  ", indent: 2, labelStyle: .dim)
        for fact in entry.verification.absent {
            page.paragraph(fact, label: "gone  ", indent: 2, labelStyle: .dim)
        }
        for fact in entry.verification.present {
            page.paragraph(fact, label: "seen  ", indent: 2, labelStyle: .dim)
        }
        for line in result.provingCommands(entry.verification).lines { page.code(line) }
    }

    private func leads(on page: inout Page) {
        if entry.falseLeads.isEmpty { return }
        page.heading("False leads")
        for lead in entry.falseLeads {
            let closed = ranked?.falseLeads.first { $0.lead == lead }?.closed == true
            page.paragraph(
                [Span(lead.lead, closed ? .dim : .plain), Span(closed ? " (closed)" : "", .good)],
                label: closed ? "✓ " : "○ ", indent: 2, labelStyle: closed ? .good : .dim)
            page.paragraph(lead.why, indent: 4, style: .dim)
        }
    }

    private func expectations(on page: inout Page) {
        page.heading("What it makes one see")
        for frequency in Frequency.allCases {
            for listing in entry.symptoms + entry.findings where listing.frequency == frequency {
                page.paragraph(
                    casebook[symptom: listing.fact]?.question ?? listing.fact,
                    label: CharacterWidth.fit(frequency.rawValue, to: 11), indent: 2,
                    labelStyle: .dim)
            }
        }
    }

    private func sources(on page: inout Page) {
        page.heading("Sources")
        for source in entry.sources {
            page.paragraph("\(source.title), \(source.publisher)", label: "- ", indent: 2)
            page.code(source.url)
        }
    }
}
