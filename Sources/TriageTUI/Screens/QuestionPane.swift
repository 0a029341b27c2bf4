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
        let runs = model.runnable(step)
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
        if step.byHand {
            page.code(step.command, indent: 2)
        } else if step.id == OpenSteps.captureStep {
            page.paragraph(
                [Span("Enter", .key), Span(" asks for its path. It needs \(step.needs ?? "one").")])
        } else if step.kind == .run {
            page.code(step.command, indent: 2)
            if let job = model.jobs.first(where: { $0.title == "running \(step.id)" }) {
                return page.paragraph("Running: \(job.stage). X cancels.", style: .strong)
            }
            if let needs = step.needs { page.paragraph("It needs \(needs).", style: .caution) }
            page.paragraph(
                runs
                    ? [
                        Span("Enter", .key), Span(" runs this; "), Span("d", .key),
                        Span(" leaves it."),
                    ]
                    : [Span("Run it in another terminal; d leaves it.", .dim)])
        }
        for outcome in step.outcomes {
            let text = Phrases.outcome(outcome, model.conversation.casebook)
            page.paragraph(CharacterWidth.cut(text, to: page.width - 2), indent: 2, style: .dim)
        }
    }

    private static func stop(_ model: Model, on page: inout Page) {
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
