import Casebook
import Diagnosis
import TerminalUI
import Triage

/// What is asked or proposed now, and why.
struct QuestionPane {
    let model: Model
    let state: TriageState

    func draw(in rect: Rect, on grid: inout CellGrid) {
        let page = Self.page(model, width: rect.width - 2)
        let inner = Rect(x: rect.x + 1, y: rect.y, width: rect.width - 2, height: rect.height)
        for (row, line) in page.lines.prefix(inner.height).enumerated() {
            grid.write(line, x: inner.x, y: inner.y + row, limit: inner.x + inner.width)
        }
        if page.lines.count > inner.height {
            grid.write(
                "…", x: inner.x + inner.width - 1, y: inner.y + inner.height - 1, style: .dim)
        }
    }

    static func page(_ model: Model, width: Int) -> Page {
        var page = Page(width: width)
        switch model.assessment.question {
        case .guess(let guess): self.guess(guess, model, on: &page)
        case .step(let step): self.step(step, model, on: &page)
        case nil: stop(model, on: &page)
        }
        return page
    }

    private static func guess(
        _ guess: Suggestions.Suggestion, _ model: Model, on page: inout Page
    ) {
        let count = model.conversation.guesses.count
        page.paragraph(
            "From your words" + (count > 1 ? ", \(count) to confirm" : ""), style: .dim)
        page.paragraph(Phrases.fact(guess.fact, model.conversation.casebook), style: .strong)
        if guess.negated {
            page.paragraph("Your words seem to deny it: y only if it is so.", style: .caution)
        }
    }

    private static func step(_ step: NextStep, _ model: Model, on page: inout Page) {
        let kind =
            step.kind == .ask ? "Question" : step.byHand ? "To look at by hand" : "Check"
        page.paragraph(
            [
                Span("\(kind)", .dim),
                Span(" · \(Phrases.gain(step.gainBits))", .dim),
                Span(" · takes \(Phrases.seconds(step.costSeconds))", .dim),
                Span(
                    step.kind == .ask ? "" : " · \(Phrases.effect(step.effect))",
                    step.effect > .normal ? .caution : .dim),
            ])
        page.paragraph(step.question, style: .strong)
        if step.kind == .run { howToRun(step, model, on: &page) }
        for outcome in step.outcomes {
            let text = Phrases.outcome(outcome, model.conversation.casebook)
            page.paragraph(CharacterWidth.cut(text, to: page.width - 2), indent: 2, style: .dim)
        }
    }

    /// What would happen, and which key makes it happen.
    private static func howToRun(_ step: NextStep, _ model: Model, on page: inout Page) {
        if step.id == OpenSteps.captureStep {
            return page.paragraph(
                [Span("Enter", .key), Span(" asks for its path. It needs \(step.needs ?? "one").")])
        }
        page.code(step.command, indent: 2)
        if step.byHand { return }
        if step.needsTarget {
            return page.paragraph([
                Span("Enter", .key), Span(" asks for \(step.needs ?? "it"). Nothing is sent yet."),
            ])
        }
        if let sends = step.sends { page.paragraph("Sends \(sends).", indent: 2) }
        if let needs = step.needs { page.paragraph("It needs \(needs).", style: .caution) }
        guard model.runnable(step) else {
            return page.paragraph("Run it in another terminal; d leaves it.", style: .dim)
        }
        var keys = [Span("Enter", .key), Span(" runs this; "), Span("d", .key), Span(" leaves it")]
        if model.together.count > 1 {
            keys += [Span("; "), Span("A", .key), Span(" runs all that are safe: ")]
            keys.append(Span(model.together.map(\.id).joined(separator: ", ")))
        }
        page.paragraph(keys + [Span(step.effect > .normal ? ". Ask before you do." : ".")])
    }

    private static func stop(_ model: Model, on page: inout Page) {
        if !model.jobs.isEmpty {
            page.paragraph("Waiting for what runs", style: .strong)
            for job in model.jobs {
                page.paragraph("\(job.title): \(job.stage)", label: "> ", indent: 2)
            }
            return
        }
        let verdict = Phrases.verdict(model.result)
        let title = model.result.diagnosis.leader.flatMap {
            model.conversation.casebook[case: $0.id]?.title
        }
        let names =
            model.result.diagnosis.verdict == .confirmed
            || model.result.diagnosis.verdict == .likely
        page.paragraph(
            [Span(verdict.text, verdict.style)]
                + (names ? [Span(": " + (title ?? ""), .strong)] : []))
        page.paragraph(model.result.stop?.sentence ?? "Nothing is left to ask.")
    }
}
