import Casebook
import Diagnosis
import TerminalUI
import Triage

/// Everything that is known, who said it, and which answers do not fit the rest.
struct EvidencePane {
    let model: Model
    let state: TriageState

    func draw(in rect: Rect, on grid: inout CellGrid) {
        let (top, body) = rect.split(top: 1)
        let evidence = Self.rows(model)
        let isActive = state.pane == .evidence
        var list = state.evidence
        list.clamp(count: evidence.count, page: body.height)
        let note =
            isActive && list.selected < evidence.count ? evidence[list.selected].id : ""
        Widgets.rule(
            "Evidence (\(evidence.count))", note: note, active: isActive, in: top, on: &grid)
        if evidence.isEmpty {
            grid.write(
                "nothing yet", x: body.x + 1, y: body.y, style: .dim, limit: body.x + body.width)
        }
        for (line, item) in evidence.dropFirst(list.offset).prefix(body.height).enumerated() {
            let place = Rect(x: body.x, y: body.y + line, width: body.width, height: 1)
            draw(item, in: place, on: &grid)
            if isActive, line + list.offset == list.selected { grid.select(place) }
        }
        Scroll.marks(first: list.offset, count: evidence.count, in: body, on: &grid)
    }

    /// What somebody saw or answered last stands first; absent findings of machines, of which there
    /// are many, and unknown ones stand below.
    static func rows(_ model: Model) -> [Evidence] {
        let newestFirst = Array(model.result.evidence.reversed())
        func rank(_ item: Evidence) -> Int {
            if model.doubtful.contains(item.id) { return 0 }
            if item.kind == .symptom || Answer(item) != nil {
                return item.state == .unknown ? 3 : 1
            }
            return item.state == .present ? 1 : item.state == .absent ? 2 : 3
        }
        return newestFirst.enumerated().sorted { left, right in
            (rank(left.element), left.offset) < (rank(right.element), right.offset)
        }.map(\.element)
    }

    private func draw(_ item: Evidence, in rect: Rect, on grid: inout CellGrid) {
        let end = rect.x + rect.width - 1
        let isDoubtful = model.doubtful.contains(item.id)
        let source = CharacterWidth.cut(Phrases.source(item), to: 14)
        let style: Style = item.state == .unknown ? .dim : .plain
        let word = CharacterWidth.fit(Phrases.state(item), to: 9)
        let x = grid.write(
            word + " ", x: rect.x + 1, y: rect.y, style: item.state == .present ? .strong : .dim)
        let room = end - x - CharacterWidth.of(source) - 1
        let text =
            (isDoubtful ? "! doubtful: " : "") + Phrases.text(item, model.conversation.casebook)
        grid.write(
            CharacterWidth.cut(text, to: room), x: x, y: rect.y,
            style: isDoubtful ? .caution : style, limit: end)
        grid.write(
            source, x: end - CharacterWidth.of(source), y: rect.y, style: .dim, limit: end)
    }
}
