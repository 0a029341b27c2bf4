import Dissection
public import TrafficAnalysis

extension FlowLadder {
    /// One row, in parts that may be drawn in different styles.
    public struct Text: Hashable, Sendable {
        /// Seconds since the flow's first packet, and the packet's number.
        public var margin: String
        /// The lines of both ends and what is between them.
        public var body: String
        public var isTrouble: Bool
    }

    /// What arrows and lines are drawn with.
    public struct Characters: Sendable {
        let line: String
        /// Where packets are left out.
        let broken: String
        let dash: String
        let left: String
        let right: String

        public static let box = Characters(
            line: "│", broken: "∶", dash: "─", left: "◀", right: "▶")
        public static let ascii = Characters(
            line: "|", broken: ":", dash: "-", left: "<", right: ">")
    }

    /// Cells of the margin.
    public static let marginWidth = 19

    /// - Parameter width: cells of the whole row.
    public func text(_ row: Int, width: Int, with characters: Characters = .box) -> Text {
        let room = max(12, width - Self.marginWidth - 2)
        let line = characters.line
        switch rows[row] {
        case .packet(let index):
            let packet = trace.packets[index]
            return Text(
                margin: margin(packet), body: line + Self.arrow(packet, room, characters) + line,
                isTrouble: packet.isTrouble)
        case .gap(_, let words):
            return Text(
                margin: Self.blank(Self.marginWidth),
                body: line + Self.centred(words, room) + line, isTrouble: false)
        case .leftOut(_, let count):
            return Text(
                margin: Self.blank(Self.marginWidth),
                body: characters.broken
                    + Self.centred("\(Figures.plural(count, "packet")) left out", room)
                    + characters.broken,
                isTrouble: false)
        }
    }

    /// Both ends above their lines.
    public func heading(width: Int) -> String {
        let room = max(12, width - Self.marginWidth)
        let (client, server) = (Self.name(trace.client), Self.name(trace.server))
        let gap = room - client.count - server.count
        return Self.blank(Self.marginWidth) + client + Self.blank(max(2, gap)) + server
    }

    /// `10.0.0.1:443`, `[::1]:443`
    public static func name(_ end: FlowRecord.Endpoint) -> String {
        end.address.isIPv4 ? "\(end.address):\(end.port)" : "[\(end.address)]:\(end.port)"
    }

    private func margin(_ packet: FlowTrace.Packet) -> String {
        let since = packet.time - (trace.packets.first?.time ?? packet.time)
        let span = (trace.packets.last?.time ?? 0) - (trace.packets.first?.time ?? 0)
        // A week to the millisecond takes ten cells.
        let time = Figures.fixed(Double(since) / 1e9, span < 100_000_000_000 ? 6 : 3)
        return Self.right(time, 10) + Self.right(String(packet.number), 8) + " "
    }

    private static func arrow(
        _ packet: FlowTrace.Packet, _ width: Int, _ characters: Characters
    ) -> String {
        let ends = characters.dash + characters.dash
        let label = String(packet.label.prefix(width - 6))
        let rest = String(
            repeating: characters.dash, count: max(0, width - 5 - label.count))
        return packet.fromClient
            ? "\(ends) \(label) \(rest)\(characters.right)"
            : "\(characters.left)\(rest) \(label) \(ends)"
    }

    private static func centred(_ text: String, _ width: Int) -> String {
        let text = String(text.prefix(width))
        let left = (width - text.count) / 2
        return blank(left) + text + blank(width - text.count - left)
    }

    private static func right(_ text: String, _ width: Int) -> String {
        blank(max(0, width - text.count)) + text
    }

    private static func blank(_ count: Int) -> String { String(repeating: " ", count: count) }
}

extension FlowTrace.Packet {
    /// What it is, in a few words of ASCII: `sent again: ClientHello (517)`.
    public var label: String {
        var words: [String] = []
        if flags.contains("SYN") { words.append(flags.contains("ACK") ? "SYN-ACK" : "SYN") }
        if flags.contains("FIN") { words.append("FIN") }
        if flags.contains("RST") { words.append("RST") }
        if !names.isEmpty {
            words.append(Self.ascii(names.joined(separator: ", ")) + " (\(length))")
        } else if length > 0 {
            words.append(Figures.plural(length, "byte"))
        } else if words.isEmpty {
            words.append(marks.contains(.duplicateACK) ? "duplicate ACK" : "ACK")
        }
        if window == 0, !flags.contains("RST"), !flags.contains("SYN") { words.append("window 0") }
        return prefix + words.joined(separator: ", ")
    }

    private var prefix: String {
        if marks.contains(.capturedTwice) { return "captured twice: " }
        if marks.contains(.sentAgain) { return "sent again: " }
        return marks.contains(.outOfOrder) ? "out of order: " : ""
    }

    /// Captured text is of any script; an arrow is drawn a cell a character.
    private static func ascii(_ text: String) -> String {
        String(
            text.unicodeScalars.map { (0x20...0x7E).contains($0.value) ? Character($0) : "?" })
    }

    public var isTrouble: Bool {
        flags.contains("RST") || !marks.isDisjoint(with: [.sentAgain, .outOfOrder, .zeroWindow])
            || names.contains { $0.hasPrefix("fatal alert") }
    }
}
