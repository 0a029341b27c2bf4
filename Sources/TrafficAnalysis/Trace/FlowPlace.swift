public import Dissection

/// Where a flow begins, by which its packets are found again.
public struct FlowPlace: Hashable, Sendable {
    public var flow: Int
    public var one: FlowRecord.Endpoint
    public var other: FlowRecord.Endpoint
    /// One-based, Wireshark's `frame.number`.
    public var firstPacket: Int
    /// How many packets it has, and when the last one came (nanoseconds since 1970), where that is
    /// known: then nobody has to read to the end of the file.
    public var packets: Int?
    public var last: Int64?

    public init(
        flow: Int, one: FlowRecord.Endpoint, other: FlowRecord.Endpoint, firstPacket: Int,
        packets: Int? = nil, last: Int64? = nil
    ) {
        self.flow = flow
        self.one = one
        self.other = other
        self.firstPacket = firstPacket
        self.packets = packets
        self.last = last
    }
}

extension FlowDigest {
    public var place: FlowPlace {
        FlowPlace(
            flow: flow, one: client, other: server, firstPacket: firstPacket, packets: packets,
            last: last)
    }
}

extension CaptureAnalysis {
    /// How many flows have begun.
    public var flowCount: Int { table.count }

    /// The flow to which a packet belongs that was taken into account just now.
    public func place(of packet: RawSpan, wireLength: Int, link: LinkType) -> FlowPlace? {
        var segment = TCPSegment()
        guard dissect(packet, link: link, wireLength: wireLength, into: &segment) == .tcp else {
            return nil
        }
        return place(of: FlowKey.of(segment).key)
    }

    /// The newest flow of a key.
    func place(of key: FlowKey) -> FlowPlace? {
        guard let index = table.find(key) else { return nil }
        let flow = table[index]
        return FlowPlace(
            flow: Int(flow.number),
            one: FlowRecord.Endpoint(address: key.lower, port: key.port(0)),
            other: FlowRecord.Endpoint(address: key.upper, port: key.port(1)),
            firstPacket: Int(flow.firstPacket))
    }
}
