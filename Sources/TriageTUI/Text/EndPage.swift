import Casebook
import Diagnosis
import TerminalUI
import Triage

/// What came out, what to do now, and what would tell more.
struct EndPage {
    let result: TriageResult
    /// A past incident with like evidence.
    var seenBefore: String?

    func page(width: Int) -> Page {
        var page = Page(width: width)
        let leader = result.diagnosis.leader.flatMap { ranked in
            result.casebook[case: ranked.id].map { (ranked, $0) }
        }
        let verdict = Phrases.verdict(result)
        page.paragraph(
            [Span(verdict.text, verdict.style)]
                + (leader.map { tells ? [Span(": " + $0.1.title, .strong)] : [] } ?? []))
        if let leader, tells {
            page.paragraph(
                "\(leader.0.id), \(Wording.probability(leader.0.probability))", indent: 2)
        }
        if let stop = result.stop { page.paragraph(stop.sentence, indent: 2, style: .dim) }
        if let leader, acts { fixes(leader.1, on: &page) }
        if let leader, tells, !leader.0.decided { decision(leader.1, on: &page) }
        if let leader, acts { proof(leader.1, on: &page) }
        open(on: &page)
        if let seenBefore {
            page.heading("Memory")
            page.paragraph(seenBefore, indent: 2)
        }
        warnings(on: &page)
        return page
    }

    /// Whether the leader is worth naming.
    private var tells: Bool {
        switch result.diagnosis.verdict {
        case .confirmed, .likely: true
        case .undecided: (result.diagnosis.leader?.evidenceDecibans ?? 0) >= 3
        case .none: false
        }
    }

    /// A repair for a cause that is only a guess would do harm.
    private var acts: Bool {
        result.diagnosis.verdict == .confirmed || result.diagnosis.verdict == .likely
    }

    private func fixes(_ entry: Case, on page: inout Page) {
        page.heading("What to do now")
        page.paragraph(entry.fixes.mitigation, label: "now    ", indent: 2, labelStyle: .strong)
        page.paragraph(entry.fixes.root, label: "cause  ", indent: 2, labelStyle: .strong)
    }

    private func decision(_ entry: Case, on page: inout Page) {
        guard entry.decision.undecidable == nil else { return }
        page.heading("The test that decides")
        page.paragraph(entry.decision.test, indent: 2)
        if result.diagnosis.verdict == .confirmed {
            return page.paragraph(
                "It need not be run: the evidence proves the case by itself.", indent: 2)
        }
        for line in result.decidingCommands(entry.decision).lines { page.code(line) }
    }

    private func proof(_ entry: Case, on page: inout Page) {
        page.heading("To prove the fix")
        page.paragraph(entry.verification.window, indent: 2)
        for line in result.provingCommands(entry.verification).lines { page.code(line) }
    }

    private func open(on page: inout Page) {
        if result.next.isEmpty { return }
        page.heading("What would tell more")
        for step in result.next.prefix(4) {
            page.paragraph(step.question, label: "? ", indent: 2, labelStyle: .key)
            if !step.command.isEmpty { page.code(step.command) }
        }
    }

    private func warnings(on page: inout Page) {
        if result.warnings.isEmpty { return }
        page.heading("Warnings")
        for warning in result.warnings {
            page.paragraph(warning.summary, label: "! ", indent: 2, labelStyle: .caution)
        }
    }
}

extension Model {
    var endPage: EndPage { EndPage(result: result, seenBefore: seenBefore) }
}
