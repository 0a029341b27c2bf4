public import Dissection

/// What one of several captures holds, segment by segment, for comparing it with the others.
///
/// RFC 7011 §2 calls the place of a capture an observation point. Memory is 40 bytes a TCP segment
/// up to a limit; what comes beyond it is counted and left out.
public struct PointLog: Sendable {
    /// The name that evidence cites.
    public let file: String
    /// Nanoseconds since 1970 of the first and last packet, by this point's clock; `nil` without
    /// packets.
    public private(set) var first: Int64?
    public private(set) var last: Int64?
    public private(set) var packets = 0
    /// Segments beyond the limit.
    public private(set) var unloggedSegments = 0
    /// Until then all is known; the last packet unless the limit was met.
    private(set) var knownUntil: Int64 = 0
    /// By flow once `sort` was called, else in the order of the file.
    private(set) var segments: [LoggedSegment] = []
    private(set) var flows: [PointFlow] = []
    private var newest: [FlowKey: Int] = [:]
    private let segmentLimit: Int
    private var segment = TCPSegment()
    private var opener = PacketOpener()

    /// - Parameter segmentLimit: 40 bytes each.
    public init(file: String, segmentLimit: Int = 2_000_000) {
        self.file = file
        self.segmentLimit = segmentLimit
    }

    /// Takes one packet into account; parameters as `CaptureAnalysis.packet`.
    public mutating func packet(
        _ packet: RawSpan, number: Int, time: Int64, wireLength: Int, link: LinkType
    ) {
        let time = min(max(time, 0), 1 << 62)
        packets += 1
        first = min(first ?? time, time)
        last = max(last ?? time, time)
        let verdict = dissect(packet, link: link, wireLength: wireLength, into: &segment)
        if verdict == .tcp { return log(packet, number: number, time: time) }
        let opened = opener.open(packet, verdict, into: &segment)
        guard opened.verdict == .tcp else {
            if unloggedSegments == 0 { knownUntil = max(knownUntil, time) }
            return
        }
        switch opened.place {
        case .inside(let start):
            log(packet.extracting(start..<packet.byteCount), number: number, time: time)
        case .whole(let datagram):
            log(datagram.span.bytes, number: number, time: time)
        }
    }

    /// - Parameter packet: what the segment's offsets count in.
    private mutating func log(_ packet: RawSpan, number: Int, time: Int64) {
        guard segments.count < segmentLimit else {
            unloggedSegments += 1
            return
        }
        knownUntil = max(knownUntil, time)
        let (key, fromUpper) = FlowKey.of(segment)
        let place = flow(key, fromUpper: fromUpper, time: time)
        flows[place].observe(
            segment, packet, fromUpper: fromUpper, number: number, time: time)
        segments.append(
            LoggedSegment(
                segment, flow: place, packet: number, time: time, fromUpper: fromUpper))
    }

    /// Flows are numbered as `CaptureAnalysis` numbers them.
    private mutating func flow(_ key: FlowKey, fromUpper: Bool, time: Int64) -> Int {
        if let place = newest[key],
            !flows[place].isOpenedAnew(by: segment, fromUpper: fromUpper)
        {
            return place
        }
        newest[key] = flows.count
        flows.append(PointFlow(key: key, time: time))
        return flows.count - 1
    }

    /// Puts the segments of a flow next to each other, in the order of the file.
    mutating func sort() {
        newest = [:]
        var ends = [Int](repeating: 0, count: flows.count)
        for segment in segments { ends[Int(segment.flow)] += 1 }
        var start = 0
        for place in flows.indices {
            flows[place].segments = start..<start + ends[place]
            start += ends[place]
            ends[place] = flows[place].segments.lowerBound
        }
        guard let any = segments.first else { return }
        var sorted = [LoggedSegment](repeating: any, count: segments.count)
        for segment in segments {
            sorted[ends[Int(segment.flow)]] = segment
            ends[Int(segment.flow)] += 1
        }
        segments = sorted
    }
}

/// One TCP segment as one point saw it.
struct LoggedSegment: Sendable {
    var time: Int64
    /// One-based place in the file.
    var packet: UInt32
    var flow: UInt32
    var sequence: UInt32
    var acknowledgement: UInt32
    /// Payload on the wire; one sent by segmentation offload may be larger than a packet.
    var length: UInt32
    /// IPv4 identification.
    var identification: UInt16
    var flags: TCPFlags
    var timeToLive: UInt8
    var fromUpper: Bool

    init(_ segment: TCPSegment, flow: Int, packet: Int, time: Int64, fromUpper: Bool) {
        self.time = time
        self.packet = UInt32(truncatingIfNeeded: packet)
        self.flow = UInt32(truncatingIfNeeded: flow)
        sequence = segment.sequence
        acknowledgement = segment.acknowledgement
        length = UInt32(truncatingIfNeeded: segment.payloadLength)
        identification = segment.identification
        flags = segment.flags
        timeToLive = segment.timeToLive
        self.fromUpper = fromUpper
    }
}
