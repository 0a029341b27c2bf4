internal import Casebook
internal import Dissection

/// What an ICMP or ICMPv6 error is about (RFC 792, RFC 4443): behind type, code, checksum and four
/// bytes it sends the beginning of the packet along.
struct QuotedPacket {
    /// IP protocol number.
    let transport: UInt8
    let source: IPAddress
    let destination: IPAddress
    let sourcePort: UInt16
    let destinationPort: UInt16

    /// - Parameter bytes: from the ICMP header on. `nil` where the ports are not all there.
    init?(_ bytes: RawSpan) {
        guard bytes.byteCount >= 8 + 20 else { return nil }
        let quoted = bytes.extracting(8..<bytes.byteCount)
        let header: Int
        switch quoted.byte(at: 0) >> 4 {
        case 4:
            header = Int(quoted.byte(at: 0) & 0xF) * 4
            transport = quoted.byte(at: 9)
            source = IPAddress(ipv4: quoted.uint32(at: 12))
            destination = IPAddress(ipv4: quoted.uint32(at: 16))
        case 6:
            header = 40
            guard quoted.byteCount >= header else { return nil }
            transport = quoted.byte(at: 6)
            source = IPAddress(high: quoted.uint64(at: 8), low: quoted.uint64(at: 16))
            destination = IPAddress(high: quoted.uint64(at: 24), low: quoted.uint64(at: 32))
        default: return nil
        }
        guard header >= 20, quoted.byteCount >= header + 4 else { return nil }
        sourcePort = quoted.uint16(at: header)
        destinationPort = quoted.uint16(at: header + 2)
    }

    /// The TCP connection that it belongs to.
    var flow: FlowKey? {
        guard transport == 6 else { return nil }
        var segment = TCPSegment()
        segment.source = source
        segment.destination = destination
        segment.sourcePort = sourcePort
        segment.destinationPort = destinationPort
        return FlowKey.of(segment).key
    }

    /// What a client asked over UDP: the port is one of a service, the asker's is not (so neither an
    /// answer that came too late for its asker, nor a trace of the route).
    var service: Endpoint? {
        guard transport == 17, sourcePort >= 1024, destinationPort < 1024 else { return nil }
        return Endpoint(address: destination, port: destinationPort)
    }
}

/// Errors of routers and hosts that quote a connection of the capture, or a question over UDP.
struct ICMPAnalyzer: DatagramAnalyzer {
    static let establishes: [FactID] = [
        "capture.icmp.too-big", "capture.icmp.unreachable", "capture.icmp.udp-unreachable",
    ]

    private var tooBig = Tally()
    private var unreachable = Tally()
    private var unheard = DatagramTally()
    /// Services that could not be reached, the first so many, and whether somebody on the way said
    /// so and not the host.
    private var services: [Endpoint: (count: Int, onTheWay: Bool)] = [:]
    private static let serviceLimit = 64
    /// The smallest one named.
    private var mtu: Int?

    mutating func visit(_ datagram: Datagram, _ bytes: RawSpan) {
        guard case .ip(let transport) = datagram.kind, transport == 1 || transport == 58 else {
            return
        }
        guard let flow = datagram.quotedFlow else {
            if let service = QuotedPacket(bytes)?.service {
                visit(datagram, bytes, transport, about: service)
            }
            return
        }
        let (type, code) = (bytes.byte(at: 0), bytes.byte(at: 1))
        let place = Place(flow: flow, packet: datagram.number, time: datagram.time)
        switch (transport, type, code) {
        case (1, 3, 4):
            tooBig.add(place)
            note(mtu: Int(bytes.uint16(at: 6)))
        case (58, 2, _):
            tooBig.add(place)
            note(mtu: Int(bytes.uint32(at: 4)))
        case (1, 3, _), (58, 1, _): unreachable.add(place)
        default: break
        }
    }

    private mutating func visit(
        _ datagram: Datagram, _ bytes: RawSpan, _ transport: UInt8, about service: Endpoint
    ) {
        switch (transport, bytes.byte(at: 0), bytes.byte(at: 1)) {
        case (1, 3, let code) where code != 4: break
        case (58, 1, _): break
        default: return
        }
        unheard.add(datagram.number, datagram.time)
        guard services[service] != nil || services.count < Self.serviceLimit else { return }
        services[service, default: (0, datagram.source != service.address)].count += 1
    }

    /// The service of most messages.
    private var unheardWords: String {
        let most = services.max { left, right in
            (left.value.count, Pair(client: right.key.address, server: right.key))
                < (right.value.count, Pair(client: left.key.address, server: left.key))
        }
        guard let most else { return "" }
        return most.value.onTheWay
            ? "UDP port \(most.key.port) of \(most.key.address) cannot be reached: somebody on the "
                + "way says so"
            : "nobody listens on UDP port \(most.key.port) of \(most.key.address)"
    }

    /// Routers older than RFC 1191 name none: 0.
    private mutating func note(mtu: Int) {
        if mtu > 0 { self.mtu = min(self.mtu ?? mtu, mtu) }
    }

    func conclude(_ capture: CaptureContext, _ flows: FlowNotes) -> [Evidence] {
        tooBig.evidence(
            "capture.icmp.too-big", capture,
            present: "\(counted(tooBig.count, "ICMP message")) said that packets of a connection "
                + "are too big for the path" + (mtu.map { ": the MTU is \($0) bytes" } ?? ""),
            absent: "",
            measure: mtu.map { Evidence.Measure(value: Double($0), unit: "bytes") })
            + unreachable.evidence(
                "capture.icmp.unreachable", capture,
                present: "\(counted(unreachable.count, "ICMP message")) said that the other end "
                    + "of a connection cannot be reached, or must not be",
                absent: "")
            + unheard.evidence(
                "capture.icmp.udp-unreachable", capture,
                present: "\(counted(unheard.count, "question")) over UDP answered by ICMP: "
                    + unheardWords,
                absent: "")
    }
}
