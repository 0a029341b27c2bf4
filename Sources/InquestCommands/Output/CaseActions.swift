import Casebook
import Diagnosis
import Triage

/// What to do about a case: settle it, end the pain, remove the cause, prove it, and which wrong
/// turns not to take.
struct CaseActions {
    let ranked: RankedCase
    let entry: Case
    let result: TriageResult

    func write(_ page: inout TextPage) {
        writeDecision(&page)
        fixes(&page)
        verification(&page)
        falseLeads(&page)
    }

    func writeDecision(_ page: inout TextPage) {
        let decision = entry.decision
        page.heading("The test that decides")
        if let why = decision.undecidable {
            return page.paragraph("There is none: \(why)", indent: 2)
        }
        if ranked.decided {
            return page.paragraph("It has been run, and it matched: \(decision.test)", indent: 2)
        }
        page.paragraph(decision.test, indent: 2)
        if ranked.verdict == .confirmed {
            return page.paragraph(
                "It need not be run: the evidence above proves the case by itself.", indent: 2)
        }
        command(decision, &page)
        for rival in decision.rivals {
            page.paragraph("if \(rival.id): \(rival.shows)", label: "- ", indent: 2, style: .dim)
        }
    }

    /// The command, or how to do by hand what this version has no command for.
    private func command(_ decision: Case.Decision, _ page: inout TextPage) {
        if decision.effect > .normal {
            page.paragraph(
                "Effect: \(decision.effect.rawValue). Ask before you run it.", indent: 2,
                style: .caution)
        }
        let (lines, byHand) = result.decidingCommands(decision)
        if byHand { page.paragraph("By hand:", indent: 2) }
        for line in lines { page.command(line) }
    }

    private func fixes(_ page: inout TextPage) {
        page.heading("What to do")
        page.paragraph(entry.fixes.mitigation, label: "Now:    ", indent: 2, labelStyle: .bold)
        page.paragraph(entry.fixes.root, label: "Cause:  ", indent: 2, labelStyle: .bold)
        if let prevention = entry.fixes.prevention {
            page.paragraph(prevention, label: "Later:  ", indent: 2, labelStyle: .bold)
        }
    }

    private func verification(_ page: inout TextPage) {
        let verification = entry.verification
        page.heading("To prove the fix")
        page.paragraph(verification.window, label: "over: ", indent: 2)
        for fact in verification.absent { page.paragraph(fact, label: "gone: ", indent: 2) }
        for fact in verification.present { page.paragraph(fact, label: "seen: ", indent: 2) }
        for line in result.provingCommands(verification).lines { page.command(line) }
    }

    private func falseLeads(_ page: inout TextPage) {
        if ranked.falseLeads.isEmpty { return }
        page.heading("False leads")
        for state in ranked.falseLeads {
            page.paragraph(
                state.lead.lead, label: state.closed ? "closed  " : "open    ", indent: 2,
                labelStyle: state.closed ? .good : .dim)
            page.paragraph(state.lead.why, indent: 10, style: .dim)
        }
    }
}
