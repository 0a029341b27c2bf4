public import Dissection

/// Turns the packets of one capture into flows and findings, in one pass and bounded memory.
///
/// Memory grows with the number of flows (see `Benchmarks/README.md`), never with packets or bytes.
public struct CaptureAnalysis: ~Copyable {
    let file: String
    let flowLimit: Int
    var table = FlowTable()
    var tables = SideTables()
    var packets = 0
    var bytes: UInt64 = 0
    var truncatedPackets = 0
    var undecodedPackets = 0
    /// Packets of connections beyond `flowLimit`.
    var unfollowedPackets = 0
    var oversizedPackets = 0
    var firstTime: Int64 = 0
    var lastTime: Int64 = 0
    var timeWentBack = 0
    /// The year 2116, half of what an Int64 holds.
    private static let latestTime: Int64 = 1 << 62
    private var previousTime: Int64 = .min
    private var segment = TCPSegment()

    /// - Parameters:
    ///   - file: the name that evidence cites.
    ///   - flowLimit: how many connections are followed, about 1 KB each; a flood of SYNs must not
    ///     take all memory.
    public init(file: String, flowLimit: Int = 4_000_000) {
        self.file = file
        self.flowLimit = flowLimit
    }

    /// Takes one packet into account.
    ///
    /// - Parameters:
    ///   - number: one-based, Wireshark's `frame.number`.
    ///   - time: nanoseconds since 1970.
    ///   - wireLength: bytes before a snap length cut the packet.
    public mutating func packet(
        _ packet: RawSpan, number: Int, time: Int64, wireLength: Int, link: LinkType
    ) {
        // Differences of times are taken everywhere; a hostile clock must not make one overflow.
        let time = min(max(time, 0), Self.latestTime)
        packets += 1
        bytes &+= UInt64(wireLength)
        if time < previousTime { timeWentBack += 1 }
        previousTime = time
        if packets == 1 {
            firstTime = time
            lastTime = time
        } else if time > lastTime {
            lastTime = time
        } else if time < firstTime {
            firstTime = time
        }
        if packet.byteCount < wireLength { truncatedPackets += 1 }
        if wireLength > 1522 { oversizedPackets += 1 }
        let verdict = dissect(packet, link: link, wireLength: wireLength, into: &segment)
        guard verdict == .tcp else {
            note(verdict)
            return
        }
        let (key, fromUpper) = FlowKey.of(segment)
        guard let index = flow(key, fromUpper: fromUpper, link: link, time: time, number: number)
        else {
            unfollowedPackets += 1
            return
        }
        table[index].observe(
            segment, packet, direction: fromUpper ? 1 : 0,
            at: PacketPlace(number: UInt32(truncatingIfNeeded: number), time: time),
            tables: &tables)
    }

    private mutating func note(_ verdict: PacketVerdict) {
        switch verdict {
        case .truncated, .malformed, .unsupportedLink: undecodedPackets += 1
        case .fragment, .tcp, .notIP, .notTCP: break
        }
    }

    /// The segment's flow. A SYN with another initial sequence number on a known 4-tuple opens a
    /// new one (interfaces.md §4; Wireshark does the same).
    @inline(__always)
    private mutating func flow(
        _ key: FlowKey, fromUpper: Bool, link: LinkType, time: Int64, number: Int
    ) -> Int? {
        if let index = table.find(key) {
            guard segment.flags.contains(.syn), opensAnother(index, fromUpper: fromUpper) else {
                return index
            }
        }
        if table.count >= flowLimit { return nil }
        return table.add(
            Flow(
                key: key, segment: segment, fromUpper: fromUpper, link: link, time: time,
                packet: number))
    }

    private func opensAnother(_ index: Int, fromUpper: Bool) -> Bool {
        guard !segment.flags.contains(.ack) else { return false }
        let direction = table[index].directions[fromUpper ? 1 : 0]
        return direction.has.contains(.started) && direction.base != segment.sequence &+ 1
    }

    /// Draws the conclusions. What the reader knows of the file is added by the caller.
    public consuming func finish(_ source: CaptureSource) -> CaptureReport {
        CaptureReport(self, source: source)
    }
}

/// What the reader of the file knows.
public struct CaptureSource: Sendable {
    /// `pcap` or `pcapng`.
    public var format: String
    /// tcpdump's names of the link types, in order of appearance.
    public var linkTypes: [String]
    /// Why the file ended early, `nil` when it did not.
    public var cutShort: String?
    /// What the capturing program says it had to drop (pcapng interface statistics).
    public var droppedPackets: Int

    public init(
        format: String, linkTypes: [String], cutShort: String? = nil, droppedPackets: Int = 0
    ) {
        self.format = format
        self.linkTypes = linkTypes
        self.cutShort = cutShort
        self.droppedPackets = droppedPackets
    }
}
