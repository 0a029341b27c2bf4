internal import Dissection

/// What one side of a flow sent: counters and the TCP state that telling repeats from news needs.
///
/// Read and written for every packet, so it holds only what every flow needs; rare things are in
/// `RareFacts`.
struct Direction {
    // What the peer's packets ask for, too, stands in the first line of the cache, what few packets
    // touch in the last. Widest first in each: Swift lays fields out in this order.
    var lastTime: Int64 = 0
    var highestACKTime: Int64 = 0
    var lastPayloadTime: Int64 = 0
    /// Of the last payload that can be a request or an answer (not a TLS alert or handshake).
    var lastMessageTime: Int64 = 0
    var packets: UInt32 = 0
    /// One past the highest payload byte seen; the FIN is not counted.
    var next: UInt32 = 0
    var highestACK: UInt32 = 0
    /// Hashes of the last packets' identification and numbers, newest first.
    var signature0: UInt32 = 0
    var signature1: UInt32 = 0
    var has: Seen = []
    var lastWindow: UInt16 = 0
    /// The longest segment since all was acknowledged.
    var longestUnACKed: UInt16 = 0
    var fin: UInt16 = 0
    var timeToLive: UInt8 = 0
    var duplicateACKRun: UInt8 = 0
    var options = SYNOptions()

    var payloadBytes: UInt64 = 0
    /// Of its first packet: index into `SideTables.macs`.
    var macs = MACPair.unknown
    var tls = TLSDirection()
    /// Answers that took 1 s or more (saturating).
    var lateAnswers: UInt8 = 0
    /// Messages of the peer that this side answered, a run of them counting once (saturating).
    var answers: UInt8 = 0
    /// How often this side went on after all it had sent was acknowledged and nothing answered
    /// (saturating): what waits for an answer does not.
    var wentOn: UInt8 = 0
    var lastMessagePacket: UInt32 = 0

    var firstPayloadPacket: UInt32 = 0
    /// Sequence number of the first payload byte: the SYN's plus one, or the first seen.
    var base: UInt32 = 0
    /// The longest this side let a message of the peer wait while the peer stayed, in
    /// microseconds; saturates after 71 minutes.
    var longestAnswer: UInt32 = 0
    var firstPayloadTime: Int64 = 0
    var syn: UInt16 = 0
    var rst: UInt16 = 0
    /// The longest segment that was acknowledged.
    var longestACKed: UInt16 = 0
    /// Of this side's SYN; 0 when it said none.
    var mss: UInt16 = 0

    struct Seen: OptionSet {
        let rawValue: UInt16
        static let started = Seen(rawValue: 1)
        static let acknowledgement = Seen(rawValue: 2)
        static let holes = Seen(rawValue: 4)
        /// The peer acknowledged bytes that are not in the capture.
        static let missedBytes = Seen(rawValue: 8)
        static let zeroWindow = Seen(rawValue: 16)
        static let synACK = Seen(rawValue: 32)
        static let repeatedRun = Seen(rawValue: 64)
        static let data = Seen(rawValue: 128)
        /// Payload that is not TLS.
        static let plain = Seen(rawValue: 256)
        /// Payload after the peer's FIN.
        static let payloadAfterPeerFIN = Seen(rawValue: 512)
        /// A SYN without ACK.
        static let plainSYN = Seen(rawValue: 1024)
        /// Payload was sent again.
        static let sentAgain = Seen(rawValue: 2048)
        /// Something without payload had a number beyond `next`: payload is missing, or came later.
        static let overtaken = Seen(rawValue: 4096)
    }

    /// What a segment's payload is, by sequence arithmetic alone (interfaces.md §4).
    enum Novelty {
        case new, repeated, late, partlyNew, probe
    }

    /// Whether a packet of this side was captured before: same IP identification and numbers.
    ///
    /// An identification of 0 (IPv6, some SYN-ACKs and resets) cannot tell. A copy comes at once;
    /// after 100 ms it is the sender that repeats itself, half of the shortest usual timeout.
    @inline(__always)
    mutating func isCapturedTwice(_ segment: TCPSegment, at time: Int64) -> Bool {
        if segment.identification == 0 { return false }
        var hash = UInt32(segment.identification) &* 0x9E37_79B1
        hash = (hash ^ segment.sequence) &* 0x85EB_CA77
        hash = (hash ^ segment.acknowledgement) &* 0xC2B2_AE3D
        hash ^=
            UInt32(segment.flags.rawValue) << 16 ^ UInt32(truncatingIfNeeded: segment.payloadLength)
        hash |= 1
        if hash == signature0 || hash == signature1 { return time &- lastTime < 100_000_000 }
        signature1 = signature0
        signature0 = hash
        return false
    }

    /// Takes the payload `[sequence, sequence + length)`, which does not begin at `next`, into
    /// account and says what it is, and of what comes late what left it out.
    ///
    /// `holes` are the gaps below `next`, ascending; `sending` is the segment's.
    mutating func takeOutOfSequence(
        sequence: UInt32, length: Int, _ sending: Sending, holes: inout HoleList
    ) -> (novelty: Novelty, opened: Sending?) {
        let end = sequence &+ UInt32(truncatingIfNeeded: length)
        if Int32(bitPattern: sequence &- next) > 0 {
            holes.open(from: next, to: sequence, by: sending)
            has.insert(.holes)
            next = end
            return (.new, nil)
        }
        let past = Int32(bitPattern: end &- next)
        // Half a turn of the numbers further on, the base is before and behind everything.
        let belowBase = payloadBytes < 1 << 30 && Int32(bitPattern: sequence &- base) < 0
        if belowBase, Int32(bitPattern: end &- base) < 0 {
            holes.open(from: end, to: base, by: sending)
            has.insert(.holes)
        }
        if belowBase { base = sequence }
        let opened = has.contains(.holes) ? holes.fill(from: sequence, to: end) : nil
        if past > 0 { next = end }
        if opened != nil || belowBase { return (.late, opened) }
        if past > 0 { return (.partlyNew, nil) }
        return (end &- sequence == 1 && end == next ? .probe : .repeated, nil)
    }
}

/// Gaps in what was seen of one direction, in sequence space. Bounded: the oldest gap is given up.
struct HoleList {
    struct Gap {
        var from: UInt32
        var to: UInt32
        /// Of the segment that left the bytes out.
        var opened: Sending
    }

    private(set) var gaps: [Gap] = []
    static let limit = 64

    mutating func open(from: UInt32, to: UInt32, by sending: Sending) {
        if gaps.count == Self.limit { gaps.removeFirst() }
        gaps.append(Gap(from: from, to: to, opened: sending))
    }

    /// Closes what `[from, to)` covers.
    ///
    /// - Returns: who opened the first of the gaps of which any byte was covered.
    mutating func fill(from: UInt32, to: UInt32) -> Sending? {
        var opened: Sending?
        var rest: [Gap] = []
        for gap in gaps {
            let low = Int32(bitPattern: from &- gap.from) > 0 ? from : gap.from
            let high = Int32(bitPattern: gap.to &- to) > 0 ? to : gap.to
            guard Int32(bitPattern: high &- low) > 0 else {
                rest.append(gap)
                continue
            }
            if opened == nil { opened = gap.opened }
            if low != gap.from { rest.append(Gap(from: gap.from, to: low, opened: gap.opened)) }
            if high != gap.to { rest.append(Gap(from: high, to: gap.to, opened: gap.opened)) }
        }
        gaps = rest
        return opened
    }
}
