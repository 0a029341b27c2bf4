import TrafficAnalysis
import Triage

/// One flow as a drawing, from the same ladder that the terminal shows.
enum LadderFigure {
    private static let width = 860.0
    private static let row = 22.0
    private static let (left, right) = (160.0, 840.0)
    private static let top = 40.0

    /// - Parameters:
    ///   - file: the capture's name.
    ///   - limit: rows; a drawing goes on at most so far and says so.
    static func draw(_ ladder: FlowLadder, file: String, limit: Int, note: String = "")
        -> ReportFigure
    {
        let shown = min(ladder.rows.count, limit)
        let isCut = shown < ladder.rows.count
        let bottom = top + Double(shown + (isCut ? 1 : 0)) * row
        let (client, server) = (
            FlowLadder.name(ladder.trace.client), FlowLadder.name(ladder.trace.server)
        )
        var figure = ReportFigure(
            caption: "Flow \(ladder.trace.flow) of \(file), \(client) to \(server): "
                + Figures.plural(ladder.trace.total, "packet") + note,
            width: width, height: bottom + 12)
        figure.marks += [
            .centred(left, 14, client, style: "label"),
            .centred(right - 80, 14, server, style: "label"),
            .text(4, 32, "      seconds  packet", style: "number note"),
            .line(left, 20, left, bottom, style: "axis"),
            .line(right, 20, right, bottom, style: "axis"),
        ]
        for index in 0..<shown {
            draw(ladder, index, top + (Double(index) + 0.5) * row, &figure)
        }
        if isCut {
            let rest = Figures.plural(ladder.rows.count - shown, "row")
            figure.marks.append(
                .centred((left + right) / 2, bottom - 6, "\(rest) left out", style: "note"))
        }
        return figure
    }

    /// With the findings that cite the flow.
    static func draw(_ cited: CitedLadder, limit: Int) -> ReportFigure {
        draw(
            cited.ladder, file: IncidentReport.name(cited.file), limit: limit,
            note: ". Cited by " + cited.findings.joined(separator: ", "))
    }

    private static func draw(
        _ ladder: FlowLadder, _ index: Int, _ y: Double, _ figure: inout ReportFigure
    ) {
        let middle = (left + right) / 2
        switch ladder.rows[index] {
        case .packet(let place):
            let packet = ladder.trace.packets[place]
            let ends = packet.fromClient ? (left, right) : (right, left)
            let margin = ladder.text(index, width: 80).margin
            figure.marks += [
                .text(4, y + 4, margin, style: "number"),
                .arrow(
                    fromX: ends.0, toX: ends.1, y: y + 5,
                    style: packet.isTrouble ? "trouble" : "packet"),
                .centred(middle, y, packet.label, style: packet.isTrouble ? "alarm" : "label"),
            ]
        case .gap(_, let words):
            if !words.isEmpty {
                figure.marks.append(.centred(middle, y + 4, words, style: "note"))
            }
        case .leftOut(_, let count):
            let words = "\(Figures.plural(count, "packet")) left out"
            figure.marks.append(.centred(middle, y + 4, words, style: "note"))
        }
    }
}
