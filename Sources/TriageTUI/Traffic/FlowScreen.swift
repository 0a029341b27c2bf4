public import TerminalUI
import TrafficAnalysis
import Triage

/// One flow as a ladder of its packets.
public struct FlowScreen: ScreenPart {
    let path: String
    /// The packet that somebody came for.
    let cited: Int?
    /// While the capture is read.
    var job: Int?
    private var ladder: FlowLadder?
    /// A place in the packets of the ladder.
    private var selected = 0
    private var offset = 0

    public let title = "flow"

    init(path: String, cited: Int?) {
        self.path = path
        self.cited = cited
    }

    public func keys(_ model: Model) -> Keymap<Command> {
        let own: [Keys.Binding] = [
            .init(
                [.character("n"), .character("]")], .nextPlace, hint: "next trouble",
                help: "The next packet in trouble: RST, sent again, fatal alert."),
            .back,
            .init(
                [.character("N"), .character("[")], .previousPlace,
                help: "The packet in trouble before."),
            .init(
                [.character("+"), .character("=")], .narrow, hint: "finer",
                help: "An empty row stands for less time."),
            .init(
                [.character("-")], .widen, hint: "coarser",
                help: "An empty row stands for more time."),
            .init(
                [.character("c")], .copy, hint: "copy tshark",
                help: "Copy the command that shows this flow in tshark."),
        ]
        return Keys(
            own + Keys.Binding.moves
                + [.init([.character("X")], .cancelJobs, help: "Stop reading.")]
                + Keys.Binding.everywhere)
    }

    mutating func take(_ trace: FlowTrace) {
        job = nil
        let ladder = FlowLadder(trace)
        self.ladder = ladder
        selected = cited.flatMap { ladder.index(ofPacket: $0) } ?? firstTrouble(trace) ?? 0
    }

    private func firstTrouble(_ trace: FlowTrace) -> Int? {
        trace.packets.firstIndex { $0.isTrouble }
    }

    private static let heads = 2
    private static let details = 2

    private func rows(_ rect: Rect) -> Int { max(1, rect.height - Self.heads - Self.details) }

    public func draw(_ model: Model, in rect: Rect, on grid: inout CellGrid) {
        guard let ladder else {
            grid.write(
                job == nil ? "It could not be read." : "Reading the packets of the flow…",
                x: rect.x + 1, y: rect.y, limit: rect.x + rect.width)
            return
        }
        head(ladder, in: rect, on: &grid)
        let body = Rect(
            x: rect.x, y: rect.y + Self.heads, width: rect.width, height: rows(rect))
        let first = offset(ladder, rows: body.height)
        for line in 0..<min(body.height, ladder.rows.count - first) {
            draw(ladder, row: first + line, x: body.x, y: body.y + line, body, on: &grid)
        }
        Scroll.marks(first: first, count: ladder.rows.count, in: body, on: &grid)
        let packet = ladder.trace.packets[selected]
        for (line, text) in PacketWords.lines(packet, cited: cited).enumerated() {
            grid.write(
                CharacterWidth.cut(text, to: rect.width - 2), x: rect.x + 1,
                y: body.y + body.height + line, style: line == 0 ? .strong : .plain)
        }
    }

    private func offset(_ ladder: FlowLadder, rows: Int) -> Int {
        Scroll.offset(
            offset, showing: ladder.row(ofPacket: selected), rows: rows,
            count: ladder.rows.count)
    }

    private func draw(
        _ ladder: FlowLadder, row: Int, x: Int, y: Int, _ body: Rect, on grid: inout CellGrid
    ) {
        let text = ladder.text(row, width: body.width - 1)
        let next = grid.write(text.margin, x: x, y: y, style: .dim)
        grid.write(
            text.body, x: next, y: y, style: text.isTrouble ? .alarm : .plain,
            limit: x + body.width)
        if ladder.rows[row] == .packet(selected) {
            grid.select(Rect(x: x, y: y, width: body.width, height: 1))
        }
    }

