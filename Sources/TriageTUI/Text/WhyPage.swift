import Casebook
import Diagnosis
import TerminalUI
import Triage

/// Why a case stands where it stands: contributions as bars, what hangs on a single answer, and
/// where each open question would lead.
struct WhyPage {
    let subject: CaseID
    let rival: Explanation.Rival
    let session: TriageSession
    let result: TriageResult
    let thoughts: SecondThoughts

    private static let barCells = 21

    func page(width: Int) -> Page {
        var page = Page(width: width)
        let observations = Observations(result.evidence)
        guard
            let explanation = session.engine.explain(
                subject, against: rival, observations)
        else { return page }
        title(explanation, on: &page)
        contributions(explanation, on: &page)
        leaning(on: &page)
        doubts(on: &page)
        whatIf(on: &page)
        return page
    }

    private func title(_ explanation: Explanation, on page: inout Page) {
        page.paragraph(
            "Why \(result.casebook[case: subject]?.title ?? subject)", style: .heading)
        page.paragraph("rather than \(name(explanation))", style: .strong)
        page.paragraph(
            "Odds: \(Phrases.decibans(explanation.priorDecibans)) before any evidence, "
                + "\(Phrases.decibans(explanation.posteriorDecibans)) now. 10\(Wrapping.bond)dB is "
                + "ten times likelier.", style: .dim)
    }

    private func name(_ explanation: Explanation) -> String {
        switch explanation.rival {
        case .named(let id): result.casebook[case: id]?.title ?? id
        case .unlisted:
            "an unlisted cause" + (explanation.rivalFamily.map { " of family \($0)" } ?? "")
        case .background: "a cause that explains none of it"
        case .runnerUp: "the runner-up"
        }
    }

    private func contributions(_ explanation: Explanation, on page: inout Page) {
        page.heading("What each fact does to the odds")
        if explanation.contributions.isEmpty {
            return page.paragraph("Nothing that is known tells the two apart.", indent: 2)
        }
        let most = explanation.contributions.map { abs($0.decibans) }.max() ?? 1
        let cells = page.width < 70 ? 11 : Self.barCells
        let telling = explanation.contributions.filter { abs($0.decibans) >= 0.5 }.prefix(16)
        for item in telling {
            let value = Phrases.decibans(item.decibans)
            let label =
                Widgets.balance(item.decibans, most: most, cells: cells)
                + String(repeating: " ", count: max(1, 10 - value.count)) + value + "  "
            let known = result.evidence.first { $0.id == item.fact && $0.state == item.state }
            let text = known.map { Phrases.text($0, result.casebook) } ?? item.fact
            page.paragraph(
                [
                    Span("\(known.map(Phrases.state) ?? item.state.rawValue): ", .strong),
                    Span(text),
                ],
                label: label, labelStyle: item.decibans < 0 ? .caution : .good)
        }
        let rest = explanation.contributions.count - telling.count
        if rest > 0 {
            page.paragraph(
                "and \(Phrases.plural(rest, "fact")) below half a decibel each", indent: 2,
                style: .dim)
        }
    }

    private func leaning(on page: inout Page) {
        page.heading("What it hangs on")
        if thoughts.leaningOn.isEmpty, thoughts.flips.isEmpty {
            page.paragraph("No single answer or source changes who leads.", indent: 2)
        }
        for change in thoughts.leaningOn {
            page.paragraph(
                "Without \(name(change.change)), \(leader(change)) would lead.", label: "- ",
                indent: 2)
        }
        for change in thoughts.flips {
            page.paragraph(
                "Were \(name(change.change)) the other way round "
                    + "(\(Wording.probability(change.probability))), \(leader(change)) would lead.",
                label: "- ", indent: 2)
        }
        if let pair = thoughts.together {
            page.paragraph(
                "Two causes at once explain more: \(pair.cases.joined(separator: " and ")).",
                label: "! ", indent: 2, labelStyle: .caution)
        }
    }

    private func name(_ change: Counterfactual.Change) -> String {
        switch change {
        case .without(let fact), .flipped(let fact): fact
        case .withoutInstrument(let instrument): Phrases.instrument(instrument)
        }
    }

    private func leader(_ change: Counterfactual) -> String {
        "\(change.leader ?? "none of these") (\(Wording.probability(change.leaderProbability)))"
    }

    private func doubts(on page: inout Page) {
        if thoughts.doubts.isEmpty { return }
        page.heading("Answers to look at again")
        for doubt in thoughts.doubts {
            page.paragraph(
                "\(doubt.fact), \(doubt.state.rawValue): "
                    + "\(Wording.probability(doubt.probabilityWrong)) that it is wrong.",
                label: "! ", indent: 2, labelStyle: .caution)
        }
    }

    private func whatIf(on page: inout Page) {
        let steps = result.next.filter { !$0.outcomes.isEmpty }
        if steps.isEmpty { return }
        page.heading("Where the open questions would lead")
        for step in steps.prefix(6) {
            page.paragraph(step.question, label: "? ", indent: 2, labelStyle: .key)
            for outcome in step.outcomes {
                page.paragraph(Phrases.outcome(outcome, result.casebook), indent: 4)
            }
        }
    }
}
