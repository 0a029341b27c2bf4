/// Plays one connection from its first packet to its last and notes every segment.
///
/// The capture point is next to the client: what the client sends is seen at once, what the server
/// answers is seen a round trip later.
struct FlowScript {
    let connection: Connection
    let options: GeneratorOptions
    var random: RandomSource
    /// Capture time of the next segment, in nanoseconds.
    var now: UInt64
    var segments: [PlannedSegment] = []
    var streams = PerSide(ByteStream(), ByteStream())
    var ends: PerSide<End>
    var tls = TLSTruth()
    /// Marks that every further segment of the side gets.
    var marks = PerSide<PlannedSegment.Marks>([], [])

    /// Where one side stands in the conversation.
    struct End {
        var initialSequence: UInt32
        /// Bytes of its stream sent so far.
        var sent = 0
        var hasSentFIN = false
        /// Stream bytes of the peer it acknowledges; nil: all that the peer has sent.
        var acknowledges: Int?
        var window: UInt16
    }

    init(_ connection: Connection, options: GeneratorOptions, random: RandomSource) {
        self.connection = connection
        self.options = options
        self.random = random
        now = connection.start
        ends = PerSide(End(initialSequence: 0, window: 502), End(initialSequence: 0, window: 501))
        for side in Side.allCases {
            ends[side].initialSequence = UInt32(truncatingIfNeeded: self.random.next())
        }
        segments.reserveCapacity(40)
    }

    mutating func wait(milliseconds low: Int, to high: Int) {
        now += UInt64(random.between(low * 1000, high * 1000)) * 1000
    }

    mutating func wait(seconds low: Int, to high: Int) {
        wait(milliseconds: low * 1000, to: high * 1000)
    }

    mutating func waitRoundTrip() {
        now += connection.roundTrip
    }

    /// Notes a segment and moves the clock by some microseconds.
    ///
    /// `offset` is the place of the payload, or of the FIN, in the sender's stream.
    mutating func emit(
        _ sender: Side, _ flags: TCPFlags, at offset: Int? = nil, length: Int = 0,
        window: UInt16? = nil, marks extra: PlannedSegment.Marks = []
    ) {
        let (own, peer) = (ends[sender], ends[sender.other])
        let start = offset ?? own.sent + (own.hasSentFIN ? 1 : 0)
        let opening = flags.contains(.syn)
        var acknowledged = UInt32(peer.acknowledgeable)
        if let held = own.acknowledges { acknowledged = UInt32(held) }
        segments.append(
            PlannedSegment(
                time: now,
                sequence: own.initialSequence &+ (opening ? 0 : 1 &+ UInt32(start)),
                acknowledgement: flags.contains(.ack)
                    ? peer.initialSequence &+ 1 &+ (opening ? 0 : acknowledged) : 0,
                streamOffset: UInt32(start), length: UInt16(length),
                window: window ?? (opening ? 64_240 : own.window),
                flags: flags, sender: sender, marks: marks[sender].union(extra)))
        now += UInt64(random.between(900, 12_000)) * (connection.fault == .duplicatedFrame ? 10 : 1)
    }

    mutating func acknowledge(_ side: Side, window: UInt16? = nil) {
        emit(side, .ack, window: window)
    }

    mutating func reset(_ side: Side, acknowledging: Bool = true) {
        emit(side, acknowledging ? [.rst, .ack] : .rst, window: 0)
    }

    /// The three-way handshake.
    mutating func open() {
        emit(.client, .syn)
        waitRoundTrip()
        emit(.server, [.syn, .ack])
        acknowledge(.client)
    }

    mutating func finish(_ side: Side) {
        emit(side, [.fin, .ack])
        ends[side].hasSentFIN = true
    }

    /// Sends what was added to the side's stream.
    ///
    /// The client acknowledges every second segment of the server, as it arrives (RFC 9293,
    /// 3.8.6.3); the first ten segments come in one go, then the window doubles each round trip
    /// (RFC 6928).
    mutating func flush(_ side: Side) {
        let full = connection.segmentSize * connection.merge
        var (inRound, round, unacknowledged) = (0, 10, 0)
        while ends[side].sent < streams[side].length {
            if inRound == round {
                waitRoundTrip()
                (inRound, round) = (0, round * 2)
            }
            let length = min(full, streams[side].length - ends[side].sent)
            sendNext(side, length: length)
            inRound += 1
            unacknowledged += 1
            let isLast = ends[side].sent == streams[side].length
            if side == .server, unacknowledged == 2 || isLast {
                acknowledge(.client)
                unacknowledged = 0
            }
        }
    }

    /// One segment of the side's stream; its last bytes carry PSH.
    mutating func sendNext(_ side: Side, length: Int, marks extra: PlannedSegment.Marks = []) {
        let start = ends[side].sent
        let isLast = start + length == streams[side].length
        emit(side, isLast ? [.psh, .ack] : .ack, at: start, length: length, marks: extra)
        ends[side].sent += length
    }
}

extension FlowScript.End {
    /// Stream bytes, and the FIN, that the peer can acknowledge.
    var acknowledgeable: Int { sent + (hasSentFIN ? 1 : 0) }
}
