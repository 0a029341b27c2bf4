/// What one TCP flow of the capture is known to hold; the definitions are those of
/// `inquest.flow/1`.
struct FlowTruth {
    let connection: Connection
    /// First and last packet, nanoseconds, as precise as the file.
    private(set) var first: UInt64
    private(set) var last: UInt64
    private(set) var sides = PerSide(Counts(), Counts())
    private(set) var wireBytes = 0
    private(set) var capturedBytes = 0
    private(set) var tls: TLSTruth

    struct Counts {
        var packets = 0
        var payloadBytes = 0
        /// Segments with SYN, SYN-ACKs included.
        var syn = 0
        var fin = 0
        var rst = 0
        /// Segments without a new byte, and repeated SYNs.
        var retransmitted = 0
        var repeatedSYN = 0
        var outOfOrder = 0
        /// An acknowledgement that repeats number and window of the same side's segment before
        /// it, with nothing else in it: tcp.analysis.duplicate_ack.
        var duplicateAcks = 0
        /// Window 0, without SYN, FIN and RST.
        var zeroWindows = 0
        /// Frames captured a second time; of them, those with payload.
        var copies = 0
        var copiesWithPayload = 0
        var timesToLive: [UInt8] = []
        var sources: [HardwareAddress] = []
        var destinations: [HardwareAddress] = []
    }

    init(connection: Connection, segments: [PlannedSegment], tls: TLSTruth, file: FileFormat) {
        self.connection = connection
        self.tls = tls
        if tls.serverHellos > 0 {
            self.tls.serverHelloAfter =
                file.stored(tls.serverHelloStart) - file.stored(tls.clientHelloEnd)
        }
        first = file.stored(segments.first?.time ?? connection.start)
        last = file.stored(segments.last?.time ?? connection.start)
        var before = PerSide<PlannedSegment?>(nil, nil)
        for segment in segments {
            let frame = FrameLayout(connection, segment)
            wireBytes += frame.length
            capturedBytes += min(frame.length, file.snapLength)
            sides[segment.sender].count(segment, after: before[segment.sender])
            sides[segment.sender].note(segment, connection)
            before[segment.sender] = segment
        }
    }

    var packets: Int { sides.client.packets + sides.server.packets }
    var isCut: Bool { capturedBytes < wireBytes }

    /// A hello without ServerHello and without alert.
    var hasUnansweredHello: Bool {
        tls.clientHellos > 0 && tls.serverHellos == 0 && tls.alerts.isEmpty
    }
}

extension FlowTruth.Counts {
    fileprivate mutating func count(_ segment: PlannedSegment, after before: PlannedSegment?) {
        let (flags, marks, length) = (segment.flags, segment.marks, Int(segment.length))
        packets += 1
        payloadBytes += length
        syn += flags.contains(.syn) ? 1 : 0
        fin += flags.contains(.fin) ? 1 : 0
        rst += flags.contains(.rst) ? 1 : 0
        retransmitted += marks.contains(.repeated) ? 1 : 0
        repeatedSYN += marks.contains(.repeated) && flags.contains(.syn) ? 1 : 0
        outOfOrder += marks.contains(.late) ? 1 : 0
        copies += marks.contains(.copied) ? 1 : 0
        copiesWithPayload += marks.contains(.copied) && length > 0 ? 1 : 0
        let isPlain = flags.isDisjoint(with: [.syn, .fin, .rst])
        zeroWindows += isPlain && segment.window == 0 ? 1 : 0
        if let before, isPlain, length == 0, segment.window > 0,
            !marks.contains(.probe), !marks.contains(.copied),
            before.acknowledgement == segment.acknowledgement, before.window == segment.window,
            before.flags.contains(.ack), !before.flags.contains(.fin)
        {
            duplicateAcks += 1
        }
    }

    fileprivate mutating func note(_ segment: PlannedSegment, _ connection: Connection) {
        let frame = FrameLayout(connection, segment)
        func add<T: Comparable>(_ value: T, to list: inout [T]) {
            if !list.contains(value) {
                list.append(value)
                list.sort()
            }
        }
        add(frame.timeToLive, to: &timesToLive)
        add(frame.source, to: &sources)
        add(frame.destination, to: &destinations)
    }
}

/// The TLS side of a flow.
struct TLSTruth {
    /// Records of both sides that were planned.
    var records = 0
    var clientHellos = 0
    var serverHellos = 0
    var serverName: String?
    /// Protocols offered by ALPN, and the one chosen where TLS 1.2 shows it.
    var offered: [String] = []
    var chosen: String?
    var version: String?
    var offersResumption = false
    var resumed = false
    /// Names of the alerts in clear text.
    var alerts: [String] = []
    /// Records of type 21, encrypted ones included.
    var alertRecords = PerSide(0, 0)
    /// Last segment of the ClientHello and first of the ServerHello, nanoseconds.
    var clientHelloEnd: UInt64 = 0
    var serverHelloStart: UInt64 = 0
    /// From the one to the other, as precise as the file.
    fileprivate(set) var serverHelloAfter: UInt64?
    var notified = PerSide(false, false)
}
