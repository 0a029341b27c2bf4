import Casebook
import TerminalUI
import Triage

/// What is present in a capture, two rows each, and a drawing of handshakes that were held.
struct FoundList {
    let source: TrafficScreen.Source

    static let rowsEach = 2

    /// How many findings are seen at one time.
    func rows(_ rect: Rect) -> Int {
        max(1, (rect.height - ladderHeight(rect)) / Self.rowsEach)
    }

    private var ladder: HandshakeLadder? {
        source.exhibit.run.flatMap { HandshakeLadder($0.report) }
    }

    /// Rows of the drawing; 0 where it would leave no place for findings.
    private func ladderHeight(_ rect: Rect) -> Int {
        guard let ladder else { return 0 }
        let needed = ladder.lines.count + 2
        return needed <= rect.height - min(source.findings.count, 3) * Self.rowsEach ? needed : 0
    }

    func draw(_ list: ListState, in rect: Rect, on grid: inout CellGrid) {
        let findings = source.findings
        if findings.isEmpty {
            let words =
                source.exhibit.run == nil
                ? "Nothing was found so far." : "Nothing was found that a case asks for."
            grid.write(words, x: rect.x + 1, y: rect.y, style: .dim, limit: rect.x + rect.width)
        }
        let (body, below) = rect.split(top: rect.height - ladderHeight(rect))
        let rows = rows(rect)
        var list = list
        list.clamp(count: findings.count, page: rows)
        for (index, finding) in findings.enumerated().dropFirst(list.offset)
            .prefix(rows)
        {
            let place = Rect(
                x: body.x, y: body.y + (index - list.offset) * Self.rowsEach, width: body.width,
                height: Self.rowsEach)
            Self.draw(finding, in: place, on: &grid)
            if index == list.selected { grid.select(place) }
        }
        Scroll.marks(first: list.offset, count: findings.count, in: body, on: &grid)
        if let ladder, below.height > 0 { draw(ladder, in: below, on: &grid) }
    }

    static func draw(_ finding: Evidence, in rect: Rect, on grid: inout CellGrid) {
        let room = rect.width - 3
        grid.write(
            CharacterWidth.cut(finding.summary.isEmpty ? finding.id : finding.summary, to: room),
            x: rect.x + 1, y: rect.y, style: .strong)
        let places = Phrases.places(finding)
        grid.write(
            CharacterWidth.cut(finding.id + (places.isEmpty ? "" : ": " + places), to: room - 2),
            x: rect.x + 3, y: rect.y + 1, style: .dim)
    }

    private func draw(_ ladder: HandshakeLadder, in rect: Rect, on grid: inout CellGrid) {
        Widgets.rule(
            CharacterWidth.cut(ladder.title, to: rect.width - 4), in: rect.split(top: 1).top,
            on: &grid)
        for (row, line) in ladder.lines.enumerated() {
            grid.write(
                CharacterWidth.fit(line.name, to: 16) + line.drawing, x: rect.x + 1,
                y: rect.y + 1 + row, limit: rect.x + rect.width)
        }
        grid.write(
            HandshakeLadder.legend, x: rect.x + 1, y: rect.y + rect.height - 1, style: .dim,
            limit: rect.x + rect.width)
    }
}
