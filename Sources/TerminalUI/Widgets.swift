/// Drawings made of characters.
public enum Widgets {
    /// `████░░░░`: `share` of `cells` filled; never quite full, because nothing is quite sure, and
    /// never empty where there is something.
    public static func bar(_ share: Double, cells: Int) -> String {
        let share = share.isFinite ? min(1, max(0, share)) : 0
        var filled = Int((share * Double(cells)).rounded())
        if share > 0.02, filled == 0 { filled = 1 }
        if share < 0.995, filled == cells { filled = cells - 1 }
        return String(repeating: "█", count: filled)
            + String(repeating: "░", count: max(0, cells - filled))
    }

    /// `▁▃█ ▂`: a column a value, the highest as high as a row; nothing for zero.
    public static func columns(_ values: [Double]) -> String {
        let most = values.max() ?? 0
        return String(
            values.map { value in
                guard value > 0, most > 0 else { return " " }
                return heights[min(7, Int(value / most * 7.999))]
            })
    }

    private static let heights: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

    /// `░░██│░░░░` or `░░░░│██░░`: to the left for negative values, `most` fills one side.
    public static func balance(_ value: Double, most: Double, cells: Int) -> String {
        let side = max(1, (cells - 1) / 2)
        let share = most > 0 ? min(1, abs(value) / most) : 0
        let filled = value == 0 ? 0 : max(1, Int((share * Double(side)).rounded()))
        let bar = String(repeating: "█", count: filled)
        let rest = String(repeating: " ", count: side - filled)
        let none = String(repeating: " ", count: side)
        return value < 0 ? rest + bar + "│" + none : none + "│" + bar + rest
    }

    /// `─ Title ─────── note ─` over the whole width of one row.
    public static func rule(
        _ title: String, note: String = "", active: Bool = false, in rect: Rect,
        on grid: inout CellGrid
    ) {
        let line: Unicode.Scalar = active ? "━" : "─"
        grid.fill(
            Rect(x: rect.x, y: rect.y, width: rect.width, height: 1), with: line, style: .dim)
        if title.isEmpty { return }
        let end = grid.write(
            " " + title + " ", x: rect.x + 1, y: rect.y, style: active ? .heading : .strong,
            limit: rect.x + rect.width)
        let place = rect.x + rect.width - CharacterWidth.of(note) - 3
        if !note.isEmpty, place > end {
            grid.write(" " + note + " ", x: place, y: rect.y, style: .dim)
        }
    }
}
