import Casebook
import Diagnosis
import TerminalUI
import Triage

/// The ranked causes, "none of these" among them.
struct CausesPane {
    let model: Model
    let state: TriageState

    enum Row: Hashable {
        case cause(RankedCase)
        case family(String, probability: Double, cases: Int)
        case none(Double)
        /// What is not worth a row of its own.
        case rest(excluded: Int, improbable: Int)
    }

    /// Causes below this are counted, not listed.
    private static let leastShown = 0.01
    /// Below this no cause stands out, and families tell more.
    private static let standsOut = 0.12

    static func rows(_ model: Model) -> [Row] {
        let diagnosis = model.result.diagnosis
        // By place: a copy of each case costs more than what is asked of it.
        let cases = diagnosis.cases
        let shown = cases.indices.filter {
            cases[$0].verdict == .confirmed
                || cases[$0].probability >= leastShown && cases[$0].verdict != .excluded
        }.map { cases[$0] }
        let excluded = cases.indices.count { cases[$0].verdict == .excluded }
        let improbable = diagnosis.cases.count - excluded - shown.count
        func tail(_ improbable: Int) -> [Row] {
            [.none(diagnosis.unlisted)]
                + (excluded + improbable > 0
                    ? [.rest(excluded: excluded, improbable: improbable)] : [])
        }
        if showsFamilies(model) { return families(model) + tail(0) }
        return shown.map(Row.cause) + tail(improbable)
    }

    static func showsFamilies(_ model: Model) -> Bool {
        if let wanted = model.wantsFamilies { return wanted }
        let cases = model.result.diagnosis.cases
        return cases.count > 20 && (cases.first?.probability ?? 0) < standsOut
    }

    private static func families(_ model: Model) -> [Row] {
        var sums = model.families.map { (family: $0, probability: 0.0, count: 0) }
        let cases = model.result.diagnosis.cases
        for place in cases.indices where cases[place].verdict != .excluded {
            guard let family = model.familyOfCase[cases[place].id] else { continue }
            sums[family].probability += cases[place].probability
            sums[family].count += 1
        }
        return sums.filter { $0.count > 0 }
            .sorted { ($1.probability, $0.family) < ($0.probability, $1.family) }
            .map { .family($0.family, probability: $0.probability, cases: $0.count) }
    }

    func draw(in rect: Rect, on grid: inout CellGrid) {
        let (top, body) = rect.split(top: 1)
        let isActive = state.pane == .causes
        let verdict = Phrases.verdict(model.result)
        Widgets.rule(
            Self.showsFamilies(model) ? "Causes by family" : "Causes", note: verdict.text,
            active: isActive, in: top, on: &grid)
        let rows = model.causes
        var list = state.causes
        list.clamp(count: rows.count, page: body.height)
        for (line, row) in rows.dropFirst(list.offset).prefix(body.height).enumerated() {
            let place = Rect(x: body.x, y: body.y + line, width: body.width, height: 1)
            draw(row, in: place, on: &grid)
            if isActive, line + list.offset == list.selected { grid.select(place) }
        }
        Scroll.marks(first: list.offset, count: rows.count, in: body, on: &grid)
    }

    private func draw(_ row: Row, in rect: Rect, on grid: inout CellGrid) {
        switch row {
        case .cause(let ranked):
            let title = model.conversation.casebook[case: ranked.id]?.title ?? ranked.id
            let mark = ranked.verdict == .possible ? "" : "\(ranked.verdict.rawValue): "
            bar(
                ranked.probability, change(ranked), mark + title,
                ranked.verdict == .possible ? .plain : .strong, rect, &grid)
        case .family(let family, let probability, let count):
            bar(
                probability, " ", "\(family) (\(Phrases.plural(count, "case")))", .plain, rect,
                &grid)
        case .none(let probability):
            bar(probability, " ", "none of the cases in the casebook", .dim, rect, &grid)
        case .rest(let excluded, let improbable):
            let parts =
                (excluded > 0 ? ["\(excluded) excluded"] : [])
                + (improbable > 0 ? ["\(improbable) below 1 in 100"] : [])
            grid.write(
                "and " + parts.joined(separator: ", "), x: rect.x + 2, y: rect.y, style: .dim,
                limit: rect.x + rect.width)
        }
    }

    /// `▲` and `▼` since the last answer, where it changed by more than a hundredth.
    private func change(_ ranked: RankedCase) -> String {
        if model.before.isEmpty { return " " }
        let change = ranked.probability - (model.before[ranked.id] ?? 0)
        return change > 0.01 ? "▲" : change < -0.01 ? "▼" : " "
    }

    private func bar(
        _ probability: Double, _ change: String, _ text: String, _ style: Style, _ rect: Rect,
        _ grid: inout CellGrid
    ) {
        let end = rect.x + rect.width - 1
        let cells = rect.width < 66 ? 6 : 10
        var x = grid.write(
            Widgets.bar(probability, cells: cells), x: rect.x + 1, y: rect.y, style: .plain)
        x = grid.write(
            " " + CharacterWidth.fit(Wording.probability(probability), to: 18), x: x, y: rect.y)
        x = grid.write(change + " ", x: x, y: rect.y, style: .key)
        grid.write(
            CharacterWidth.cut(text, to: end - x), x: x, y: rect.y, style: style, limit: end)
    }
}
