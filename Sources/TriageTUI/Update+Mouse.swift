import Casebook
import TerminalUI
import Triage

extension Model {
    private static let linesAWheel = 3

    /// - Returns: `nil` for a key of the keyboard.
    mutating func pointed(_ key: Key, _ now: Int64) -> [Effect]? {
        switch key {
        case .wheelUp: return (0..<Self.linesAWheel).flatMap { _ in press(.up, now) }
        case .wheelDown: return (0..<Self.linesAWheel).flatMap { _ in press(.down, now) }
        case .click(let x, let y):
            // A question of the program, and the help, wait for a key.
            guard prompt == nil, helpOffset == nil else { return [] }
            if y == size.height - 1 {
                return keys.key(inFooterAt: x, width: size.width).map { press($0, now) } ?? []
            }
            let row = y - body.y
            guard row >= 0, row < body.height else { return [] }
            return choose(row: row) ? press(.enter, now) : []
        default: return nil
        }
    }

    /// - Returns: whether it was chosen already, so that this press opens it.
    private mutating func choose(row: Int) -> Bool {
        switch screen {
        case .part(var part):
            let wasChosen = part.choose(row: row, self)
            screen = .part(part)
            return wasChosen
        case .triage(var state):
            let wasChosen = choose(row: row, &state)
            screen = .triage(state)
            return wasChosen
        case .steps(var list):
            let wasChosen = list.choose(
                row: row, each: StepsScreen.rowsEach, count: result.next.count,
                page: max(1, body.height / StepsScreen.rowsEach))
            screen = .steps(list)
            return wasChosen
        case .sessions(var list):
            let wasChosen = list.choose(row: row, count: earlier.count, page: body.height)
            screen = .sessions(list)
            return wasChosen
        case .casebook(var state):
            let each = CasebookScreen.rowsEach
            let wasChosen = state.list.choose(
                row: row - 2, each: each, count: state.rows(self).count,
                page: max(1, (body.height - 2) / each))
            screen = .casebook(state)
            return wasChosen
        case .jobs(var list):
            // A second press would cancel: that wants a key.
            _ = list.choose(
                row: row, each: JobsScreen.rowsEach, count: jobs.count,
                page: max(1, body.height / JobsScreen.rowsEach))
            screen = .jobs(list)
            return false
        case .start, .caseFile, .note, .why, .end: return false
        }
    }

    private func choose(row: Int, _ state: inout TriageState) -> Bool {
        let parts = TriageScreen.layout(self, body)
        let y = row + body.y
        func isIn(_ rect: Rect) -> Bool { y > rect.y && y < rect.y + rect.height }
        if y < parts.question.y + parts.question.height {
            state.pane = .question
        } else if isIn(parts.causes) {
            let wasActive = state.pane == .causes
            state.pane = .causes
            return state.causes.choose(
                row: y - parts.causes.y - 1, count: CausesPane.rows(self).count,
                page: parts.causes.height - 1) && wasActive
        } else if isIn(parts.evidence) {
            let wasActive = state.pane == .evidence
            state.pane = .evidence
            return state.evidence.choose(
                row: y - parts.evidence.y - 1, count: result.evidence.count,
                page: parts.evidence.height - 1) && wasActive
        }
        return false
    }
}

extension ListState {
    /// Chooses what stands `row` rows below the list's top.
    ///
    /// - Parameter each: rows that an entry takes.
    /// - Returns: whether it was chosen already.
    mutating func choose(row: Int, each: Int = 1, count: Int, page: Int) -> Bool {
        clamp(count: count, page: page)
        guard row >= 0, row / each < page, offset + row / each < count else { return false }
        let place = offset + row / each
        defer { selected = place }
        return place == selected
    }
}
