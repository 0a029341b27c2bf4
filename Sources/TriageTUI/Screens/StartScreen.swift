import Casebook
import Diagnosis
public import TerminalUI
import Triage

/// The first screen: a line for one's own words, what they may mean, and what would be asked.
public struct StartState: Hashable, Sendable {
    public internal(set) var editor = LineEditor()

    public init() {}

    static let keys = Keys([
        .init(
            [.enter], .startTriage, hint: "go on",
            help: "Take the words as they stand; what they may mean is asked first, key by key."),
        .init([.tab], .casebook, hint: "casebook", help: "Read the cases."),
        .init([.control("o")], .capture, hint: "capture", help: "Read a packet capture."),
        .init([.control("r")], .sessions, hint: "resume", help: "Take up an earlier session."),
        .init(
            [.control("c")], .quitNow, hint: "quit",
            help: "Quit. On an empty line Esc asks first."),
        .init([.escape], .back, help: "Empty the line; on an empty one, quit."),
        .init([.function(1)], .help, hint: "help", help: "This help; '?' on an empty line too."),
    ])
}

enum StartScreen {
    private static let shownMeanings = 4

    static func draw(
        _ state: StartState, _ model: Model, in rect: Rect, on grid: inout CellGrid
    ) {
        var page = Page(width: rect.width - 4)
        page.paragraph("What is wrong? Say it in your own words.", style: .strong)
        let inputRow = page.lines.count + 1
        for _ in 0..<3 { page.line(StyledLine()) }
        if state.editor.isEmpty {
            opening(model, on: &page)
        } else {
            meanings(state.editor.text, model, on: &page)
        }
        let inner = rect.inset(left: 2, right: 2)
        page.draw(
            in: Rect(x: inner.x, y: inner.y + 1, width: inner.width, height: inner.height - 1),
            from: 0, on: &grid)
        let row = Rect(x: inner.x, y: inner.y + 1 + inputRow, width: inner.width, height: 1)
        guard row.y < rect.y + rect.height else { return }
        state.editor.draw("> ", in: row, on: &grid)
        if state.editor.isEmpty {
            grid.write(
                "checkouts time out, the monitor is green", x: row.x + 2, y: row.y, style: .dim,
                limit: row.x + row.width)
        }
    }

    /// What the words so far may speak of: asked one by one, with one key each.
    private static func meanings(_ text: String, _ model: Model, on page: inout Page) {
        let found = model.conversation.meanings(of: text)
        guard !found.isEmpty else {
            page.paragraph(
                "No question of the casebook resembles that yet. Enter goes on all the same.",
                style: .dim)
            return
        }
        page.paragraph("You may mean, to be confirmed with one key each:", style: .dim)
        for guess in found.prefix(shownMeanings) {
            page.paragraph(
                Phrases.fact(guess.fact, model.conversation.casebook)
                    + (guess.negated ? " (you seem to deny it)" : ""),
                label: "? ", indent: 2, labelStyle: .key)
        }
        let rest = found.count - shownMeanings
        if rest > 0 { page.paragraph("and \(rest) more", indent: 4, style: .dim) }
    }

    private static func opening(_ model: Model, on page: inout Page) {
        if case .step(let step)? = model.assessment.question {
            page.paragraph("Or press Enter and be asked. The first question would be:", style: .dim)
            page.paragraph(step.question, label: "? ", indent: 2, labelStyle: .key)
            page.gap()
        }
        let earlier = model.earlier.filter { !$0.evidence.isEmpty }
        if let last = earlier.first {
            page.paragraph(
                [
                    Span("^R", .key),
                    Span(
                        " takes up the session of \(Times.text(last.updated)): "
                            + Phrases.plural(last.evidence.count, "fact")
                            + (last.target.map { " about \($0)" } ?? "") + "."),
                ])
        }
        page.paragraph([Span("^O", .key), Span(" reads a packet capture.")])
        let book = model.conversation.casebook
        page.paragraph(
            [
                Span("Tab", .key),
                Span(
                    " opens the casebook: \(Phrases.plural(book.cases.count, "case")), "
                        + "\(book.symptoms.count) questions, \(book.findings.count) findings."),
            ])
    }
}

/// Instants as people read them.
enum Times {
    /// `2026-01-01 00:00 UTC`, of seconds since 1970.
    static func text(_ seconds: Int64) -> String {
        let text = Timestamp.text(seconds &* 1_000_000_000)
        let parts = text.split(separator: "T", maxSplits: 1)
        return parts.count == 2 ? "\(parts[0]) \(parts[1].prefix(5)) UTC" : text
    }
}
