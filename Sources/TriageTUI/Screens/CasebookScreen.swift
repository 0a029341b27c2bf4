import Casebook
import CasebookStore
public import TerminalUI
import Triage

/// The casebook, searched as one types.
public struct CasebookState: Hashable, Sendable {
    public internal(set) var editor = LineEditor()
    /// What the last answered search found; `nil` lists all.
    var hits: [SearchHit]?
    var family: String?
    var list = ListState()

    public init(family: String? = nil) { self.family = family }

    static let keys = Keys([
        .init([.enter], .open, hint: "read", help: "Read the chosen case."),
        .init([.tab], .nextFamily, hint: "family", help: "Only one family, the next, or all."),
        .init([.down, .control("n")], .move(.down), hint: "move", help: "Down."),
        .init([.up, .control("p")], .move(.up), help: "Up."),
        .init([.pageDown], .move(.pageDown), help: "A page down."),
        .init([.pageUp], .move(.pageUp), help: "A page up."),
        .init([.escape], .back, hint: "back", help: "Empty the line; on an empty one, back."),
        .init([.control("c")], .quitNow, help: "Quit now and leave a summary."),
        .init([.control("z")], .suspend, help: "Stop as a shell's job."),
        .init([.function(1)], .help, hint: "help", help: "This help; '?' on an empty line too."),
    ])

    /// Ids and what to say below the title.
    func rows(_ model: Model) -> [(id: CaseID, title: String, note: String)] {
        let book = model.conversation.casebook
        let all =
            hits.map { hits in hits.map { ($0.caseID, $0.title, $0.snippet) } }
            ?? book.cases.map { ($0.id, $0.title, $0.id) }
        return all.filter { family == nil || model.family(ofCase: $0.0) == family }
    }
}

enum CasebookScreen {
    static let rowsEach = 2

    static func draw(
        _ state: CasebookState, _ model: Model, in rect: Rect, on grid: inout CellGrid
    ) {
        let (top, body) = rect.split(top: 2)
        let rows = state.rows(model)
        state.editor.draw(
            "Search: ", in: Rect(x: top.x + 1, y: top.y, width: top.width - 2, height: 1),
            on: &grid)
        Widgets.rule(
            state.family ?? "all families", note: Phrases.plural(rows.count, "case"),
            in: Rect(x: top.x, y: top.y + 1, width: top.width, height: 1), on: &grid)
        let shown = max(1, body.height / rowsEach)
        var list = state.list
        list.clamp(count: rows.count, page: shown)
        for (index, row) in rows.enumerated().dropFirst(list.offset).prefix(shown) {
            let y = body.y + (index - list.offset) * rowsEach
            let family = model.family(ofCase: row.id) ?? ""
            let room = body.width - CharacterWidth.of(family) - 4
            grid.write(
                CharacterWidth.cut(row.title, to: room), x: body.x + 1, y: y, style: .strong)
            grid.write(
                family, x: body.x + body.width - CharacterWidth.of(family) - 1, y: y, style: .dim)
            grid.write(
                CharacterWidth.cut(row.note, to: body.width - 5), x: body.x + 3, y: y + 1,
                style: .dim)
            if index == list.selected {
                grid.select(Rect(x: body.x, y: y, width: body.width, height: 1))
            }
        }
        Scroll.marks(first: list.offset, count: rows.count, in: body, on: &grid)
    }
}