    /// The flow, then the names of its two ends above their lines.
    private func head(_ ladder: FlowLadder, in rect: Rect, on grid: inout CellGrid) {
        let trace = ladder.trace
        Widgets.rule(
            "Flow \(trace.flow), \(Figures.plural(trace.total, "packet"))",
            note: "an empty row is \(Figures.seconds(ladder.scale))", in: rect.split(top: 1).top,
            on: &grid)
        let y = rect.y + 1
        grid.write("seconds  packet", x: rect.x + 3, y: y, style: .dim)
        let start = rect.x + FlowLadder.marginWidth
        let half = (rect.width - FlowLadder.marginWidth) / 2 - 1
        grid.write(
            CharacterWidth.cut(trace.client.text, to: half), x: start, y: y, style: .strong)
        let server = CharacterWidth.cut(trace.server.text, to: half)
        grid.write(
            server, x: rect.x + rect.width - 1 - CharacterWidth.of(server), y: y, style: .strong)
    }

    public mutating func move(_ motion: Motion, _ model: Model) {
        guard let ladder else { return }
        let rows = rows(model.body)
        selected = motion.apply(to: selected, count: ladder.trace.packets.count, page: rows)
        offset = offset(ladder, rows: rows)
    }

    public mutating func choose(row: Int, _ model: Model) -> Bool {
        guard let ladder else { return false }
        let rows = rows(model.body)
        let line = row - Self.heads
        let place = offset(ladder, rows: rows) + line
        if line >= 0, line < rows, ladder.rows.indices.contains(place),
            case .packet(let index) = ladder.rows[place]
        {
            offset = offset(ladder, rows: rows)
            selected = index
        }
        return false
    }

    public mutating func perform(
        _ command: Command, _ model: inout Model, _ now: Int64
    ) -> [Effect]? {
        switch command {
        case .nextPlace: step(1, &model)
        case .previousPlace: step(-1, &model)
        case .narrow: rescale(wider: false, model)
        case .widen: rescale(wider: true, model)
        case .copy:
            guard let flow = ladder?.trace.flow else { return [] }
            let file = CommandFilling.quoted(path)
            return [.copy("tshark -r \(file) -Y 'tcp.stream == \(flow)'")]
        case .back:
            guard let job else { return nil }
            model.screens.removeLast()
            return [.cancel(job: job)]
        default: return nil
        }
        return []
    }

    private mutating func step(_ direction: Int, _ model: inout Model) {
        guard let packets = ladder?.trace.packets else { return }
        var place = selected + direction
        while packets.indices.contains(place), !packets[place].isTrouble { place += direction }
        guard packets.indices.contains(place) else {
            model.notice = "No packet in trouble \(direction > 0 ? "behind" : "before") this one."
            return
        }
        selected = place
        if let ladder { offset = offset(ladder, rows: rows(model.body)) }
    }

    private mutating func rescale(wider: Bool, _ model: Model) {
        guard let old = ladder else { return }
        let made = FlowLadder(old.trace, scale: FlowLadder.scale(old.scale, wider: wider))
        ladder = made
        offset = offset(made, rows: rows(model.body))
    }
}

/// What is said of a packet.
enum PacketWords {
    static func lines(_ packet: FlowTrace.Packet, cited: Int?) -> [String] {
        let side = packet.fromClient ? "client" : "server"
        let first =
            "Packet \(packet.number)\(packet.number == cited ? " (cited)" : "") of the \(side): "
            + packet.label
        var facts = [
            "flags " + (packet.flags.isEmpty ? "none" : packet.flags.joined(separator: " ")),
            "seq \(packet.sequence)",
        ]
        if let ack = packet.acknowledgement { facts.append("ack \(ack)") }
        facts += ["window \(packet.window)", "TTL \(packet.timeToLive)"]
        if packet.marks.contains(.cut) { facts.append("cut by the snap length") }
        facts.append(Figures.instant(packet.time))
        return [first, facts.joined(separator: ", ")]
    }
}
