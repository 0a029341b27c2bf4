import Casebook
import Diagnosis
import Triage

/// The drawings of a report.
enum ReportFigures {
    private static let styles = ["a", "b", "c", "d"]
    private static let width = 860.0

    /// How probable the leading cases were after each step; `nil` for fewer than two steps.
    static func beliefs(_ beliefs: [ReportBelief]) -> ReportFigure? {
        guard beliefs.count > 1, let last = beliefs.last else { return nil }
        var cases = last.shares.filter { $0.value >= 0.05 }
            .sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
        for leader in beliefs.compactMap(\.leader) where !cases.contains(leader) {
            cases.append(leader)
        }
        var figure = ReportFigure(
            caption: "How probable each case was after each step of the triage.", width: width,
            height: 300)
        let (left, right, top, bottom) = (40.0, 560.0, 12.0, 270.0)
        for share in [0.0, 0.5, 1] {
            let y = bottom - share * (bottom - top)
            figure.marks.append(.line(left, y, right, y, style: "axis"))
            figure.marks.append(.text(4, y + 4, "\(Int(share * 100)) %", style: "label"))
        }
        let step = (right - left) / Double(beliefs.count - 1)
        var labels: [Double] = []
        for (id, style) in zip(cases, styles) {
            let points = beliefs.enumerated().map { index, belief in
                (
                    x: left + Double(index) * step,
                    y: bottom - (belief.shares[id] ?? 0) * (bottom - top)
                )
            }
            figure.marks.append(.path(points, style: style))
            var y = (points.last?.y ?? bottom) + 4
            while labels.contains(where: { abs($0 - y) < 14 }) { y -= 14 }
            labels.append(y)
            figure.marks.append(.text(right + 8, y, id, style: "label"))
        }
        figure.marks.append(.text(left, bottom + 18, "first step", style: "label"))
        figure.marks.append(.text(right - 24, bottom + 18, "last", style: "label"))
        return figure
    }

    private static let mostFlows = 12
    private static let mostDots = 400

    /// When the packets came that evidence cites, a row for each flow; `nil` where no time is told.
    static func cited(_ evidence: [Evidence], in file: String) -> ReportFigure? {
        let places = evidence.filter { $0.state == .present }.flatMap { item in
            item.locations.compactMap { place -> (flow: Int, time: Int64, tip: String)? in
                guard place.file == file, let flow = place.flow, let time = place.time else {
                    return nil
                }
                return (flow, time, "packet \(place.packet ?? 0): \(item.id)")
            }
        }
        guard let first = places.map(\.time).min(), let last = places.map(\.time).max(),
            last > first
        else { return nil }
        let flows = Array(Set(places.map(\.flow)).sorted().prefix(mostFlows))
        let (left, right, row) = (80.0, width - 20, 24.0)
        let bottom = 16 + Double(flows.count) * row
        var figure = ReportFigure(
            caption: "The packets of \(IncidentReport.name(file)) that evidence cites, to scale: "
                + "\(Figures.seconds(last - first)) from the first to the last.", width: width,
            height: bottom + 24)
        for (index, flow) in flows.enumerated() {
            let y = 16 + Double(index) * row
            figure.marks.append(.line(left, y, right, y, style: "axis"))
            figure.marks.append(.text(4, y + 4, "flow \(flow)", style: "label"))
        }
        for place in places.prefix(mostDots) {
            guard let index = flows.firstIndex(of: place.flow) else { continue }
            let share = Double(place.time - first) / Double(last - first)
            figure.marks.append(
                .dot(
                    left + share * (right - left), 16 + Double(index) * row, style: "dot",
                    tip: "\(Figures.seconds(place.time - first)), \(place.tip)"))
        }
        figure.marks.append(.text(left, bottom + 12, "0 s", style: "label"))
        figure.marks.append(
            .text(right - 50, bottom + 12, Figures.seconds(last - first), style: "label"))
        return figure
    }
}
