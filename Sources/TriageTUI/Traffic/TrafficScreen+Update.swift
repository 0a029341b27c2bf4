import Casebook
public import TerminalUI
import TrafficAnalysis
import Triage

extension TrafficScreen {
    public mutating func move(_ motion: Motion, _ model: Model) {
        guard let source = source(model) else { return }
        let body = model.body.split(top: 1).rest
        switch tab {
        case .flows: flows.move(motion, count: count(source), page: FlowList.rows(body))
        case .times:
            let lines = TrafficCharts.page(source, width: body.width - 3).lines.count
            times.move(motion, lines: lines, rows: body.height)
        case .found:
            found.move(
                motion, count: source.findings.count, page: FoundList(source: source).rows(body))
        case .dns:
            questions.move(motion, count: rowLists(source).count, page: RowLists.page(body))
        case .http:
            requests.move(motion, count: rowLists(source).count, page: RowLists.page(body))
        }
    }

    public mutating func choose(row: Int, _ model: Model) -> Bool {
        guard let source = source(model) else { return false }
        let body = model.body.split(top: 1).rest
        switch tab {
        case .flows:
            // Below the tabs, the rule and the heads of the columns.
            return flows.choose(
                row: row - 3, count: count(source), page: FlowList.rows(body))
        case .found:
            let rows = FoundList(source: source).rows(body)
            return found.choose(
                row: row - 1, each: FoundList.rowsEach, count: source.findings.count, page: rows)
        // Below the tabs and the heads of the columns.
        case .dns:
            return questions.choose(
                row: row - 2, count: rowLists(source).count, page: RowLists.page(body))
        case .http:
            return requests.choose(
                row: row - 2, count: rowLists(source).count, page: RowLists.page(body))
        case .times: return false
        }
    }

    public mutating func perform(
        _ command: Command, _ model: inout Model, _ now: Int64
    ) -> [Effect]? {
        switch command {
        case .nextTab: turn(1)
        case .previousTab: turn(Tab.allCases.count - 1)
        case .nextPlace:
            let count = model.exhibits.captures.count
            guard count > 1 else { return [] }
            capture = (min(capture, count - 1) + 1) % count
            captureChanged()
        case .nextFilter:
            let next = trouble.map { $0 + 1 } ?? 0
            trouble = next < FlowTrouble.all.count ? next : nil
            skipEmpty(model)
        case .sameServer:
            guard let source = source(model) else { return [] }
            server = server == nil ? flow(flows.selected, source)?.server : nil
            choose(source)
        case .nextOrder:
            byStart.toggle()
            if let source = source(model) { choose(source) }
        case .open: return open(&model)
        case .saveSlice:
            if let source = source(model) { model.askForSlice(of: source.exhibit.path) }
        default: return nil
        }
        return []
    }

    private mutating func turn(_ steps: Int) {
        let tabs = Tab.allCases
        tab = tabs[((tabs.firstIndex(of: tab) ?? 0) + steps) % tabs.count]
    }

    private func open(_ model: inout Model) -> [Effect] {
        guard let source = source(model) else { return [] }
        switch tab {
        case .flows:
            guard let flow = flow(flows.selected, source) else { return [] }
            return model.openFlow(.known(flow.place), of: source.exhibit.path, cited: nil)
        case .found:
            guard source.findings.indices.contains(found.selected) else { return [] }
            return model.open(EvidenceScreen(source.findings[found.selected]))
        case .http:
            guard let flow = rowLists(source).flow(requests.selected) else { return [] }
            return model.openPlace(.init(file: source.exhibit.path, flow: flow))
        case .times, .dns: return []
        }
    }

    /// Another capture, or all of one instead of a part.
    mutating func captureChanged() {
        (flows, found, times) = (ListState(), ListState(), PageState())
        (questions, requests) = (ListState(), ListState())
        (trouble, server, rows, byStart) = (nil, nil, nil, false)
    }

    /// Goes on to the next kind of trouble that there is.
    private mutating func skipEmpty(_ model: Model) {
        guard let source = source(model) else { return }
        // By place: a flow is too large to be copied a hundred thousand times between two keys.
        let flows = source.flows
        let seen = flows.indices.reduce(into: FlowTrouble()) { $0.formUnion(flows[$1].trouble) }
        while let place = trouble, !seen.contains(FlowTrouble.all[place].trouble) {
            trouble = place + 1 < FlowTrouble.all.count ? place + 1 : nil
        }
        choose(source)
    }

    /// The rows that the filter lets through.
    private mutating func choose(_ source: Source) {
        self.flows = ListState()
        let wanted = trouble.map { FlowTrouble.all[$0].trouble }
        let order = source.exhibit.run?.report.digests?.byStart ?? []
        if wanted == nil, server == nil {
            rows = byStart ? order : nil
            return
        }
        let all = byStart && !order.isEmpty ? order : Array(0..<UInt32(source.flows.count))
        let flows = source.flows
        rows = all.filter { place in
            if let wanted, !flows[Int(place)].trouble.contains(wanted) { return false }
            return server.map { flows[Int(place)].server == $0 } ?? true
        }
    }
}
