import Casebook
public import TerminalUI
import TrafficAnalysis
import Triage

/// The captures: their flows by trouble, what happened when, what was found.
public struct TrafficScreen: ScreenPart {
    enum Tab: String, CaseIterable, Sendable {
        case flows, times, found, dns, http
    }

    public let title = "traffic"
    var tab = Tab.flows
    /// A place in `Exhibits.captures`; the newest when it has gone.
    var capture = Int.max
    var flows = ListState()
    var found = ListState()
    var times = PageState()
    /// Of questions, and of requests.
    var (questions, requests) = (ListState(), ListState())
    /// A place in `FlowTrouble.all`.
    var trouble: Int?
    var server: FlowRecord.Endpoint?
    var byStart = false
    /// Places in the list of flows; `nil` for all of it in its own order.
    var rows: [UInt32]?

    public init() {}

    public func keys(_ model: Model) -> Keymap<Command> {
        var own: [Keys.Binding] = []
        switch tab {
        case .flows:
            own = [
                .init(
                    [.enter, .character("l"), .right], .open, hint: "packets",
                    help: "The chosen flow as a ladder of its packets."),
                .init([.tab], .nextTab, hint: "times, found", help: "Flows, times, findings."),
                .back,
                .init(
                    [.character("f")], .nextFilter, hint: "filter",
                    help: "Only flows with one kind of trouble, the next kind, all."),
                .init(
                    [.character("v")], .sameServer, hint: "server",
                    help: "Only flows of the chosen one's server, or of all servers."),
                .init(
                    [.character("O")], .nextOrder, hint: "order",
                    help: "The most troubled first, or in the order in which they began."),
            ]
        case .times: own = [.init([.tab], .nextTab, hint: "found", help: "The next page."), .back]
        case .found:
            own = [
                .init([.enter, .character("l"), .right], .open, hint: "read", help: "All of it."),
                .init([.tab], .nextTab, hint: "dns, http", help: "The next page."),
                .back,
                .init(
                    [.character("w")], .saveSlice, hint: "save",
                    help: "Save the flows that the findings cite, with comments, as pcapng."),
            ]
        case .dns: own = [.init([.tab], .nextTab, hint: "http", help: "The next page."), .back]
        case .http:
            own = [
                .init(
                    [.enter, .character("l"), .right], .open, hint: "packets",
                    help: "The flow of the chosen request."),
                .init([.tab], .nextTab, hint: "flows", help: "The next page."),
                .back,
            ]
        }
        own += [
            .init([.backTab], .previousTab, help: "The page before."),
            .init([.character("n")], .nextPlace, help: "The next capture."),
            .init([.character("o")], .capture, hint: "read another", help: "Read a capture."),
            .init([.character("X")], .cancelJobs, help: "Cancel what runs in the background."),
        ]
        return Keys(own + Keys.Binding.moves + Keys.Binding.everywhere)
    }

    /// What is shown of a capture, whole or in part.
    struct Source {
        var exhibit: Exhibits.Capture
        var flows: [FlowDigest]
        var timeline: TrafficTimeline?
        var findings: [Evidence]

        init(_ exhibit: Exhibits.Capture) {
            self.exhibit = exhibit
            flows = exhibit.run?.report.digests?.flows ?? exhibit.glimpse?.worst ?? []
            timeline = exhibit.run?.report.timeline ?? exhibit.glimpse?.timeline
            let all = exhibit.run?.report.findings ?? exhibit.glimpse?.findings ?? []
            findings = all.filter { $0.state == .present }
        }
    }

    func source(_ model: Model) -> Source? {
        let captures = model.exhibits.captures
        return captures.isEmpty ? nil : Source(captures[min(capture, captures.count - 1)])
    }

    /// How many flows the list has with its filter.
    func count(_ source: Source) -> Int { rows?.count ?? source.flows.count }

    func flow(_ row: Int, _ source: Source) -> FlowDigest? {
        let place = rows.map { row < $0.count ? Int($0[row]) : .max } ?? row
        return source.flows.indices.contains(place) ? source.flows[place] : nil
    }

    public func draw(_ model: Model, in rect: Rect, on grid: inout CellGrid) {
        guard let source = source(model) else {
            grid.write(
                "No capture was read yet. o reads one.", x: rect.x + 1, y: rect.y,
                limit: rect.x + rect.width)
            return
        }
        let (top, rest) = rect.split(top: 1)
        head(source, model, in: top, on: &grid)
        switch tab {
        case .flows:
            var list = flows
            list.clamp(count: count(source), page: FlowList.rows(rest))
            FlowList(source: source, screen: self, list: list, filter: filterWords)
                .draw(in: rest, on: &grid)
        case .times:
            TrafficCharts.page(source, width: rest.width - 3)
                .draw(in: rest.inset(left: 1, right: 1), from: times.offset, on: &grid)
        case .found: FoundList(source: source).draw(found, in: rest, on: &grid)
        case .dns: rowLists(source).draw(questions, in: rest, on: &grid)
        case .http: rowLists(source).draw(requests, in: rest, on: &grid)
        }
    }

    /// What is listed on the pages of DNS and HTTP.
    func rowLists(_ source: Source) -> RowLists {
        RowLists(rows: source.exhibit.run?.report.rows, isHTTP: tab == .http)
    }

    /// `flows  times  found   client.pcap: 1,234 packets`
    private func head(
        _ source: Source, _ model: Model, in rect: Rect, on grid: inout CellGrid
    ) {
        var x = rect.x + 1
        for tab in Tab.allCases {
            let style: Style = tab == self.tab ? Style(.heading, selected: true) : .dim
            x = grid.write(" \(tab.rawValue) ", x: x, y: rect.y, style: style) + 1
        }
        let captures = model.exhibits.captures.count
        let others = captures > 1 ? " (1 of \(captures), n: next)" : ""
        let text = state(source) + others
        let room = rect.width - x - 2
        grid.write(
            CharacterWidth.cut(text, to: room), x: x + 1, y: rect.y,
            style: source.exhibit.run == nil ? .strong : .plain)
    }

    private func state(_ source: Source) -> String {
        let name = Phrases.name(source.exhibit.path)
        if let run = source.exhibit.run {
            return "\(name): \(Figures.plural(run.report.packets, "packet"))"
                + (run.interrupted ? ", stopped before its end" : "")
        }
        let share = source.exhibit.share.map { Widgets.bar($0, cells: 10) + " \(Int($0 * 100)) %" }
        let packets = source.exhibit.glimpse.map { Figures.plural($0.packets, "packet") }
        let parts = [share, source.exhibit.isOnDisk ? "X stops it" : "X ends it", packets]
            .compactMap(\.self).joined(separator: ", ")
        return "\(name): \(parts)"
    }

    private var filterWords: String {
        var words = trouble.map { [FlowTrouble.all[$0].words] } ?? []
        if let server { words.append(server.text) }
        if words.isEmpty { return byStart ? "by their beginning" : "most troubled first" }
        return "only " + words.joined(separator: ", ")
    }
}
