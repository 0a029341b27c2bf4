public import Casebook
import Diagnosis
import TerminalUI
import Triage

/// A case, read.
public struct CaseState: Hashable, Sendable {
    public let id: CaseID
    var page = PageState()

    static let keys = Keys(
        [
            .init([.character("w")], .why, hint: "why, or why not", help: "Why it stands there."),
            .init(
                [.character("r"), .enter], .run, hint: "take its test",
                help: "Make the deciding test, or a part of it, the next thing to do."),
            .init(
                [.escape, .character("q"), .character("h"), .left], .back, hint: "back",
                help: "Back."),
            .init([.character("c")], .copy, hint: "copy test", help: "Copy the test's command."),
            .init(
                [.character("R")], .confirmCause, hint: "it was this",
                help: "Record that this case was the cause."),
            .init([.tab, .character("]")], .nextHeading, hint: "next part", help: "Next heading."),
        ] + Keys.Binding.moves + Keys.Binding.everywhere)

    func text(_ model: Model, width: Int) -> Page {
        guard let entry = model.conversation.casebook[case: id] else { return Page(width: width) }
        return CasePage(
            entry: entry, ranked: model.result.ranked(id),
            result: model.result
        ).page(width: width)
    }
}

/// Why one case rather than another.
public struct WhyState: Hashable, Sendable {
    public let subject: CaseID
    var rival: Explanation.Rival = .runnerUp
    var page = PageState()

    static let keys = Keys(
        [
            .init(
                [.character("v"), .tab], .nextRival, hint: "compare with another",
                help: "Compare with the next cause, or with none."),
            .init([.enter, .character("r")], .open, hint: "case", help: "Read the case."),
            .init(
                [.escape, .character("q"), .character("h"), .left], .back, hint: "back",
                help: "Back."),
        ] + Keys.Binding.moves + Keys.Binding.everywhere)

    /// The causes to compare with, in the order in which `v` goes through them.
    func rivals(_ model: Model) -> [Explanation.Rival] {
        let others = model.result.diagnosis.cases.filter {
            $0.id != subject && $0.probability >= 0.01
        }
        return [.runnerUp] + others.prefix(9).map { .named($0.id) } + [.unlisted, .background]
    }

    func text(_ model: Model, width: Int) -> Page {
        guard let thoughts = model.thoughts else { return Page(width: width) }
        return WhyPage(
            subject: subject, rival: rival, session: model.conversation.session,
            result: model.result, thoughts: thoughts
        ).page(width: width)
    }
}

/// The verdict and what follows from it.
enum EndScreen {
    static let keys = Keys(
        [
            .init(
                [.character("m")], .saveReport, hint: "save report",
                help: "Write a report as Markdown to a file."),
            .init(
                [.character("M")], .saveHTML, hint: "as HTML",
                help: "Write it as one HTML file, which needs nothing else."),
            .init(
                [.character("r")], .confirmCause, hint: "resolve",
                help: "Record what it turned out to be; later triages learn of it."),
            .init(
                [.character("N")], .draftCase, hint: "new case",
                help: "Make a draft case of what was seen, and check it."),
            .init(
                [.escape, .character("q"), .character("h"), .left], .back, hint: "back",
                help: "Back."),
            .init([.enter], .open, hint: "case", help: "Read the leading case."),
            .init([.character("c")], .copy, hint: "copy", help: "Copy the summary."),
            .init([.character("w")], .why, hint: "why", help: "Why this cause leads."),
        ] + Keys.Binding.moves + Keys.Binding.everywhere)
}

enum StepsScreen {
    static let keys = Keys(
        [
            .init([.enter, .character("l")], .open, hint: "do this next", help: "Ask it next."),
            .init([.character("c")], .copy, hint: "copy command", help: "Copy its command."),
            .init(
                [.escape, .character("q"), .character("h"), .left], .back, hint: "back",
                help: "Back."),
        ] + Keys.Binding.moves + Keys.Binding.everywhere)

    /// Three rows each: what, how, and what it would tell.
    static let rowsEach = 3

    static func draw(_ list: ListState, _ model: Model, in rect: Rect, on grid: inout CellGrid) {
        let steps = model.result.next
        if steps.isEmpty {
            grid.write(
                "Nothing is left that would tell the causes apart.", x: rect.x + 1, y: rect.y,
                limit: rect.x + rect.width)
            return
        }
        let shown = max(1, rect.height / rowsEach)
        var list = list
        list.clamp(count: steps.count, page: shown)
        for (index, step) in steps.enumerated().dropFirst(list.offset).prefix(shown) {
            let place = Rect(
                x: rect.x, y: rect.y + (index - list.offset) * rowsEach, width: rect.width,
                height: rowsEach - 1)
            draw(step, in: place, on: &grid)
            if index == list.selected { grid.select(place) }
        }
        Scroll.marks(first: list.offset, count: steps.count, in: rect, on: &grid)
    }

    private static func draw(_ step: NextStep, in rect: Rect, on grid: inout CellGrid) {
        let room = rect.width - 3
        let mark = step.kind == .ask ? "? " : "> "
        let x = grid.write(mark, x: rect.x + 1, y: rect.y, style: .key)
        let what = step.byHand ? "by hand: " + step.question : step.question
        grid.write(CharacterWidth.cut(what, to: room - 2), x: x, y: rect.y)
        let worth = [
            Phrases.gain(step.gainBits), "takes \(Phrases.seconds(step.costSeconds))",
            step.kind == .ask ? "" : Phrases.effect(step.effect), step.command,
        ].filter { !$0.isEmpty }.joined(separator: " · ")
        grid.write(
            CharacterWidth.cut(worth, to: room - 2), x: x, y: rect.y + 1, style: .dim)
    }
}

/// Sessions of earlier runs.
enum SessionsScreen {
    static let keys = Keys(
        [
            .init([.enter, .character("l")], .open, hint: "take up", help: "Go on with it."),
            .init(
                [.escape, .character("q"), .character("h"), .left], .back, hint: "back",
                help: "Back."),
        ] + Keys.Binding.moves + Keys.Binding.everywhere)

    static func draw(_ list: ListState, _ model: Model, in rect: Rect, on grid: inout CellGrid) {
        if model.earlier.isEmpty {
            grid.write(
                "No earlier session was kept on this machine.", x: rect.x + 1, y: rect.y,
                limit: rect.x + rect.width)
        }
        var list = list
        list.clamp(count: model.earlier.count, page: rect.height)
        for (index, session) in model.earlier.enumerated().dropFirst(list.offset)
            .prefix(rect.height)
        {
            let place = Rect(
                x: rect.x, y: rect.y + index - list.offset, width: rect.width, height: 1)
            let said = session.said.first.map { " “\($0)”" } ?? ""
            let text =
                "\(Times.text(session.updated))  \(Phrases.plural(session.evidence.count, "fact"))"
                + (session.target.map { "  \($0)" } ?? "")
                + session.captures.map { "  \($0)" }.joined() + said
            grid.write(
                CharacterWidth.cut(text, to: rect.width - 3), x: rect.x + 1, y: place.y)
            if index == list.selected { grid.select(place) }
        }
        Scroll.marks(first: list.offset, count: model.earlier.count, in: rect, on: &grid)
    }
}
