internal import Casebook
internal import Dissection

/// Turns packets that are not TCP into findings: sees each once, and at the end of the capture says
/// what they show together with the TCP connections around them.
///
/// One analyzer is one file and one line in `datagramAnalyzers`; `absent` as with `Analyzer`.
protocol DatagramAnalyzer: SendableMetatype {
    /// The findings it can establish, with ids of `casebook/findings.yaml`.
    static var establishes: [FactID] { get }
    init()
    /// - Parameter bytes: from the header behind IP on; of ARP, the ARP packet.
    mutating func visit(_ datagram: Datagram, _ bytes: RawSpan)
    func conclude(_ capture: CaptureContext, _ flows: FlowNotes) -> [Evidence]
}

/// Every analyzer of datagrams, in the order in which findings are listed.
let datagramAnalyzers: [any DatagramAnalyzer.Type] = [
    ICMPAnalyzer.self, ARPAnalyzer.self, VRRPAnalyzer.self, QUICAnalyzer.self, DNSAnalyzer.self,
]

/// A packet that is not TCP.
struct Datagram {
    enum Kind {
        case arp
        /// IP protocol number.
        case ip(UInt8)
    }

    let kind: Kind
    let source: IPAddress
    let destination: IPAddress
    let number: UInt32
    let time: Int64
    /// Of an ICMP error: the connection it quotes, when the capture has it open.
    let quotedFlow: UInt32?
}

/// A UDP header (RFC 768): source port, destination port, length, checksum.
struct UDPHeader {
    let sourcePort: UInt16
    let destinationPort: UInt16
    static let size = 8

    /// `nil` when the bytes are not all there.
    init?(_ bytes: RawSpan) {
        guard bytes.byteCount >= Self.size else { return nil }
        sourcePort = bytes.uint16(at: 0)
        destinationPort = bytes.uint16(at: 2)
    }
}

/// Where instances among datagrams were seen; there are no flow numbers.
struct DatagramTally {
    private(set) var count = 0
    /// All of flow 0.
    private(set) var places: [Place] = []
    var opportunities = 0

    /// In any order: of more than `Tally.placeLimit` those are kept that come first in the capture.
    mutating func add(_ packet: UInt32, _ time: Int64) {
        count += 1
        Tally.keep(Place(flow: 0, packet: packet, time: time), in: &places)
    }

    func evidence(
        _ id: FactID, _ capture: CaptureContext, present: @autoclosure () -> String,
        absent: @autoclosure () -> String, measure: Evidence.Measure? = nil, atLeast: Int = 1
    ) -> [Evidence] {
        guard opportunities > 0 || count >= atLeast else { return [] }
        let isPresent = count >= atLeast
        return [
            Evidence(
                id: id, kind: .finding, state: isPresent ? .present : .absent,
                source: "capture:\(capture.file)", count: isPresent ? count : 0,
                summary: isPresent ? present() : absent(),
                measure: isPresent
                    ? measure ?? Evidence.Measure(value: Double(count), unit: "count") : nil,
                locations: isPresent
                    ? places.map {
                        Evidence.Location(
                            file: capture.file, packet: Int($0.packet), time: $0.time)
                    } : [])
        ]
    }
}

/// Two hosts, whatever the ports.
struct Endpoints: Hashable {
    var client: IPAddress
    var server: IPAddress
}

/// What analyzers of datagrams ask of the connections around them.
struct FlowNotes {
    struct Note {
        var client: IPAddress
        /// Into `CaptureContext.servers`.
        var server: UInt32
        var first: Int64
        var firstPacket: UInt32
        /// 0 when there was none.
        var established: Int64
        var firstServerPayload: Int64
        var synUnanswered: Bool
    }

    private(set) var notes = Chunked<Note>()
    /// Nothing is kept before a datagram asks for it.
    var isWanted = false
    private static let limit = 200_000

    mutating func add(_ facts: FlowFacts) {
        guard isWanted, notes.count < Self.limit else { return }
        notes.append(
            Note(
                client: facts.pair.client, server: facts.serverNumber, first: facts.flow.firstTime,
                firstPacket: facts.flow.firstPacket, established: facts.flow.establishedTime,
                firstServerPayload: facts.server.firstPayloadTime,
                synUnanswered: facts.client.syn > 0 && facts.server.packets == 0))
    }
}

/// All analyzers of datagrams of one capture.
struct DatagramExamination {
    private var running = datagramAnalyzers.map { $0.init() }
    private var flows = FlowNotes()

    /// - Parameters:
    ///   - bytes: what the segment's offsets count in.
    ///   - quoted: the place of the flow of a key, when it is open.
    mutating func visit(
        _ verdict: PacketVerdict, _ bytes: RawSpan, _ segment: TCPSegment, link: LinkType,
        number: UInt32, time: Int64, quoted: (FlowKey) -> UInt32?
    ) {
        if verdict == .notIP {
            guard let offset = Self.arp(bytes, link) else { return }
            let datagram = Datagram(
                kind: .arp, source: IPAddress(), destination: IPAddress(),
                number: number, time: time, quotedFlow: nil)
            show(datagram, bytes.extracting(offset..<bytes.byteCount))
        } else if verdict == .notTCP {
            let start = segment.payloadOffset
            let inside = bytes.extracting(start..<start + segment.capturedPayload)
            if segment.transport == 17 { flows.isWanted = true }
            let isICMP = segment.transport == 1 || segment.transport == 58
            let datagram = Datagram(
                kind: .ip(segment.transport), source: segment.source,
                destination: segment.destination, number: number, time: time,
                quotedFlow: isICMP ? QuotedPacket(inside)?.flow.flatMap(quoted) : nil)
            show(datagram, inside)
        }
    }

    private mutating func show(_ datagram: Datagram, _ bytes: RawSpan) {
        for index in running.indices { running[index].visit(datagram, bytes) }
    }

    mutating func visit(_ facts: FlowFacts) { flows.add(facts) }

    /// What the flows to port 53 held.
    mutating func take(_ streams: DNSOverTCP) {
        for index in running.indices {
            guard var dns = running[index] as? DNSAnalyzer else { continue }
            dns.take(streams)
            running[index] = dns
        }
    }

    /// The questions of DNS, for who lists rows.
    func listQueries(in rows: inout TrafficRows?) {
        guard rows != nil else { return }
        for case let dns as DNSAnalyzer in running {
            dns.traffic(end: .max, flows)
                .forEachAttempt { rows?.dnsQueries.append(DNSQueryRow($0, attempt: $1)) }
        }
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        running.flatMap { $0.conclude(capture, flows) }
    }

    /// Where an ARP packet begins behind Ethernet and VLAN tags.
    static func arp(_ bytes: RawSpan, _ link: LinkType) -> Int? {
        guard link == .ethernet else { return nil }
        var offset = 12
        for _ in 0..<3 {
            guard bytes.byteCount >= offset + 2 else { return nil }
            switch bytes.uint16(at: offset) {
            case 0x0806: return offset + 2
            case 0x8100, 0x88A8: offset += 4
            default: return nil
            }
        }
        return nil
    }
}
