internal import Dissection

/// What only some sides have: repeats, gaps, resets, changes of TTL and MAC. Plain bytes; the lists
/// are in `FlowLists`.
struct RareDirection {
    /// What interfaces.md §4 counts.
    var retransmitted: UInt32 = 0
    var outOfOrder: UInt32 = 0
    var duplicateACKs: UInt32 = 0
    var zeroWindows: UInt32 = 0
    /// Of the retransmitted: by fast retransmission, and of what was acknowledged before.
    var fast: UInt32 = 0
    var spurious: UInt32 = 0
    var keepAlives: UInt32 = 0
    /// How often bytes were left out that came later or never.
    var gaps: UInt32 = 0
    var otherOptions: OtherOptions?
    var firstTTLShiftPacket: UInt32 = 0
    var reset = ResetFacts()
    /// Repeats of one segment with nothing back from the peer.
    var run = RepeatRun()
    var longestRun = RepeatRun()
    /// Payload segments none of whose bytes was new, and the first of them.
    var repeatedSegments: UInt32 = 0
    var firstRetransmissionPacket: UInt32 = 0
    /// What became of this side's payload on the way (`Flow+Loss.swift`).
    var loss = LossFacts()
    /// Payload that its sender's timer sent again (`Flow.isByTimer`), and the first.
    var timeoutRetransmissions: UInt32 = 0
    var firstTimeoutPacket: UInt32 = 0
    var capturedTwice: UInt32 = 0
    /// The highest of what had no payload and was `overtaken`.
    var number: UInt32 = 0
    var acknowledgementsBack: UInt32 = 0
    var firstBackPacket: UInt32 = 0
    var firstBackTime: Int64 = 0
    var synRepeatedAfterACK = false
    /// The SYN-ACK answers the first SYN, although it came after the second.
    var firstSYNCame = false
    /// TSval of the first SYN that was sent again.
    var repeatedSYNStamp: UInt32?
    var zeroWindowSince: Int64 = 0
    var longestZeroWindow: Int64 = 0
    var zeroWindowPacket: UInt32 = 0
}

/// How the packets of one side that used one pair of MAC addresses fared.
struct LinkUse {
    var macs: MACPair
    var packets: UInt32 = 0
    var payloadPackets: UInt32 = 0
    var retransmitted: UInt32 = 0
    var firstPacket: UInt32 = 0
}

/// The resets of one side.
struct ResetFacts {
    var time: Int64 = 0
    var packet: UInt32 = 0
    var timeToLive: UInt8 = 0
    var afterOwnFIN = false
    var withACK = false
    /// The last payload of the same side before the reset: nanoseconds, and whether all was ACKed.
    var sinceOwnPayload: Int64 = -1
    var ownPayloadUnacknowledged = false
    /// Whether the peer's SYN is what it answers.
    var answersSYN = false
    /// Nanoseconds since the last payload of the peer; -1 without any.
    var sincePeerPayload: Int64 = -1
}

/// One segment sent again and again with no packet back.
struct RepeatRun {
    var sequence: UInt32 = 0
    var length: UInt32 = 0
    var repeats: UInt32 = 0
    var lastTime: Int64 = 0
    var lastGap: Int64 = 0
    /// How many gaps were at least 1.5 times the one before.
    var growingGaps: UInt32 = 0
    /// Packets of the peer meanwhile that did not acknowledge it.
    var answers: UInt32 = 0
    var firstPacket: UInt32 = 0
}
