import Casebook
import Probes
import Triage

/// One check: what each address did, and the stages of its connections as bars.
struct ProbeCheckText {
    let probe: ProbeReport
    let verbose: Bool
    /// Whether the look-up of the name is drawn too, which is the same for each check.
    let showsLookup: Bool

    /// Connections drawn of a check; failed ones first.
    private static let drawn = 3
    private static let shownResults = 16
    private static let bar = 26
    private static let nameWidth = 26

    func write(_ page: inout TextPage) {
        let effect = probe.effect == .normal ? "" : " (effect: \(probe.effect.rawValue))"
        page.heading(probe.check + effect)
        if let failure = probe.failure {
            page.paragraph(failure, label: "?   ", indent: 2, labelStyle: .caution)
        }
        results(&page)
        timelines(&page)
        if verbose { log(&page) }
    }

    private func results(_ page: inout TextPage) {
        let sorted = probe.results.filter { !$0.isGood } + probe.results.filter(\.isGood)
        let shown = verbose ? sorted[...] : sorted.prefix(Self.shownResults)
        for result in shown {
            page.paragraph(
                "\(result.address)  \(result.summary)", label: result.isGood ? "ok  " : "BAD ",
                indent: 2, labelStyle: result.isGood ? .good : .alarm)
            guard verbose else { continue }
            for detail in result.details {
                page.paragraph("\(detail.name): \(detail.value)", indent: 6, style: .dim)
            }
        }
        let rest = sorted.count - shown.count
        if rest > 0 { page.line("  and \(rest) more ('-v' shows all)", .dim) }
    }

    // MARK: Timelines

    private func timelines(_ page: inout TextPage) {
        let connections = probe.timelines.filter { timeline in
            let isLookup = timeline.stages.allSatisfy { $0.name == "resolve" && $0.outcome == .ok }
            return !timeline.stages.isEmpty && (showsLookup || verbose || !isLookup)
        }
        let failed = connections.filter { $0.stages.contains { $0.outcome != .ok } }
        let worked = connections.filter { $0.stages.allSatisfy { $0.outcome == .ok } }
        let chosen = verbose ? connections[...] : (failed + worked).prefix(Self.drawn)
        for timeline in chosen { draw(timeline, &page) }
        let rest = connections.count - chosen.count
        if rest > 0 {
            page.line("    and \(Figures.plural(rest, "connection")) more ('-v' shows all)", .dim)
        }
    }

    private func draw(_ timeline: Timeline, _ page: inout TextPage) {
        // Before the first stage it waited for its turn.
        let start = timeline.stages.map(\.start).min() ?? 0
        let end = timeline.stages.map { $0.start + $0.duration }.max() ?? 0
        var title =
            timeline.label.isEmpty ? timeline.remote : "\(timeline.label), \(timeline.remote)"
        if let local = timeline.local { title += " from \(local)" }
        if let ending = timeline.ending { title += ", ended by \(ending)" }
        page.paragraph(title, indent: 4, style: .dim)
        for stage in timeline.stages { line(stage, in: start..<max(end, start + 1), &page) }
    }

    private func line(_ stage: Stage, in span: Range<Int64>, _ page: inout TextPage) {
        let (word, mark, style) = Self.tell(stage.outcome)
        let name = DisplayWidth.pad(
            DisplayWidth.cut(SafeText.line(stage.name), to: Self.nameWidth), to: Self.nameWidth)
        let time = Figures.seconds(stage.duration)
        let padding = String(repeating: " ", count: max(0, 9 - time.count))
        let drawing = page.width == nil ? "" : "|\(Self.bar(stage, in: span, mark))|"
        page.line(
            .init(text: "      \(name)\(drawing)\(padding)\(time)  ", style: .plain),
            .init(text: word, style: style))
        let says = [Self.reason(stage.outcome), stage.detail].filter { !$0.isEmpty }
        if !says.isEmpty, verbose || stage.outcome != .ok || stage.name == "resolve" {
            page.paragraph(says.joined(separator: "; "), indent: 8, style: .dim)
        }
    }

    private static func tell(
        _ outcome: Stage.Outcome
    ) -> (word: String, mark: Character, style: TextPage.Style) {
        switch outcome {
        case .ok: ("", "=", .plain)
        case .timedOut: ("TIMED OUT", ".", .alarm)
        case .failed: ("FAILED", "x", .alarm)
        }
    }

    private static func reason(_ outcome: Stage.Outcome) -> String {
        if case .failed(let reason) = outcome { reason } else { "" }
    }

    /// The stage's share of the whole, where it lies; at least one cell.
    static func bar(_ stage: Stage, in span: Range<Int64>, _ mark: Character) -> String {
        func column(_ time: Int64) -> Int {
            let share = Double(time - span.lowerBound) / Double(span.count)
            return min(bar, max(0, Int(share * Double(bar))))
        }
        let from = min(column(stage.start), bar - 1)
        let to = max(from + 1, column(stage.start + stage.duration))
        var cells = [Character](repeating: " ", count: bar)
        for cell in from..<to { cells[cell] = mark }
        return String(cells)
    }

    // MARK: Log

    private func log(_ page: inout TextPage) {
        if probe.log.isEmpty { return }
        page.paragraph("What was done, and when:", indent: 4, style: .dim)
        for entry in probe.log {
            page.paragraph(
                "\(Figures.seconds(max(0, entry.time - probe.start)))  \(entry.text)", indent: 6,
                style: .dim)
        }
        if probe.omitted > 0 { page.line("      and \(probe.omitted) more that had no room", .dim) }
    }
}
