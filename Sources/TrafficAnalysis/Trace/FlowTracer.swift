public import Dissection

/// Picks the packets of one flow out of a capture and says of each what it was, by the rules by
/// which the whole capture is analysed.
public struct FlowTracer: ~Copyable {
    /// What is kept of a long flow.
    private static let (first, last, around) = (400, 400, 200)

    private let key: FlowKey
    private let number: Int
    private let firstPacket: Int
    private let cited: Int?
    private var flow: Flow?
    private var tables = SideTables()
    private var segment = TCPSegment()
    private var head: [Traced] = []
    private var nearby: [Traced] = []
    private var tail: [Traced] = []
    /// Packets so far.
    public private(set) var total = 0
    private var followed = 0

    private struct Traced {
        var packet: FlowTrace.Packet
        var direction: Int
    }

    /// - Parameters:
    ///   - flow: its number, for the title alone.
    ///   - firstPacket: where it begins; an earlier flow may have the same endpoints.
    ///   - cited: a packet that is to be kept, with those around it.
    public init(
        flow: Int, _ one: FlowRecord.Endpoint, _ other: FlowRecord.Endpoint, firstPacket: Int,
        cited: Int?
    ) {
        var segment = TCPSegment()
        (segment.source, segment.sourcePort) = (one.address, one.port)
        (segment.destination, segment.destinationPort) = (other.address, other.port)
        key = FlowKey.of(segment).key
        number = flow
        self.firstPacket = firstPacket
        self.cited = cited
        tables.journal = FlowJournal()
    }

    /// Takes a packet of the capture.
    ///
    /// - Returns: `false` when the next flow of these endpoints begins: this one has no more.
    public mutating func packet(
        _ packet: RawSpan, number: Int, time: Int64, wireLength: Int, link: LinkType
    ) -> Bool {
        guard number >= firstPacket,
            dissect(packet, link: link, wireLength: wireLength, into: &segment) == .tcp
        else { return true }
        let time = CaptureAnalysis.bounded(time)
        let (key, fromUpper) = FlowKey.of(segment)
        guard key == self.key else { return true }
        if let flow {
            if segment.flags.contains(.syn),
                flow.isFollowed(by: segment, direction: fromUpper ? 1 : 0)
            {
                return false
            }
        } else {
            flow = Flow(
                key: key, number: self.number, segment: segment, fromUpper: fromUpper, link: link,
                time: time, packet: number)
        }
        trace(packet, direction: fromUpper ? 1 : 0, number: number, time: time)
        return true
    }

    private mutating func trace(
        _ packet: RawSpan, direction d: Int, number: Int, time: Int64
    ) {
        let before = counts(d)
        tables.journal?.clear()
        flow?.observe(
            segment, packet, direction: d,
            at: PacketPlace(number: UInt32(truncatingIfNeeded: number), time: time),
            tables: &tables)
        guard let flow else { return }
        let after = counts(d)
        var marks: FlowTrace.Packet.Marks = []
        if after.retransmitted > before.retransmitted { marks.insert(.sentAgain) }
        if after.outOfOrder > before.outOfOrder { marks.insert(.outOfOrder) }
        if after.duplicateACKs > before.duplicateACKs { marks.insert(.duplicateACK) }
        if after.zeroWindows > before.zeroWindows { marks.insert(.zeroWindow) }
        if after.capturedTwice > before.capturedTwice { marks.insert(.capturedTwice) }
        if segment.capturedPayload < segment.payloadLength { marks.insert(.cut) }
        let mine = flow.directions[d]
        let peer = flow.directions[1 - d]
        let ack = segment.acknowledgement &- (peer.has.contains(.started) ? peer.base : 0) &+ 1
        keep(
            Traced(
                packet: FlowTrace.Packet(
                    number: number, place: total, time: time, fromClient: false,
                    flags: segment.flags.names, sequence: segment.sequence &- mine.base &+ 1,
                    acknowledgement: segment.flags.contains(.ack) ? ack : nil,
                    length: segment.payloadLength, window: segment.window,
                    timeToLive: segment.timeToLive, marks: marks,
                    names: names(packet, isNew: !marks.contains(.sentAgain))),
                direction: d))
    }

    private func counts(_ d: Int) -> RareDirection {
        tables.rare.recordOrInitial(flow?.rare[d] ?? -1)
    }

    private func names(_ packet: RawSpan, isNew: Bool) -> [String] {
        if let names = tables.journal?.names, !names.isEmpty { return names }
        guard isNew, segment.capturedPayload > 0 else { return [] }
        let start = segment.payloadOffset
        let payload = packet.extracting(start..<(start + segment.capturedPayload))
        if let head = HTTPRequestHead(payload) {
            return ["\(head.method) \(head.target)".bounded]
        }
        if let head = HTTPResponseHead(payload) {
            return ["HTTP \(head.status) \(head.reason)".bounded]
        }
        return []
    }

    private mutating func keep(_ traced: Traced) {
        total += 1
        if head.count < Self.first {
            head.append(traced)
            return
        }
        if traced.packet.number == cited {
            nearby = Array(tail.suffix(Self.around / 2))
            followed = Self.around / 2 + 1
        }
        if followed > 0 {
            nearby.append(traced)
            followed -= 1
        }
        tail.append(traced)
        if tail.count >= 2 * Self.last { tail.removeFirst(tail.count - Self.last) }
    }

    /// - Returns: `nil` when no packet of it was met.
    public consuming func finish() -> FlowTrace? {
        guard let flow else { return nil }
        if tail.count > Self.last { tail.removeFirst(tail.count - Self.last) }
        let start = tail.first?.packet.place ?? .max
        let kept = head + nearby.filter { $0.packet.place < start } + tail
        return FlowTrace(
            flow: number,
            client: FlowRecord.Endpoint(
                address: key.address(flow.client), port: key.port(flow.client)),
            server: FlowRecord.Endpoint(
                address: key.address(flow.server), port: key.port(flow.server)),
            packets: kept.map { traced in
                var packet = traced.packet
                packet.fromClient = traced.direction == flow.client
                return packet
            }, total: total)
    }
}

extension String {
    /// Captured text can be as long as a packet.
    fileprivate var bounded: String { String(prefix(80)) }
}

extension TCPFlags {
    /// As RFC 9293 §3.1 names them, those that open and close first.
    fileprivate var names: [String] {
        let all: [(TCPFlags, String)] = [
            (.syn, "SYN"), (.fin, "FIN"), (.rst, "RST"), (.psh, "PSH"), (.ack, "ACK"),
            (.urg, "URG"), (.ece, "ECE"), (.cwr, "CWR"),
        ]
        return all.filter { contains($0.0) }.map(\.1)
    }
}
