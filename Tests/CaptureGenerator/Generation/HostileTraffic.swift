/// Traffic that is made to exhaust or to confuse who analyses it.
public enum HostileTraffic: String, CaseIterable, Sendable {
    case synFlood = "syn-flood"
    case onePacketFlows = "one-packet-flows"
    case collidingTuples = "colliding-tuples"
    case overlappingSegments = "overlapping-segments"
    case sequenceWrap = "sequence-wrap"
    case zeroLengths = "zero-lengths"
    case tinyFragments = "tiny-fragments"
    case dnsFlood = "dns-flood"

    public var summary: String {
        switch self {
        case .synFlood: "SYNs, each from an address and port of its own, unanswered"
        case .onePacketFlows: "connections of which one segment with data is there"
        case .collidingTuples: "IPv6 tuples that a hash of XORed addresses cannot tell apart"
        case .overlappingSegments: "segments over each other's bytes, with other contents"
        case .sequenceWrap: "streams that go over sequence number 0 again and again"
        case .zeroLengths: "frames, datagrams, headers and payloads of no length"
        case .tinyFragments: "IPv4 datagrams of thousands of parts that are never whole"
        case .dnsFlood: "DNS questions of one client for ever new names, answered"
        }
    }
}

/// Writes hostile traffic: the same packets for the same seed.
public struct HostileGenerator: ~Copyable {
    /// The server everybody talks to, and the resolver.
    static let server = Address.ipv4(0xC000_0201)

    let packets: Int
    var random: RandomSource
    private var buffer = FrameBuffer(capacity: 1 << 20)
    private let format: RecordFormat
    private(set) var written = 0
    /// 2026-01-01T00:00:00Z.
    private var time: UInt64 = 1_767_225_600_000_000_000

    public init(packets: Int, seed: UInt64, file: FileFormat = FileFormat()) {
        self.packets = packets
        random = RandomSource(seed: seed, stream: 0)
        format = RecordFormat(file: file)
        let header = format.fileHeader
        buffer.copy(header, 0..<header.count, at: buffer.reserve(header.count))
    }

    public mutating func run(
        _ traffic: HostileTraffic, capture: inout (some ByteSink & ~Copyable)
    ) throws {
        while written < packets {
            let frame =
                switch traffic {
                case .synFlood: synFlood()
                case .onePacketFlows: onePacketFlow()
                case .collidingTuples: collidingTuple()
                case .overlappingSegments: overlappingSegment()
                case .sequenceWrap: sequenceWrap()
                case .zeroLengths: zeroLength()
                case .tinyFragments: tinyFragment()
                case .dnsFlood: dnsFlood()
                }
            try write(frame, to: &capture)
        }
        try buffer.drain(into: &capture)
    }

    /// One packet a microsecond: a gigabit of the smallest frames.
    private mutating func write(
        _ frame: [UInt8], to sink: inout (some ByteSink & ~Copyable)
    ) throws {
        if !buffer.fits(frame.count + RecordFormat.longestOverhead) {
            try buffer.drain(into: &sink)
        }
        let head = buffer.reserve(format.headLength)
        buffer.copy(frame, 0..<frame.count, at: buffer.reserve(frame.count))
        format.putHead(
            &buffer, at: head, time: time, captured: frame.count,
            length: max(frame.count, Self.wireLength(frame)))
        format.putTail(&buffer, captured: frame.count)
        written += 1
        time += 1000
    }

    /// What an IPv4 header says, behind Ethernet.
    private static func wireLength(_ frame: [UInt8]) -> Int {
        guard frame.count >= 34, frame[12] == 8 else { return 0 }
        return 14 + (Int(frame[16]) << 8 | Int(frame[17]))
    }
}
