import Casebook
import CasebookStore
import TerminalUI
import Triage

/// One confirmed incident in full.
struct LedgerScreen: ScreenPart {
    let number: Int
    private var page = PageState()

    let title = "incident"

    init(number: Int) { self.number = number }

    func keys(_ model: Model) -> Keymap<Command> {
        Keys(
            [
                .init([.enter, .character("l")], .open, hint: "case", help: "Read its case."),
                .init(
                    [.character("x")], .withdraw, hint: "withdraw",
                    help: "Take the confirmation back."),
                .back,
            ] + Keys.Binding.moves + Keys.Binding.everywhere)
    }

    private func entry(_ model: Model) -> LedgerEntry? {
        model.exhibits.ledger?.entries.first { $0.number == number }
    }

    private func text(_ model: Model) -> Page {
        var page = Page(width: model.pageWidth)
        guard let ledger = model.exhibits.ledger, let entry = entry(model) else { return page }
        let book = model.conversation.casebook
        let title = entry.cause.flatMap { book[case: $0]?.title } ?? "No case of the casebook"
        page.paragraph("Incident \(entry.number): \(title)", style: .heading)
        page.paragraph(IncidentWords.summary(entry, model), style: .dim)
        page.paragraph(ledger.reason(for: entry))
        page.heading("What was known then")
        for item in entry.evidence {
            page.paragraph(
                Phrases.fact(item.id, book),
                label: CharacterWidth.fit(Phrases.state(item), to: 10) + " ", indent: 2,
                labelStyle: item.state == .present ? .strong : .dim)
        }
        return page
    }

    func draw(_ model: Model, in rect: Rect, on grid: inout CellGrid) {
        let text = text(model)
        var state = page
        state.clamp(lines: text.lines.count, rows: rect.height)
        text.draw(in: rect.inset(left: 1, right: 1), from: state.offset, on: &grid)
    }

    mutating func move(_ motion: Motion, _ model: Model) {
        page.move(motion, lines: text(model).lines.count, rows: model.body.height)
    }

    mutating func perform(_ command: Command, _ model: inout Model, _ now: Int64) -> [Effect]? {
        switch command {
        case .open:
            if let cause = entry(model)?.cause, model.conversation.casebook[case: cause] != nil {
                model.screens.append(.caseFile(CaseState(id: cause)))
            } else {
                model.notice = "The casebook has no such case."
            }
        case .withdraw:
            if entry(model)?.withdrawnAt == nil {
                model.prompt = .withdraw(number)
            } else {
                model.notice = "It was withdrawn already."
            }
        default: return nil
        }
        return []
    }
}
