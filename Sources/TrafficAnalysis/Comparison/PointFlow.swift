internal import Dissection

/// A flow at one point: who the sides are, and by what it is known again at another point.
struct PointFlow: Sendable {
    let key: FlowKey
    private(set) var first: Int64
    /// Into `PointLog.segments`.
    var segments = 0..<0
    /// By direction: 0 sent by the lower endpoint of the key, 1 by the upper.
    private var sides = (Side(), Side())
    /// The direction of the client, with how sure that is.
    private var client: (direction: Int, sureness: Int)
    /// Of the SYN and of the SYN-ACK.
    private(set) var options: (syn: HandshakeOptions?, synACK: HandshakeOptions?)
    /// The client random of the first ClientHello (RFC 8446 §4.1.2), 32 bytes as four numbers.
    private(set) var clientRandom: SIMD4<UInt64>?
    /// The packet of that ClientHello.
    private(set) var helloPacket = 0

    struct Side: Sendable {
        /// Sequence number of the first payload byte, from a SYN; else the first one seen.
        var base: UInt32?
        var hasSYN = false
        var payload: UInt64 = 0
    }

    init(key: FlowKey, time: Int64) {
        self.key = key
        first = time
        // The higher port is the client's, when nothing else tells.
        client = (key.ports >> 16 >= key.ports & 0xFFFF ? 0 : 1, 0)
    }

    /// A SYN with another initial sequence number (interfaces.md §4).
    func isOpenedAnew(by segment: TCPSegment, fromUpper: Bool) -> Bool {
        guard segment.flags.contains(.syn), !segment.flags.contains(.ack) else { return false }
        let base = fromUpper ? sides.1.base : sides.0.base
        return base != nil && base != segment.sequence &+ 1
    }

    mutating func observe(
        _ segment: TCPSegment, _ packet: RawSpan, fromUpper: Bool, number: Int, time: Int64
    ) {
        first = min(first, time)
        let direction = fromUpper ? 1 : 0
        let isSYN = segment.flags.contains(.syn)
        var side = direction == 0 ? sides.0 : sides.1
        if isSYN, !side.hasSYN {
            side.base = segment.sequence &+ 1
            side.hasSYN = true
        } else if !side.hasSYN, Self.isBelow(segment.sequence, side.base) {
            side.base = segment.sequence
        }
        side.payload += UInt64(segment.payloadLength)
        if direction == 0 { sides.0 = side } else { sides.1 = side }
        if isSYN { observeSYN(segment, packet, direction) }
        if clientRandom == nil, segment.capturedPayload >= 43 {
            observeHello(segment, packet, direction, number)
        }
    }

    /// By the arithmetic of sequence numbers (RFC 9293 §3.4); everything is below `nil`.
    private static func isBelow(_ sequence: UInt32, _ base: UInt32?) -> Bool {
        guard let base else { return true }
        return Int32(bitPattern: sequence &- base) < 0
    }

    private mutating func observeSYN(
        _ segment: TCPSegment, _ packet: RawSpan, _ direction: Int
    ) {
        let isAnswer = segment.flags.contains(.ack)
        knowClient(isAnswer ? 1 - direction : direction, sureness: isAnswer ? 2 : 3)
        let start = segment.optionsOffset
        let end = start + segment.optionsLength
        let seen = HandshakeOptions(TCPOptions.parse(packet.extracting(start..<end)))
        if isAnswer {
            if options.synACK == nil { options.synACK = seen }
        } else if options.syn == nil {
            options.syn = seen
        }
    }

    /// Record type handshake, message type client_hello, then lengths, version and the random.
    private mutating func observeHello(
        _ segment: TCPSegment, _ packet: RawSpan, _ direction: Int, _ number: Int
    ) {
        let start = segment.payloadOffset
        guard packet.byte(at: start) == 22, packet.byte(at: start + 1) == 3,
            packet.byte(at: start + 5) == 1
        else { return }
        var random = SIMD4<UInt64>()
        for word in 0..<4 { random[word] = packet.uint64(at: start + 11 + 8 * word) }
        clientRandom = random
        helloPacket = number
        knowClient(direction, sureness: 1)
    }

    private mutating func knowClient(_ direction: Int, sureness: Int) {
        if sureness > client.sureness { client = (direction, sureness) }
    }

    var clientIsUpper: Bool { client.direction == 1 }

    /// - Parameter ofClient: the client's side, else the server's.
    func side(ofClient: Bool) -> Side {
        (client.direction == 0) == ofClient ? sides.0 : sides.1
    }

    func endpoint(ofClient: Bool) -> Endpoint {
        (client.direction == 0) == ofClient
            ? Endpoint(address: key.lower, port: UInt16(key.ports >> 16))
            : Endpoint(address: key.upper, port: UInt16(truncatingIfNeeded: key.ports))
    }
}

extension FlowKey: Hashable {
    func hash(into hasher: inout Hasher) {
        hasher.combine(seededHash(lower, UInt64(ports)))
        hasher.combine(seededHash(upper, UInt64(ports)))
    }
}

/// The options of a SYN or SYN-ACK that boxes on the way change.
public struct HandshakeOptions: Equatable, Sendable {
    public var mss: UInt16?
    public var windowScale: UInt8?
    public var sackPermitted: Bool
    public var timestamps: Bool

    init(_ options: TCPOptions) {
        mss = options.mss
        windowScale = options.windowScale
        sackPermitted = options.sackPermitted
        timestamps = options.timestamp != nil
    }

    /// What is different at `other`, for people; empty when nothing is.
    func changes(to other: HandshakeOptions) -> [String] {
        var changes: [String] = []
        func note(_ name: String, _ before: Int?, _ after: Int?) {
            guard before != after else { return }
            switch (before, after) {
            case (let before?, let after?): changes.append("\(name) \(before) to \(after)")
            case (.some, nil): changes.append("\(name) removed")
            default: changes.append("\(name) added")
            }
        }
        note("MSS", mss.map(Int.init), other.mss.map(Int.init))
        note("window scale", windowScale.map(Int.init), other.windowScale.map(Int.init))
        note("SACK permitted", sackPermitted ? 1 : nil, other.sackPermitted ? 1 : nil)
        note("timestamps", timestamps ? 1 : nil, other.timestamps ? 1 : nil)
        return changes
    }
}
