import Casebook
import Diagnosis
public import TerminalUI
import Triage

extension Model {
    /// Below this a screen cannot be read.
    private static let least = Size(width: 50, height: 12)

    /// Keys of the screen that is seen.
    var keys: Keys {
        if case .part(let part) = screen {
            return Keys(part.keys(self).bindings.filter { $0.command != .show(part.title) })
        }
        guard case .triage(let state) = screen else { return screen.keys }
        return state.keys(offer)
    }

    private var offer: TriageState.Offer {
        switch assessment.question {
        case nil: .nothing
        case .guess: .answer
        case .step(let step) where step.kind == .ask: .answer
        case .step(let step) where step.byHand: .byHand
        case .step(let step):
            if step.id == OpenSteps.captureStep {
                .capture
            } else if runnable(step) {
                together.count > 1 ? .checks : .check
            } else {
                step.needsTarget ? .target : .elsewhere
            }
        }
    }

    /// The screen as it should look now.
    public func view(_ drawing: CellGrid.Drawing) -> CellGrid {
        var grid = CellGrid(size: size, drawing: drawing)
        guard size.width >= Self.least.width, size.height >= Self.least.height else {
            tooSmall(&grid)
            return grid
        }
        header(&grid)
        if let helpOffset {
            let page = HelpPage.page(self)
            page.draw(in: body.inset(left: 1, right: 1), from: helpOffset, on: &grid)
        } else {
            draw(&grid)
        }
        messageLine(&grid)
        footer(&grid)
        return grid
    }

    private func draw(_ grid: inout CellGrid) {
        let page = body.inset(left: 1, right: 1)
        switch screen {
        case .start(let state): StartScreen.draw(state, self, in: body, on: &grid)
        case .triage(let state): TriageScreen.draw(state, self, in: body, on: &grid)
        case .steps(let list): StepsScreen.draw(list, self, in: body, on: &grid)
        case .jobs(let list): JobsScreen.draw(list, self, in: body, on: &grid)
        case .note(let state):
            state.text(width: pageWidth).draw(in: page, from: state.page.offset, on: &grid)
        case .sessions(let list): SessionsScreen.draw(list, self, in: body, on: &grid)
        case .casebook(let state): CasebookScreen.draw(state, self, in: body, on: &grid)
        case .part(let part): part.draw(self, in: body, on: &grid)
        case .caseFile(let state):
            state.text(self, width: pageWidth).draw(in: page, from: state.page.offset, on: &grid)
        case .why(let state):
            state.text(self, width: pageWidth).draw(in: page, from: state.page.offset, on: &grid)
        case .end(let state):
            endPage.page(width: pageWidth)
                .draw(in: page, from: state.offset, on: &grid)
        }
        if prompt != nil { grid.cursor = nil }
    }

    private func tooSmall(_ grid: inout CellGrid) {
        let lines = [
            "Inquest needs 60x16.", "This is \(size.width)x\(size.height).", "Make it larger,",
            "or ^C quits;", "nothing is lost.",
        ]
        for (row, line) in lines.enumerated() { grid.write(line, x: 0, y: row) }
    }

    private func header(_ grid: inout CellGrid) {
        let top = Rect(x: 0, y: 0, width: size.width, height: 1)
        let x = grid.write(" inquest", x: 0, y: 0, style: .strong)
        let target = conversation.session.target.map { " · \($0)" } ?? ""
        grid.write(" · \(helpOffset == nil ? screen.title : "help")\(target)", x: x, y: 0)
        let known = result.diagnosis.known.count
        let right =
            "\(Phrases.plural(known, "fact")) · " + (isKept ? "kept " : "not on disk ")
        let place = size.width - CharacterWidth.of(right)
        grid.write(right, x: place, y: 0, style: isKept ? .plain : .caution)
        grid.select(top)
    }

    private func messageLine(_ grid: inout CellGrid) {
        let y = size.height - 2
        let row = Rect(x: 1, y: y, width: size.width - 2, height: 1)
        if let (text, editor) = promptText() {
            if let editor {
                editor.draw(
                    CharacterWidth.cut(text, to: max(8, row.width - 20)), in: row, on: &grid)
            } else {
                grid.write(CharacterWidth.cut(text, to: row.width), x: 1, y: y, style: .key)
            }
        } else if let notice {
            grid.write(Self.squeezed(notice, to: row.width), x: 1, y: y, style: .strong)
        } else if let job = jobs.last {
            let hint = jobs.count > 1 ? " · \(jobs.count) run, r shows" : " · X cancels"
            let text = CharacterWidth.cut(
                "\(job.title): \(job.stage)", to: max(8, row.width - CharacterWidth.of(hint)))
            grid.write(text + hint, x: 1, y: y, style: .strong)
        }
    }

    /// The beginning says what it is about, the end what came of it.
    private static func squeezed(_ text: String, to cells: Int) -> String {
        guard CharacterWidth.of(text) > cells else { return text }
        var end = text.suffix(cells)
        while CharacterWidth.of(String(end)) > cells / 2 { end.removeFirst() }
        return CharacterWidth.cut(text, to: cells - CharacterWidth.of(String(end))) + end
    }

    private func footer(_ grid: inout CellGrid) {
        let y = size.height - 1
        let line =
            helpOffset == nil
            ? keys.footer(width: size.width)
            : StyledLine([Span(" j k", .key), Span(" scroll · any other key closes")])
        grid.write(line, x: 0, y: y)
    }
}

/// The keys of the screen below, and what everything means.
enum HelpPage {
    static func page(_ model: Model) -> Page {
        var page = Page(width: model.pageWidth)
        page.paragraph("Keys: \(model.screen.title)", style: .heading)
        model.keys.help(on: &page)
        page.heading("After ':'")
        page.paragraph(
            (CommandLine.plain.map(\.name) + CommandLine.withArgument.map { "\($0) …" })
                .joined(separator: ", ") + ", and ID=yes (no, unknown, probably, probably-not).",
            indent: 2)
        page.heading("What it says")
        for (mark, text) in meanings {
            page.paragraph(
                text, label: CharacterWidth.fit(mark, to: 10), indent: 2, labelStyle: .key)
        }
        return page
    }

    private static let meanings = [
        ("██░░", "How probable a cause is, given all evidence; never certain."),
        ("▲ ▼", "More, or less, probable since the last answer."),
        ("none …", "None of the cases in the casebook."),
        ("!", "An answer that does not fit the rest: look again, change it or take it out."),
        ("dB", "Weight of evidence: 10 dB is ten times likelier, 3 dB twice."),
        ("kept", "All that was said is on disk; 'inquest --resume last' brings it back."),
    ]
}
