import Casebook
import Diagnosis
import TerminalUI
import Triage

extension Model {
    /// Between the header and the last two lines.
    var body: Rect { Rect(x: 0, y: 1, width: size.width, height: size.height - 3) }

    mutating func move(_ motion: Motion) {
        switch screen {
        case .triage(var state):
            moveInTriage(&state, motion)
            screen = .triage(state)
        case .steps(var list):
            list.move(
                motion, count: result.next.count, page: max(1, body.height / StepsScreen.rowsEach))
            screen = .steps(list)
        case .jobs(var list):
            list.move(motion, count: jobs.count, page: max(1, body.height / JobsScreen.rowsEach))
            screen = .jobs(list)
        case .note(var state):
            let lines = state.text(width: pageWidth).lines.count
            state.page.move(motion, lines: lines, rows: body.height)
            screen = .note(state)
        case .sessions(var list):
            list.move(motion, count: earlier.count, page: body.height)
            screen = .sessions(list)
        case .casebook(var state):
            let shown = max(1, (body.height - 2) / CasebookScreen.rowsEach)
            state.list.move(motion, count: state.rows(self).count, page: shown)
            screen = .casebook(state)
        case .caseFile(var state):
            state.page.move(
                motion, lines: state.text(self, width: pageWidth).lines.count, rows: body.height)
            screen = .caseFile(state)
        case .why(var state):
            state.page.move(
                motion, lines: state.text(self, width: pageWidth).lines.count, rows: body.height)
            screen = .why(state)
        case .end(var state):
            let lines = endPage.page(width: pageWidth).lines.count
            state.move(motion, lines: lines, rows: body.height)
            screen = .end(state)
        case .part: moveInPart(motion)
        case .start: break
        }
    }

    /// Lines longer than 100 cells are hard to read.
    var pageWidth: Int { min(100, size.width - 3) }

    private func moveInTriage(_ state: inout TriageState, _ motion: Motion) {
        let parts = TriageScreen.layout(self, body)
        switch state.pane {
        case .question:
            state.pane = .causes
            state.causes.clamp(
                count: causes.count, page: parts.causes.height - 1)
        case .causes:
            state.causes.move(
                motion, count: causes.count, page: max(1, parts.causes.height - 1))
        case .evidence:
            state.evidence.move(
                motion, count: result.evidence.count, page: max(1, parts.evidence.height - 1))
        }
    }

    mutating func turnPane(_ steps: Int) {
        guard case .triage(var state) = screen else { return }
        let panes = TriageState.Pane.allCases
        let place = panes.firstIndex(of: state.pane) ?? 0
        state.pane = panes[(place + steps) % panes.count]
        screen = .triage(state)
    }

    mutating func nextHeading() {
        guard case .caseFile(var state) = screen else { return }
        let page = state.text(self, width: pageWidth)
        let next = page.headings.first { $0 > state.page.offset } ?? 0
        state.page.offset = max(0, min(next, page.lines.count - body.height))
        if next > 0, state.page.offset == 0 || page.lines.count - body.height < next {
            state.page.offset = max(0, page.lines.count - body.height)
        }
        screen = .caseFile(state)
    }

    mutating func nextRival() {
        guard case .why(var state) = screen else { return }
        let rivals = state.rivals(self)
        let place = rivals.firstIndex(of: state.rival) ?? 0
        state.rival = rivals[(place + 1) % rivals.count]
        state.page = PageState()
        screen = .why(state)
    }

    mutating func nextFamily() {
        switch screen {
        case .casebook(var state):
            let place = state.family.flatMap { families.firstIndex(of: $0) }
            let next = place.map { $0 + 1 } ?? 0
            state.family = next < families.count ? families[next] : nil
            state.list = ListState()
            screen = .casebook(state)
        case .triage(var state):
            wantsFamilies = !CausesPane.showsFamilies(self)
            causes = CausesPane.rows(self)
            state.causes = ListState()
            screen = .triage(state)
        default: break
        }
    }
}
