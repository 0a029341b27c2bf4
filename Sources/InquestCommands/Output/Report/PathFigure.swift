import TrafficAnalysis
import Triage

/// One connection over all points as a drawing: a line a point, an arrow from the first that saw a
/// packet to the last.
enum PathFigure {
    private static let row = 22.0
    private static let (left, top, step) = (110.0, 60.0, 180.0)

    static func draw(_ path: ConnectionPath, points: [String]) -> ReportFigure {
        let count = path.flows.count
        let right = left + Double(count - 1) * step
        let bottom = top + Double(path.rows.count + (path.rowsLeftOut > 0 ? 1 : 0)) * row
        var figure = ReportFigure(
            caption: PathLadder(path).title, width: right + 250, height: bottom + 16)
        for point in 0..<count {
            let x = left + Double(point) * step
            let name = points.indices.contains(point) ? points[point] : ""
            figure.marks += [
                .centred(x, 16, PointWords.letter(point), style: "label"),
                .centred(x, 34, String(name.suffix(24)), style: "note"),
                .line(x, 42, x, bottom, style: "axis"),
            ]
        }
        for (index, row) in path.rows.enumerated() {
            draw(row, path, top + Double(index) * Self.row + 4, right, &figure)
        }
        if path.rowsLeftOut > 0 {
            figure.marks.append(
                .text(
                    left, bottom, "and \(path.rowsLeftOut) more packets", style: "note"))
        }
        return figure
    }

    private static func draw(
        _ row: ConnectionPath.Row, _ path: ConnectionPath, _ y: Double, _ right: Double,
        _ figure: inout ReportFigure
    ) {
        let isLost = row.lostAfter != nil
        let time = Figures.fixed(Double(row.time - path.first) / 1e6, 1)
        figure.marks.append(.text(4, y + 4, "\(time) ms", style: "number"))
        let seen = row.packets.indices.filter { row.packets[$0] != nil }
        guard let first = seen.first, let last = seen.last else { return }
        func x(_ point: Int) -> Double { left + Double(point) * step }
        // A packet that one point saw comes to it from its sender's side.
        var (from, to) = row.fromClient ? (x(first), x(last)) : (x(last), x(first))
        if from == to { from += row.fromClient ? -40 : 40 }
        if isLost { to += row.fromClient ? step / 2 : -step / 2 }
        figure.marks.append(
            .arrow(fromX: from, toX: to, y: y, style: isLost ? "trouble" : "packet"))
        if isLost { figure.marks.append(.centred(to, y - 4, "lost", style: "alarm")) }
        for point in seen {
            figure.marks.append(
                .dot(x(point), y, style: "dot", tip: "packet \(row.packets[point] ?? 0)"))
        }
        figure.marks.append(
            .text(right + 16, y + 4, PathLadder.words(row), style: isLost ? "alarm" : "label"))
    }
}
