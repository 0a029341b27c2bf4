public import TerminalUI
import Triage

/// Where packets can be captured here and now, and with what right; one is chosen.
public struct LiveScreen: ScreenPart {
    public let title = "live"
    private var list = ListState()

    public init() {}

    public func keys(_ model: Model) -> Keymap<Command> {
        let own: [Keys.Binding] = [
            .init(
                [.enter, .character("l"), .right], .open, hint: "capture here",
                help: "Capture on the chosen interface; findings are shown as they arise."),
            .init(
                [.character("w")], .saveSlice, hint: "capture and save",
                help: "Capture here and save all packets in a new file: flows can then be read."),
            .back,
            .init([.character("r")], .refresh, hint: "look again", help: "Look again."),
        ]
        return Keys(own + Keys.Binding.moves + Keys.Binding.everywhere)
    }

    public mutating func opened(_ model: inout Model) -> [Effect] { [.listInterfaces] }

    private static let heads = 2

    public func draw(_ model: Model, in rect: Rect, on grid: inout CellGrid) {
        guard let places = model.exhibits.interfaces else {
            grid.write("Looking for interfaces…", x: rect.x + 1, y: rect.y)
            return
        }
        let (top, body) = rect.split(top: Self.heads)
        var page = Page(width: rect.width - 2)
        page.paragraph(
            places.mayCapture
                ? "This process may capture. Promiscuous mode stays off; X ends a capture."
                : "No right to capture (CAP_NET_RAW): run inquest by sudo, or grant it once by "
                    + "setcap cap_net_raw+ep.",
            style: places.mayCapture ? .dim : .caution)
        page.draw(in: top.inset(left: 1, right: 1), from: 0, on: &grid)
        let all = places.interfaces
        if all.isEmpty {
            grid.write("libpcap lists no interface.", x: body.x + 1, y: body.y, style: .dim)
        }
        var list = list
        list.clamp(count: all.count, page: body.height)
        for (index, interface) in all.enumerated().dropFirst(list.offset).prefix(body.height) {
            let y = body.y + index - list.offset
            grid.write(
                CharacterWidth.cut(Self.words(interface, body.width), to: body.width - 2),
                x: body.x + 1, y: y, style: interface.isUp ? .plain : .dim)
            if index == list.selected {
                grid.select(Rect(x: body.x, y: y, width: body.width, height: 1))
            }
        }
        Scroll.marks(first: list.offset, count: all.count, in: body, on: &grid)
    }

    private static func words(_ interface: CapturePlaces.Interface, _ width: Int) -> String {
        var words = [interface.isUp ? "up" : "down"]
        if interface.isLoopback { words.append("loopback") }
        if interface.name == "any" { words.append("all interfaces together") }
        return CharacterWidth.fit(interface.name, to: min(20, width / 3)) + " "
            + words.joined(separator: ", ")
    }

    public mutating func move(_ motion: Motion, _ model: Model) {
        list.move(
            motion, count: model.exhibits.interfaces?.interfaces.count ?? 0,
            page: model.body.height - Self.heads)
    }

    public mutating func choose(row: Int, _ model: Model) -> Bool {
        list.choose(
            row: row - Self.heads, count: model.exhibits.interfaces?.interfaces.count ?? 0,
            page: model.body.height - Self.heads)
    }

    public mutating func perform(
        _ command: Command, _ model: inout Model, _ now: Int64
    ) -> [Effect]? {
        switch command {
        case .refresh: return [.listInterfaces]
        case .open, .saveSlice:
            guard let places = model.exhibits.interfaces,
                places.interfaces.indices.contains(list.selected)
            else { return [] }
            guard places.mayCapture else {
                model.notice = "This process has no right to capture."
                return []
            }
            let name = places.interfaces[list.selected].name
            if command == .saveSlice {
                model.prompt = .liveFile(interface: name, LineEditor("\(name).pcap"))
                return []
            }
            return model.captureLive(on: name, file: nil)
        default: return nil
        }
    }
}

extension Model {
    /// Begins to capture; its traffic is shown at once.
    mutating func captureLive(on interface: String, file: String?) -> [Effect] {
        let path = file ?? interface
        guard !jobs.contains(where: { $0.title == Self.liveTitle(interface) }) else {
            notice = "\(interface) is being captured already. X ends it."
            return []
        }
        expectCapture(path, job: nextJob, isOnDisk: file != nil)
        let effects = startJob(Self.liveTitle(interface), steps: [OpenSteps.captureStep]) {
            .captureLive(job: $0, interface: interface, file: file)
        }
        var traffic = TrafficScreen()
        traffic.tab = .found
        return effects + open(traffic)
    }

    private static func liveTitle(_ interface: String) -> String { "capturing on \(interface)" }
}
