import Casebook
public import TerminalUI
import TrafficAnalysis
import Triage

/// Captures of several points of the way, side by side: what passed between them, each connection
/// in trouble packet by packet over all points, what was found.
public struct PointsScreen: ScreenPart {
    enum Tab: String, CaseIterable, Sendable {
        case points, ladder, found
    }

    public let title = "points"
    private var tab = Tab.points
    private var page = PageState()
    private var found = ListState()
    /// Into the connections in trouble.
    private var connection = 0

    public init() {}

    public func keys(_ model: Model) -> Keymap<Command> {
        var own: [Keys.Binding] = [
            .init(
                [.tab], .nextTab, hint: next.rawValue, help: "Points, ladder, findings in turn."),
            .back,
            .init([.backTab], .previousTab, help: "The page before."),
            .init(
                [.character("o")], .capture, hint: "compare others",
                help: "Name the captures to compare, the client's side first."),
            .init([.character("X")], .cancelJobs, help: "Cancel what runs in the background."),
        ]
        switch tab {
        case .points: break
        case .ladder:
            own.insert(
                .init(
                    [.character("n"), .character("]")], .nextPlace, hint: "next connection",
                    help: "The next connection in trouble."), at: 0)
            own.insert(
                .init(
                    [.character("N"), .character("[")], .previousPlace,
                    help: "The connection in trouble before."), at: 3)
        case .found:
            own.insert(
                .init([.enter, .character("l"), .right], .open, hint: "read", help: "All of it."),
                at: 0)
        }
        return Keys(own + Keys.Binding.moves + Keys.Binding.everywhere)
    }

    private var next: Tab {
        let tabs = Tab.allCases
        return tabs[((tabs.firstIndex(of: tab) ?? 0) + 1) % tabs.count]
    }

    private func findings(_ run: ComparisonRun) -> [Evidence] {
        run.comparison.findings.filter { $0.state == .present }
    }

    public func draw(_ model: Model, in rect: Rect, on grid: inout CellGrid) {
        guard let run = model.exhibits.comparison else { return empty(model, rect, &grid) }
        let (top, body) = rect.split(top: 1)
        head(run, in: top, on: &grid)
        switch tab {
        case .points, .ladder:
            let text = text(run, width: rect.width - 3)
            var state = page
            state.clamp(lines: text.lines.count, rows: body.height)
            text.draw(in: body.inset(left: 1, right: 1), from: state.offset, on: &grid)
        case .found: draw(findings(run), in: body, on: &grid)
        }
    }

    private func empty(_ model: Model, _ rect: Rect, _ grid: inout CellGrid) {
        let job = model.jobs.first { $0.steps.contains(OpenSteps.comparisonStep) }
        let words =
            job.map { "\($0.title): \($0.stage). X stops it." }
            ?? "Captures of one trouble, taken at several points of the way at the same time, show "
            + "where packets were lost or changed. o names them, the client's side first; clocks "
            + "need not agree."
        var page = Page(width: rect.width - 3)
        page.paragraph(words)
        page.draw(in: rect.inset(left: 1, right: 1), from: 0, on: &grid)
    }

    private func head(_ run: ComparisonRun, in rect: Rect, on grid: inout CellGrid) {
        var x = rect.x + 1
        for tab in Tab.allCases {
            let style: Style = tab == self.tab ? Style(.heading, selected: true) : .dim
            x = grid.write(" \(tab.rawValue) ", x: x, y: rect.y, style: style) + 1
        }
        let troubled = run.comparison.troubled.count
        let words =
            switch tab {
            case .ladder where troubled > 0:
                "connection \(min(connection, troubled - 1) + 1) of \(troubled) in trouble"
            default: PointWords.connections(run.comparison)
            }
        grid.write(
            CharacterWidth.cut(
                words + (run.interrupted ? ", stopped early" : ""), to: rect.width - x - 2),
            x: x + 1, y: rect.y)
    }

    private func text(_ run: ComparisonRun, width: Int) -> Page {
        var page = Page(width: width)
        if tab == .ladder { ladder(run.comparison, on: &page) } else { points(run, on: &page) }
        return page
    }

    private func ladder(_ comparison: PathComparison, on page: inout Page) {
        guard !comparison.troubled.isEmpty else {
            page.paragraph("No connection is in trouble between the points.", style: .dim)
            return
        }
        let place = min(connection, comparison.troubled.count - 1)
        let ladder = PathLadder(comparison.troubled[place])
        page.paragraph(ladder.title, style: .heading)
        for line in ladder.lines(width: page.width) {
            let style: Style =
                switch line.kind {
                case .packet: .plain
                case .lost: .alarm
                case .heads, .pause, .more: .dim
                }
            page.line(StyledLine(line.text, style))
        }
        page.paragraph(PathLadder.legend, style: .dim)
    }

