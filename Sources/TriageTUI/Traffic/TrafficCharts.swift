import TerminalUI
import TrafficAnalysis
import Triage

/// What happened when, and how long handshakes took.
enum TrafficCharts {
    private static let labelWidth = 12
    private static let figureWidth = 25

    static func page(_ source: TrafficScreen.Source, width: Int) -> Page {
        var page = Page(width: width)
        guard let timeline = source.timeline else {
            page.paragraph("Nothing was read yet.", style: .dim)
            return page
        }
        times(timeline, on: &page)
        page.heading("How long handshakes took until they were answered")
        latencies("SYN to SYN-ACK", timeline.connects, on: &page)
        page.gap()
        latencies("ClientHello to ServerHello", timeline.hellos, on: &page)
        return page
    }

    private static func times(_ timeline: TrafficTimeline, on page: inout Page) {
        let room = max(10, page.width - labelWidth - figureWidth)
        let columns = timeline.columns(room)
        let column = timeline.span / Int64(columns.count)
        page.paragraph(
            "When: from \(Figures.instant(timeline.origin)), \(Figures.seconds(timeline.span))"
                + (columns.count > 1 ? "; a column is \(Figures.seconds(column))" : ""),
            style: .heading)
        row("RST", columns.map { Double($0.resets) }, style: .alarm, on: &page)
        row("sent again", columns.map { Double($0.sentAgain) }, style: .caution, on: &page)
        row("handshakes", columns.map { Double($0.handshakes) }, style: .plain, on: &page)
        let slowest = columns.map { Double($0.slowest) }
        let most = slowest.max() ?? 0
        line(
            "slowest", Widgets.columns(slowest),
            most > 0 ? Figures.seconds(Int64(most)) : "-", style: .plain, on: &page)
    }

    private static func row(
        _ label: String, _ values: [Double], style: Style, on page: inout Page
    ) {
        let total = values.reduce(0, +)
        let most = values.max() ?? 0
        let figures =
            total == 0
            ? "none" : "\(Figures.number(total)), at most \(Figures.number(most))"
        line(
            label, Widgets.columns(values), figures, style: total == 0 ? .dim : style, on: &page)
    }

    private static func line(
        _ label: String, _ drawing: String, _ figures: String, style: Style, on page: inout Page
    ) {
        page.line(
            StyledLine([
                Span(CharacterWidth.fit(label, to: labelWidth)), Span(drawing, style),
                Span("│ " + figures, .dim),
            ]))
    }

    private static func latencies(
        _ title: String, _ latencies: TrafficTimeline.Latencies, on page: inout Page
    ) {
        page.paragraph(
            "\(title): \(Figures.grouped(Int(clamping: latencies.total)))", style: .strong)
        guard let first = latencies.counts.firstIndex(where: { $0 > 0 }),
            let last = latencies.counts.lastIndex(where: { $0 > 0 })
        else { return }
        let most = Double(latencies.counts.max() ?? 1)
        let room = max(8, page.width - labelWidth - 14)
        for place in first...last {
            let count = latencies.counts[place]
            let cells = Int((Double(count) / most * Double(room)).rounded())
            let bar = String(repeating: "█", count: count > 0 ? max(1, cells) : 0)
            page.line(
                StyledLine([
                    Span(CharacterWidth.fit(label(place), to: labelWidth)),
                    Span(bar, isSlow(place) ? .caution : .plain),
                    Span(" " + Figures.grouped(Int(clamping: count)), .dim),
                ]))
        }
    }

    private static func label(_ place: Int) -> String {
        let borders = TrafficTimeline.Latencies.borders
        return place < borders.count
            ? "< \(Figures.seconds(borders[place]))" : "≥ \(Figures.seconds(borders[place - 1]))"
    }

    /// A second or more: the border by which flows are called slow.
    private static func isSlow(_ place: Int) -> Bool {
        place > 0 && TrafficTimeline.Latencies.borders[place - 1] >= 1_000_000_000
    }
}
