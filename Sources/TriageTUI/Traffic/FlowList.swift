import TerminalUI
import TrafficAnalysis
import Triage

/// Flows, a row each; only the rows that are seen are made.
struct FlowList {
    let source: TrafficScreen.Source
    let screen: TrafficScreen
    let list: ListState
    let filter: String

    /// Rows for what is said of the chosen flow.
    private static func details(_ rect: Rect) -> Int { rect.height < 16 ? 2 : 3 }

    /// Rows for flows between the heads of the columns and what is said of the chosen one.
    static func rows(_ rect: Rect) -> Int { max(1, rect.height - 2 - details(rect)) }

    private func title(_ count: Int) -> String {
        guard let run = source.exhibit.run else {
            let flows = source.exhibit.glimpse?.flows ?? 0
            return "\(Figures.plural(flows, "flow")) so far, of those over the worst:"
        }
        let total = run.report.tcp.flows
        return count == total
            ? Figures.plural(count, "flow")
            : "\(Figures.grouped(count)) of \(Figures.plural(total, "flow"))"
    }

    func draw(in rect: Rect, on grid: inout CellGrid) {
        let (top, rest) = rect.split(top: 2)
        let (body, below) = rest.split(top: Self.rows(rect))
        let count = screen.count(source)
        let title = title(count)
        Widgets.rule(title, note: filter, in: top.split(top: 1).top, on: &grid)
        let columns = FlowColumns(width: rect.width)
        grid.write(columns.heads, x: rect.x, y: rect.y + 1, limit: rect.x + rect.width)
        if count == 0 {
            let words =
                source.exhibit.run == nil
                ? "No flow in trouble is over yet." : "No flow of TCP."
            grid.write(words, x: body.x + 1, y: body.y, style: .dim, limit: body.x + body.width)
        }
        for row in 0..<min(body.height, max(0, count - list.offset)) {
            guard let flow = screen.flow(list.offset + row, source) else { break }
            let y = body.y + row
            grid.write(columns.row(flow), x: body.x, y: y, limit: body.x + body.width)
            if list.offset + row == list.selected {
                grid.select(Rect(x: body.x, y: y, width: body.width, height: 1))
            }
        }
        Scroll.marks(first: list.offset, count: count, in: body, on: &grid)
        if let flow = screen.flow(list.selected, source) {
            let words = FlowWords.details(flow)
            let lines =
                [StyledLine(CharacterWidth.cut(words[0], to: below.width - 2), .strong)]
                + Wrapping.wrap(words[1], to: below.width - 2)
            for (line, text) in lines.prefix(below.height).enumerated() {
                grid.write(
                    text, x: below.x + 1, y: below.y + line, limit: below.x + below.width)
            }
        }
    }
}

/// The columns of a list of flows; a wide screen has more of them.
struct FlowColumns {
    private let width: Int

    init(width: Int) { self.width = width }

    private var isNarrow: Bool { width < 76 }
    private var isWide: Bool { width >= 110 }
    private var historyWidth: Int { isNarrow ? 8 : 10 }
    private static let troubleWidth = 15
    private static let numberWidth = 6

    /// What is left for the endpoints.
    private var endsWidth: Int {
        let fixed =
            1 + Self.troubleWidth + Self.numberWidth + 2 + historyWidth + 1
            + (isNarrow ? 0 : 8) + 1
        return max(10, width - fixed - (isWide ? 34 : 0))
    }

    var heads: StyledLine {
        line(
            "trouble", "flow", "client → server", "history", "c/s end",
            ["length", "packets", "answered"], style: .dim)
    }

    func row(_ flow: FlowDigest) -> StyledLine {
        return line(
            flow.trouble.words.first ?? "-", String(flow.flow),
            "\(flow.client.text) → \(flow.server.text)",
            flow.history,
            "\(FlowWords.short(flow.close.client))/\(FlowWords.short(flow.close.server))",
            [
                Figures.seconds(flow.last - flow.first), Figures.grouped(flow.packets),
                (flow.greeted ?? flow.connected).map(Figures.seconds) ?? "-",
            ], style: FlowWords.style(flow.trouble))
    }

    private func line(
        _ trouble: String, _ number: String, _ ends: String, _ history: String, _ close: String,
        _ rest: [String], style: Style
    ) -> StyledLine {
        let plain: Style = style == .dim ? .dim : .plain
        var spans = [
            Span(" " + CharacterWidth.fit(trouble, to: Self.troubleWidth), style),
            Span(Self.right(number, Self.numberWidth) + "  ", plain),
            Span(CharacterWidth.fit(ends, to: endsWidth - 1) + " ", plain),
            Span(CharacterWidth.fit(history, to: historyWidth) + " ", plain),
        ]
        if !isNarrow { spans.append(Span(CharacterWidth.fit(close, to: 8), plain)) }
        if isWide { spans.append(Span(rest.map { Self.right($0, 11) }.joined(), plain)) }
        return StyledLine(spans)
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - CharacterWidth.of(text))) + text
    }
}

/// What is said of a flow.
enum FlowWords {
    static func style(_ trouble: FlowTrouble) -> Style {
        let worst: FlowTrouble = [.alert, .reset, .refused, .noAnswer, .noServerHello]
        if !trouble.isDisjoint(with: worst) { return .alarm }
        return trouble.isEmpty ? .plain : .caution
    }

    static func short(_ close: FlowRecord.Close) -> String {
        switch close {
        case .closeNotify: "cn"
        case .probableCloseNotify: "cn?"
        case .fin: "fin"
        case .rst: "rst"
        case .none: "-"
        }
    }

    static func close(_ close: FlowRecord.Close, isTLS: Bool) -> String {
        switch close {
        case .closeNotify: "close_notify"
        case .probableCloseNotify: "probably close_notify"
        case .fin: isTLS ? "FIN without close_notify" : "FIN"
        case .rst: "RST"
        case .none: "not closed"
        }
    }

    /// Two lines: what is wrong, then how it began and ended.
    static func details(_ flow: FlowDigest) -> [String] {
        // Its number says more.
        var wrong = flow.trouble.subtracting(.sentAgain).words
        if let alert = flow.alert {
            wrong.append("\(alert.name) by the \(alert.byClient ? "client" : "server")")
        }
        if let byClient = flow.resetByClient {
            wrong.append("RST by the \(byClient ? "client" : "server")")
        }
        if flow.sentAgain > 0 { wrong.append("\(Figures.grouped(flow.sentAgain)) sent again") }
        var facts = [
            flow.connected.map { "SYN-ACK after \(Figures.seconds($0))" },
            flow.greeted.map { "ServerHello after \(Figures.seconds($0))" },
            "closed by client: \(close(flow.close.client, isTLS: flow.isTLS)), "
                + "by server: \(close(flow.close.server, isTLS: flow.isTLS))",
            "\(Figures.seconds(flow.last - flow.first)) long", flow.state,
        ].compactMap(\.self)
        if let name = flow.serverName { facts.insert("for \(name)", at: 0) }
        return [
            wrong.isEmpty ? "nothing is wrong with it" : wrong.joined(separator: ", "),
            facts.joined(separator: "; "),
        ]
    }
}