    private func points(_ run: ComparisonRun, on page: inout Page) {
        let comparison = run.comparison
        for (index, point) in comparison.points.enumerated() {
            page.paragraph(
                PointWords.point(point, isFirst: index == 0),
                label: PointWords.letter(index) + "  ", labelStyle: .strong)
        }
        for hop in comparison.hops {
            page.heading("\(PointWords.name(hop)): \(PointWords.connections(hop))")
            for (whose, side) in [("client's", hop.sides.client), ("server's", hop.sides.server)] {
                guard let words = PointWords.side(whose, side) else { continue }
                page.paragraph(words, indent: 2, style: side.lostForGood > 0 ? .alarm : .plain)
            }
            for change in PointWords.changes(hop) {
                page.paragraph(change, indent: 2, style: .caution)
            }
        }
        if !run.warnings.isEmpty { page.heading("Warnings") }
        for warning in run.warnings { page.paragraph(warning.summary, label: "! ") }
    }

    private static let rowsEach = 2

    private func draw(_ findings: [Evidence], in rect: Rect, on grid: inout CellGrid) {
        if findings.isEmpty {
            grid.write(
                "Nothing was found that a case asks for.", x: rect.x + 1, y: rect.y, style: .dim,
                limit: rect.x + rect.width)
        }
        let rows = max(1, rect.height / Self.rowsEach)
        var list = found
        list.clamp(count: findings.count, page: rows)
        for (index, finding) in findings.enumerated().dropFirst(list.offset).prefix(rows) {
            let place = Rect(
                x: rect.x, y: rect.y + (index - list.offset) * Self.rowsEach, width: rect.width,
                height: Self.rowsEach)
            FoundList.draw(finding, in: place, on: &grid)
            if index == list.selected { grid.select(place) }
        }
        Scroll.marks(first: list.offset, count: findings.count, in: rect, on: &grid)
    }

    public mutating func move(_ motion: Motion, _ model: Model) {
        guard let run = model.exhibits.comparison else { return }
        let rows = model.body.height - 1
        switch tab {
        case .points, .ladder:
            let lines = text(run, width: model.body.width - 3).lines.count
            page.move(motion, lines: lines, rows: rows)
        case .found:
            found.move(
                motion, count: findings(run).count, page: max(1, rows / Self.rowsEach))
        }
    }

    public mutating func perform(
        _ command: Command, _ model: inout Model, _ now: Int64
    ) -> [Effect]? {
        let tabs = Tab.allCases
        let place = tabs.firstIndex(of: tab) ?? 0
        let troubled = model.exhibits.comparison?.comparison.troubled.count ?? 0
        switch command {
        case .nextTab: turn(to: tabs[(place + 1) % tabs.count])
        case .previousTab: turn(to: tabs[(place + tabs.count - 1) % tabs.count])
        case .nextPlace where tab == .ladder && troubled > 0: show((connection + 1) % troubled)
        case .previousPlace where tab == .ladder && troubled > 0:
            show((connection + troubled - 1) % troubled)
        case .capture: model.prompt = .pointPaths(LineEditor())
        case .open where tab == .found:
            guard let run = model.exhibits.comparison,
                findings(run).indices.contains(found.selected)
            else { return [] }
            return model.open(EvidenceScreen(findings(run)[found.selected]))
        default: return nil
        }
        return []
    }

    private mutating func turn(to tab: Tab) {
        self.tab = tab
        page = PageState()
    }

    private mutating func show(_ place: Int) {
        connection = place
        page = PageState()
    }
}

extension Model {
    /// Begins to compare captures: paths with blanks between; `\ ` is a blank of a name.
    mutating func comparePoints(_ text: String) -> [Effect] {
        let paths = Self.paths(text)
        guard ComparisonRun.pointLimits.contains(paths.count) else {
            notice =
                "Name two to eight captures with blanks between, the client's side first."
            return []
        }
        exhibits.comparison = nil
        let names = paths.map(Phrases.name).joined(separator: ", ")
        let effects = startJob("comparing \(names)", steps: [OpenSteps.comparisonStep]) {
            .compare(job: $0, paths: paths)
        }
        if case .part(let part) = screen, part is PointsScreen { return effects }
        return effects + open(PointsScreen())
    }

    static func paths(_ text: String) -> [String] {
        var (paths, path, isQuoted) = ([String](), "", false)
        for character in text {
            if character == "\\", !isQuoted {
                isQuoted = true
            } else if character == " ", !isQuoted {
                if !path.isEmpty { paths.append(path) }
                path = ""
            } else {
                path.append(character)
                isQuoted = false
            }
        }
        return path.isEmpty ? paths : paths + [path]
    }

    /// What the captures of several points show together, and each by itself.
    mutating func take(_ run: ComparisonRun, ended: Job, _ now: Int64) -> [Effect] {
        exhibits.comparison = run
        for capture in run.captures {
            let path = capture.report.file
            exhibits.captures.removeAll { $0.path == path }
            exhibits.captures.append(.init(path: path, run: capture))
            if !conversation.session.captures.contains(path) {
                conversation.record(capture, of: path, at: now)
            }
        }
        conversation.record(
            CheckOutcome(
                run.comparison.findings, warnings: run.warnings, interrupted: run.interrupted),
            from: ended.steps, at: now)
        let present = run.comparison.findings.count { $0.state == .present }
        notice =
            "Compared: \(Phrases.plural(present, "finding")) between the points, "
            + "\(Figures.grouped(run.comparison.troubledCount)) connections in trouble. P shows them."
        return changed(now)
    }
}
