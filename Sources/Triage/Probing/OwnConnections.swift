import Dissection
import PacketCapture
import Probes

/// The connections that probes made, to tell their packets from other people's.
struct OwnConnections {
    private struct Endpoint: Hashable {
        var address: IPAddress
        var port: UInt16
    }

    private struct Pair: Hashable {
        var local: Endpoint
        var remote: Endpoint
    }

    /// A connect that never told its own port: refused or unanswered.
    private struct Attempt {
        var remote: Endpoint
        /// Nanoseconds since 1970.
        var from: Int64
        var to: Int64
    }

    private var pairs: Set<Pair> = []
    private var attempts: [Attempt] = []

    /// Between the clock's reading in the probe and the kernel's time stamp.
    private static let slack: Int64 = 2_000_000

    init(_ reports: [ProbeReport]) {
        for timeline in reports.flatMap(\.timelines) {
            guard let remote = Self.endpoint(timeline.remote) else { continue }
            if let local = timeline.local.flatMap(Self.endpoint) {
                pairs.insert(Pair(local: local, remote: remote))
            } else {
                let length = timeline.stages.map { $0.start + $0.duration }.max() ?? 0
                attempts.append(
                    Attempt(
                        remote: remote, from: timeline.start - Self.slack,
                        to: timeline.start + length + Self.slack))
            }
        }
    }

    /// Finds the ports of connects that never told theirs: the one SYN to the address in that time.
    /// Where other people's SYNs are among them, nobody knows which is ours.
    mutating func find(in buffer: PacketBuffer) {
        var candidates = [Set<Pair>](repeating: [], count: attempts.count)
        buffer.forEach { segment, record in
            guard segment.flags.contains(.syn), !segment.flags.contains(.ack) else { return false }
            let pair = Self.pair(from: segment)
            for (place, attempt) in attempts.enumerated()
            where attempt.remote == pair.remote && attempt.from...attempt.to ~= record.time {
                candidates[place].insert(pair)
            }
            return false
        } _: { _, _ in
        }
        for found in candidates {
            let unknown = found.subtracting(pairs)
            if unknown.count == 1 { pairs.formUnion(unknown) }
        }
    }

    func holds(_ segment: TCPSegment, _ record: PacketRecord) -> Bool {
        let pair = Self.pair(from: segment)
        return pairs.contains(pair)
            || pairs.contains(Pair(local: pair.remote, remote: pair.local))
    }

    private static func pair(from segment: TCPSegment) -> Pair {
        Pair(
            local: Endpoint(address: segment.source, port: segment.sourcePort),
            remote: Endpoint(address: segment.destination, port: segment.destinationPort))
    }

    /// `127.0.0.1:443`, `[::1]:443`; a zone is left out.
    private static func endpoint(_ text: String) -> Endpoint? {
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...])
        else { return nil }
        let host = text[..<colon].filter { $0 != "[" && $0 != "]" }.prefix { $0 != "%" }
        return IPAddress(String(host)).map { Endpoint(address: $0, port: port) }
    }
}
