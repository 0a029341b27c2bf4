import Casebook
import CasebookStore
import Diagnosis
public import TerminalUI
import Triage

/// Incidents that are open (kept triages) and those whose cause was confirmed, searchable.
public struct IncidentsScreen: ScreenPart {
    public let title = "incidents"
    private var list = ListState()
    private var editor = LineEditor()
    private var isTyping = false
    private var showsConfirmed = false

    public init() {}

    /// One line of the list.
    enum Row {
        /// The one that is worked on.
        case current(SessionFile)
        case open(SessionFile)
        case confirmed(LedgerEntry)
    }

    public func keys(_ model: Model) -> Keymap<Command> {
        if isTyping {
            return Keys([
                .init([.enter], .open, hint: "keep the search", help: "Go to what was found."),
                .init([.escape], .back, hint: "all", help: "Show all again."),
                .init([.down], .move(.down), help: "Down."), .init([.up], .move(.up), help: "Up."),
                .init([.control("c")], .quitNow, help: "Quit now and leave a summary."),
                .init([.function(1)], .help, hint: "help", help: "This help."),
            ])
        }
        let own: [Keys.Binding] =
            showsConfirmed
            ? [
                .init([.enter, .character("l"), .right], .open, hint: "read", help: "All of it."),
                .init(
                    [.character("x")], .withdraw, hint: "withdraw",
                    help: "Take the confirmation back; what was learned of it is unlearned."),
                .init([.tab], .nextTab, hint: "open ones", help: "Incidents that are open."),
                .back,
            ]
            : [
                .init(
                    [.enter, .character("l"), .right], .open, hint: "take up",
                    help: "Go on with it."
                ),
                .init(
                    [.character("r")], .resolve, hint: "resolve",
                    help: "Take it up, and record what it turned out to be."),
                .init([.tab], .nextTab, hint: "resolved ones", help: "Confirmed incidents."),
                .back,
            ]
        return Keys(
            own
                + [
                    .init(
                        [.character("/")], .search, hint: "search", help: "Only those with a word.")
                ] + Keys.Binding.moves + Keys.Binding.everywhere)
    }

    public mutating func opened(_ model: inout Model) -> [Effect] { [.loadSessions, .loadLedger] }

    private func rows(_ model: Model) -> [Row] {
        let all: [Row] =
            showsConfirmed
            ? (model.exhibits.ledger?.entries.reversed() ?? []).map { .confirmed($0) }
            : current(model) + model.earlier.map { .open($0) }
        let words = editor.text.lowercased().split(separator: " ")
        return all.filter { row in
            let text = IncidentWords.searched(row, model).lowercased()
            return words.allSatisfy { text.contains($0) }
        }
    }

    private func current(_ model: Model) -> [Row] {
        model.conversation.evidence.isEmpty ? [] : [.current(model.kept(at: model.created))]
    }

    public func draw(_ model: Model, in rect: Rect, on grid: inout CellGrid) {
        let rows = rows(model)
        let (top, rest) = rect.split(top: 1)
        let searches = isTyping || !editor.isEmpty
        let (line, body) = rest.split(top: searches ? 1 : 0)
        Widgets.rule(
            showsConfirmed ? "Resolved on this machine" : "Open",
            note: Figures.plural(rows.count, "incident"), in: top, on: &grid)
        if isTyping {
            editor.draw("Search: ", in: line.inset(left: 1, right: 1), on: &grid)
        } else if searches {
            grid.write("Search: \(editor.text)", x: line.x + 1, y: line.y, style: .dim)
        }
        if rows.isEmpty { empty(model, in: body, on: &grid) }
        var list = list
        list.clamp(count: rows.count, page: shown(body))
        for (index, row) in rows.enumerated().dropFirst(list.offset).prefix(shown(body)) {
            let y = body.y + (index - list.offset) * Self.rowsEach
            for (line, text) in IncidentWords.lines(row, model).enumerated() {
                grid.write(
                    CharacterWidth.cut(text, to: body.width - 3 - 4 * line),
                    x: body.x + 1 + 4 * line, y: y + line, style: line == 0 ? .strong : .dim)
            }
            if index == list.selected {
                grid.select(
                    Rect(x: body.x, y: y, width: body.width, height: Self.rowsEach))
            }
        }
        Scroll.marks(first: list.offset, count: rows.count, in: body, on: &grid)
    }

    private static let rowsEach = 2

    private func shown(_ rect: Rect) -> Int { max(1, rect.height / Self.rowsEach) }

    private func empty(_ model: Model, in rect: Rect, on grid: inout CellGrid) {
        let words =
            !editor.isEmpty
            ? "Nothing has all of these words."
            : !showsConfirmed
                ? "No earlier incident was kept on this machine."
                : model.exhibits.ledger == nil ? "Reading…" : "No incident was confirmed yet."
        grid.write(words, x: rect.x + 1, y: rect.y, style: .dim, limit: rect.x + rect.width)
    }

    public mutating func move(_ motion: Motion, _ model: Model) {
        let rows = model.body.height - 1 - (isTyping || !editor.isEmpty ? 1 : 0)
        list.move(
            motion, count: self.rows(model).count, page: max(1, rows / Self.rowsEach))
    }

    public mutating func choose(row: Int, _ model: Model) -> Bool {
        let above = 1 + (isTyping || !editor.isEmpty ? 1 : 0)
        return list.choose(
            row: row - above, each: Self.rowsEach, count: rows(model).count,
            page: max(1, (model.body.height - above) / Self.rowsEach))
    }

    public mutating func type(_ key: Key, _ model: Model) -> Bool {
        guard isTyping, keys(model).command(for: key) == nil, editor.handle(key) else {
            return false
        }
        list = ListState()
        return true
    }

    public mutating func perform(
        _ command: Command, _ model: inout Model, _ now: Int64
    ) -> [Effect]? {
        switch command {
        case .search: isTyping = true
        case .back where isTyping || !editor.isEmpty:
            (isTyping, editor, list) = (false, LineEditor(), ListState())
        case .open where isTyping: isTyping = false
        case .nextTab:
            showsConfirmed.toggle()
            list = ListState()
        case .open, .resolve, .withdraw:
            let rows = rows(model)
            guard rows.indices.contains(list.selected) else { return [] }
            return act(on: rows[list.selected], command, &model, now)
        default: return nil
        }
        return []
    }

    private func act(
        on row: Row, _ command: Command, _ model: inout Model, _ now: Int64
    ) -> [Effect] {
        switch (row, command) {
        case (.current, .open): model.showTriage()
        case (.current, .resolve): askForCause(&model)
        case (.open(let session), .open): return model.resume(session, now)
        case (.open(let session), .resolve):
            let effects = model.resume(session, now)
            askForCause(&model)
            return effects
        case (.confirmed(let entry), .open): return model.open(LedgerScreen(number: entry.number))
        case (.confirmed(let entry), .withdraw):
            if entry.withdrawnAt == nil {
                model.prompt = .withdraw(entry.number)
            } else {
                model.notice = "It was withdrawn already."
            }
        default: break
        }
        return []
    }

    /// Beside the verdict, so that nobody confirms what they do not see.
    private func askForCause(_ model: inout Model) {
        model.screens.append(.end(PageState()))
        model.prompt = .confirmCause(model.result.diagnosis.leader?.id)
    }
}
