import Dissection
public import TrafficAnalysis

/// One connection over all points of a comparison: a line a packet, its number at each point.
///
///     10.0.0.1 port 40000 to 10.0.0.2 port 443: lost on the way
///          ms  packet                    A      B      C
///         0.0  > SYN                     1      1      1
///         0.4  < SYN ACK                 2      2      2
///         0.9  > ClientHello 517         4      4      x
public struct PathLadder: Sendable {
    public enum Kind: Sendable {
        case heads, packet, lost, pause, more
    }

    public struct Line: Sendable {
        public var text: String
        public var kind: Kind
    }

    public let path: ConnectionPath

    public init(_ path: ConnectionPath) { self.path = path }

    public static let legend =
        "> client, < server; numbers are those of the packet in each capture, - not seen, "
        + "x lost before it"

    public var title: String {
        "\(path.client.address) port \(path.client.port) to \(path.server.address) port "
            + "\(path.server.port): \(troubles)"
    }

    /// What is wrong with it, in words.
    public var troubles: String {
        var words: [String] = []
        if path.troubles.contains(.acknowledgedButLost) {
            words.append("acknowledged to the client, and lost")
        } else if path.troubles.contains(.lost) {
            words.append("lost on the way")
        }
        if path.troubles.contains(.resetNotSent) { words.append("a RST nobody sent") }
        if path.troubles.contains(.split) {
            words.append(
                "spread over " + path.splitOver.map(PointWords.letter).joined(separator: " and "))
        }
        return words.joined(separator: "; ")
    }

    /// - Parameter width: in cells; `nil` for as much as there is to say.
    public func lines(width: Int?) -> [Line] {
        let points = path.flows.indices
        let column = width.map { min(8, max(5, ($0 - Self.lead) / max(1, points.count))) } ?? 8
        let letters = points.map { Self.right(PointWords.letter($0), column) }.joined()
        var lines = [
            Line(
                text: Self.right("ms", 8) + "  " + Self.left("packet", Self.lead - 12) + letters,
                kind: .heads)
        ]
        var before = path.rows.first?.time ?? 0
        for row in path.rows {
            if row.time - before >= Self.pause {
                lines.append(
                    Line(
                        text: Self.right("...", 8)
                            + "  \(Figures.seconds(row.time - before)) later",
                        kind: .pause))
            }
            before = row.time
            let text =
                Self.right(Figures.fixed(Double(row.time - path.first) / 1e6, 1), 8) + "  "
                + Self.left(Self.words(row), Self.lead - 12)
                + points.map { Self.right(mark(row, $0), column) }.joined()
            lines.append(Line(text: text, kind: row.lostAfter == nil ? .packet : .lost))
        }
        if path.rowsLeftOut > 0 {
            lines.append(
                Line(
                    text: Self.right("", 8) + "  and \(path.rowsLeftOut) more packets", kind: .more)
            )
        }
        return lines
    }

    private static let lead = 36
    /// Pauses of half a second and more are said.
    private static let pause: Int64 = 500_000_000

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.utf8.count)) + text
    }

    /// All of it is ASCII.
    private static func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.utf8.count))
    }

    /// Flags and messages of a packet, as `SYN` or `ClientHello 517`.
    public static func words(_ row: ConnectionPath.Row) -> String {
        var words: [String] = []
        let names: [(TCPFlags, String)] = [(.syn, "SYN"), (.fin, "FIN"), (.rst, "RST")]
        words += names.filter { row.flags.contains($0.0) }.map(\.1)
        if row.flags.contains(.ack), row.length == 0 { words.append("ACK") }
        if row.length > 0 {
            words.append((row.isClientHello ? "ClientHello " : "data ") + "\(row.length)")
        }
        if row.sequence > 0, row.length > 0 { words.append("at \(row.sequence)") }
        if row.isRepeated { words.append("again") }
        return (row.fromClient ? "> " : "< ") + words.joined(separator: " ")
    }

    /// In travel order the first point behind the last that saw it.
    private func mark(_ row: ConnectionPath.Row, _ point: Int) -> String {
        if let packet = row.packets[point] { return String(packet) }
        guard let after = row.lostAfter else { return "-" }
        let behind = path.flows.indices.filter {
            (row.fromClient ? $0 > after : $0 < after) && (path.flows[$0] != nil || isLonely)
        }
        return point == (row.fromClient ? behind.first : behind.last) ? "x" : "-"
    }

    /// Only one point saw the connection at all.
    private var isLonely: Bool { path.flows.count { $0 != nil } == 1 }
}
