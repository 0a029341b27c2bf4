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
        let ranks = newestFirst.map(rank)
        return newestFirst.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }
            .map { newestFirst[$0] }
    }

    /// State, what it is, its number, who said it, how long ago.
    private func draw(_ item: Evidence, in rect: Rect, on grid: inout CellGrid) {
        let isDoubtful = model.doubtful.contains(item.id)
        let word = CharacterWidth.fit(Phrases.state(item), to: 9)
        let x = grid.write(
            word + " ", x: rect.x + 1, y: rect.y, style: item.state == .present ? .strong : .dim)
        let end = right(of: item, in: rect, on: &grid)
        let text =
            (isDoubtful ? "! doubtful: " : "") + Phrases.text(item, model.conversation.casebook)
        grid.write(
            CharacterWidth.cut(text, to: end - x), x: x, y: rect.y,
            style: isDoubtful ? .caution : item.state == .unknown ? .dim : .plain, limit: end)
    }

    /// - Returns: where the room for the text ends.
    private func right(of item: Evidence, in rect: Rect, on grid: inout CellGrid) -> Int {
        let end = rect.x + rect.width - 1
        let source = CharacterWidth.cut(Phrases.source(item), to: rect.width < 70 ? 10 : 14)
        let age = model.age(of: item).map { Phrases.age($0) } ?? ""
        var parts = [source, String(repeating: " ", count: max(0, 6 - age.count)) + age]
        // How many there are is told by the sentence.
        if rect.width >= 70, item.state == .present, let measure = item.measure,
            measure.unit != "count"
        {
            parts.insert(Phrases.value(measure), at: 0)
        }
        let text = " " + parts.joined(separator: " ")
        let place = end - CharacterWidth.of(text)
        grid.write(text, x: place, y: rect.y, style: .dim, limit: end)
        return place
    }
}

extension Model {
    /// Seconds since it came to be as it is; `nil` where nobody kept it.
    func age(of item: Evidence) -> Int64? {
        guard let place = conversation.evidence.firstIndex(of: item) else { return nil }
        return conversation.times[place].map { max(0, now - $0) }
    }
}
