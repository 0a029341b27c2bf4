public import Dissection

/// Turns the packets of one capture into flows and findings, in one pass and bounded memory.
///
/// Memory grows with the flows that are open at one time, and by what the analyzers note of each
/// that is over (see `Benchmarks/README.md`), never with packets or bytes. Only who wants to list
/// the flows has all of them kept.
public struct CaptureAnalysis: ~Copyable {
    let file: String
    let flowLimit: Int
    let keepsFlows: Bool
    let linger: Int64
    private let listsRows: Bool
    var table = FlowTable()
    var tables = SideTables()
    var examination = Examination()
    private var past = PastFlows()
    /// Places of flows that are over, in the order in which they ended.
    private var ended = Queue()
    var packets = 0
    var bytes: UInt64 = 0
    var truncatedPackets = 0
    var otherPackets = OtherPackets()
    /// Packets of connections that could not be followed any more.
    var unfollowedPackets = 0
    /// Connections that were still open when they had to make room for newer ones.
    var evictedFlows = 0
    var oversizedPackets = 0
    var firstTime: Int64 = 0
    var lastTime: Int64 = 0
    var timeWentBack = 0
    /// The year 2116, half of what an Int64 holds.
    private static let latestTime: Int64 = 1 << 62

    /// Differences of times are taken everywhere; a hostile clock must not make one overflow.
    static func bounded(_ time: Int64) -> Int64 { min(max(time, 0), latestTime) }
    private var previousTime: Int64 = .min
    private var segment = TCPSegment()
    private var opener = PacketOpener()
    var expected = ExpectedPackets()

    /// How long a flow that is over is kept for late packets, in nanoseconds: what Zeek waits
    /// (Zeek manual, init-bare.zeek, `tcp_close_delay`).
    public static let linger: Int64 = 5_000_000_000

    /// How many flows that are over are kept for late packets at most; then those that ended first
    /// are given back sooner, as Linux does with TIME-WAIT (ip-sysctl, `tcp_max_tw_buckets`). All
    /// wait for `linger` while fewer than 800 end in a second.
    static let mostEnded = 4096

    /// Twice the longest segment lifetime in practice (RFC 9293 §3.4.2 has 2 minutes for one): a
    /// 4-tuple used again sooner may meet what is left of the connection before.
    static let reuse: Int64 = 120_000_000_000

    /// - Parameters:
    ///   - file: the name that evidence cites.
    ///   - flowLimit: how many connections are followed at one time. For one more those are given
    ///     up whose last packet is longest ago, and the report says how many; when all flows are
    ///     kept, it is the new one that is not followed. Four times as many are in all, since
    ///     notes of each are kept: a flood must not take all memory.
    ///   - keepsFlows: flows stay until the end, for `CaptureReport.forEachFlow`.
    ///   - linger: nanoseconds without a packet after which a flow that is over is given back.
    ///   - digests: how many flows are listed by trouble, each in some 300 bytes; 0 for none.
    ///   - rows: how many rows of each kind the report lists (`TrafficRows`); 0 for none.
    public init(
        file: String, flowLimit: Int = 2_000_000, keepsFlows: Bool = true,
        linger: Int64 = Self.linger, digests: Int = 0, rows: Int = 0
    ) {
        self.file = file
        self.flowLimit = min(flowLimit, FlowTable.limit)
        self.keepsFlows = keepsFlows
        self.linger = linger
        listsRows = rows > 0
        tables.keepsFingerprints = keepsFlows || rows > 0
        if rows > 0 { tables.rows = TrafficRows(limit: rows) }
        if digests > 0 { examination.digests = FlowDigests(limit: digests) }
    }

    /// Takes one packet into account.
    ///
    /// - Parameters:
    ///   - number: one-based, Wireshark's `frame.number`.
    ///   - time: nanoseconds since 1970.
    ///   - wireLength: bytes before a snap length cut the packet.
    public mutating func packet(
        _ packet: RawSpan, number: Int, time: Int64, wireLength: Int, link: LinkType
    ) {
        let time = Self.bounded(time)
        packets += 1
        bytes &+= UInt64(wireLength)
        if time < previousTime { timeWentBack += 1 }
        previousTime = time
        if packets == 1 {
            firstTime = time
            lastTime = time
            tables.timeline.begin(time)
        } else if time > lastTime {
            lastTime = time
        } else if time < firstTime {
            firstTime = time
        }
        if packet.byteCount < wireLength { truncatedPackets += 1 }
        if wireLength > 1522 { oversizedPackets += 1 }
        let verdict = dissect(packet, link: link, wireLength: wireLength, into: &segment)
        if verdict == .tcp {
            follow(packet, number: number, time: time, link: link)
        } else {
            open(packet, verdict, number: number, time: time, link: link)
        }
    }

    /// What is not TCP as it comes: tunnels and fragments may hold TCP.
    @inline(never)
    private mutating func open(
        _ packet: RawSpan, _ verdict: PacketVerdict, number: Int, time: Int64, link: LinkType
    ) {
        let opened = opener.open(packet, verdict, into: &segment)
        switch opened.place {
        case .inside(let start):
            take(
                packet.extracting(start..<packet.byteCount), opened.verdict, number: number,
                time: time, link: link)
        case .whole(let datagram):
            take(datagram.span.bytes, opened.verdict, number: number, time: time, link: link)
        }
    }

    private mutating func take(
        _ packet: RawSpan, _ verdict: PacketVerdict, number: Int, time: Int64, link: LinkType
    ) {
        if verdict == .tcp {
            follow(packet, number: number, time: time, link: link)
            return
        }
        otherPackets.add(verdict, segment, link)
        let table = table
        examination.datagrams.visit(
            verdict, packet, segment, link: link, number: UInt32(truncatingIfNeeded: number),
            time: time
        ) { key in table.find(key).map { table[$0].number } }
    }

    /// - Parameter packet: what the segment's offsets count in.
    @inline(__always)
    private mutating func follow(
        _ packet: RawSpan, number: Int, time: Int64, link: LinkType
    ) {
        let fromUpper: Bool
        var found: Int?
        if segment.isIPv4 {
            let (key, isUpper) = StoredKey.of(segment)
            fromUpper = isUpper
            found = table.find(key)
        } else {
            (found, fromUpper) = findIPv6()
        }
        if found == nil || segment.flags.contains(.syn) {
            found = open(found, fromUpper: fromUpper, link: link, time: time, number: number)
        }
        guard let index = found else { return }
        if listsRows { tables.rows?.ends = FlowKey.of(segment).key }
        table[index].observe(
            segment, packet, direction: fromUpper ? 1 : 0,
            at: PacketPlace(number: UInt32(truncatingIfNeeded: number), time: time),
            tables: &tables)
        if !keepsFlows, !segment.flags.isDisjoint(with: [.fin, .rst]) { noteEnd(index, now: time) }
    }

    private mutating func noteEnd(_ index: Int, now: Int64) {
        // A copy of a packet counts as a FIN and closes nothing.
        guard table[index].isOver, table[index].closeBegan,
            !table[index].seen.contains(.queued)
        else { return }
        table[index].seen.insert(.queued)
        enqueue(UInt32(truncatingIfNeeded: index))
        giveBackEnded(now: now)
    }

    private mutating func enqueue(_ place: UInt32) {
        let close = Int(table[Int(place)].close)
        tables.closes[close].queued = ended.append(place)
    }

    /// Looks at the few flows that ended first, whenever one opens or ends: so the queue does not
    /// grow, and no packet has to wait for many.
    private mutating func giveBackEnded(now: Int64) {
        for _ in 0..<4 {
            guard let first = ended.first else { return }
            let isCrowded = ended.count > Self.mostEnded
            let quiet = now &- table[Int(first)].lastTime
            if quiet < linger {
                if !isCrowded, closed(first, after: now &- linger) { return }
                if !isCrowded || goesOn(first) {
                    ended.removeFirst()
                    enqueue(first)
                    continue
                }
            }
            ended.removeFirst()
            giveBack(Int(first))
            prefetchNext()
        }
    }

    /// Nobody has touched the flows that ended first for seconds: to give them back took, without the
    /// analyzers, a sixth of the time, most of it waiting for memory (1 million packets, 36,700 flows).
    /// What one step asks for, the next reads.
    ///
    /// Mutating, for else the compiler copies the whole analysis first.
    private mutating func prefetchNext() {
        if let third = ended.element(2) { table.prefetch(Int(third)) }
        if let second = ended.element(1).map(Int.init) {
            tables.prefetch(&table[second])
            let key = table.key(second)
            let hash = table.hash(key)
            table.prefetch(hash: hash)
            past.prefetch(hash)
            examination.prefetch(key, server: table[second].server)
        }
        if let first = ended.first.map(Int.init) {
            let key = table.key(first)
            table.prefetchFlows(hash: table.hash(key))
            examination.prefetchPair(key, server: table[first].server)
        }
    }

    /// Whether the first FIN or RST of the flow at `place`, which is over, came after `time`.
    private func closed(_ place: UInt32, after time: Int64) -> Bool {
        // Most began later than that already: their close need not be looked up.
        if table[Int(place)].firstTime > time { return true }
        return tables.closes[Int(table[Int(place)].close)].time > time
    }

    /// Whether the flow at `place`, which is over, did not care for the first FIN or RST.
    private func goesOn(_ place: UInt32) -> Bool {
        let flow = Int(place)
        return table[flow].lastTime &- tables.closes[Int(table[flow].close)].time > 1_000_000_000
    }

    /// Gives up an eighth of the flows: those that are over, first ended first; without any, those
    /// whose last packet is longest ago, by the order of a sample.
    @inline(never)
    private mutating func makeRoom() {
        let wanted = max(flowLimit / 8, 1)
        var given = 0
        while given < wanted, let first = ended.first {
            ended.removeFirst()
            giveBack(Int(first))
            given += 1
        }
        if given > 0 { return }
        if table.open == 0 { return }
        let sample = stride(from: 0, to: table.open, by: max(table.open / 4096, 1))
            .map { table[$0].lastTime }.sorted()
        let oldest = sample[(sample.count - 1) / 8]
        // From the last on: which moves to a place was looked at before.
        for place in (0..<table.open).reversed() where table[place].lastTime <= oldest {
            if given == wanted { return }
            giveBack(place)
            given += 1
            evictedFlows += 1
        }
    }

    private mutating func giveBack(_ index: Int) {
        let key = table.key(index)
        examination.visit(table[index], key, &tables, captureEnd: lastTime)
        let hash = table.hash(key)
        past.add(
            hash, bases: (table[index].directions[0].base, table[index].directions[1].base),
            last: table[index].lastTime)
        tables.giveBack(&table[index])
        table.giveBack(index, hash: hash)
        if index < table.open, table[index].seen.contains(.queued) {
            let queued = tables.closes[Int(table[index].close)].queued
            ended.replace(queued, by: UInt32(truncatingIfNeeded: index))
        }
    }

    /// Not in line, like `open`: else the compiler takes `Flow.observe` no more in line.
    @inline(never)
    private mutating func findIPv6() -> (place: Int?, fromUpper: Bool) {
        let (key, fromUpper) = FlowKey.of(segment)
        return (table.find(ofIPv6: key), fromUpper)
    }

    /// A new flow, or the one that was found. A SYN with another initial sequence number on a known
    /// 4-tuple opens a new one (interfaces.md §4; Wireshark does the same).
    @inline(never)
    private mutating func open(
        _ found: Int?, fromUpper: Bool, link: LinkType, time: Int64, number: Int
    ) -> Int? {
        var former: Int64?
        if let found {
            guard table[found].isFollowed(by: segment, direction: fromUpper ? 1 : 0) else {
                return found
            }
            former = table[found].lastTime
        }
        let key = FlowKey.of(segment).key
        let hash = table.hash(key)
        if !keepsFlows {
            giveBackEnded(now: time)
            if past.holds(hash, segment, fromUpper: fromUpper) {
                examination.countLate(segment.flags)
                if segment.flags.contains(.rst) { tables.timeline.noteReset(time) }
                return nil
            }
            if former == nil { former = past.lastTime(hash) }
        }
        if table.open >= flowLimit, !keepsFlows { makeRoom() }
        guard table.open < flowLimit, table.count / 4 < flowLimit, table.count < Int(UInt32.max)
        else {
            unfollowedPackets += 1
            return nil
        }
        if let former, time &- former < Self.reuse, segment.flags.contains(.syn) {
            tables.reused.add(
                Place(
                    flow: UInt32(truncatingIfNeeded: table.count),
                    packet: UInt32(truncatingIfNeeded: number), time: time),
                value: max(0, time &- former))
        }
        let flow = Flow(
            key: key, number: table.count, segment: segment, fromUpper: fromUpper, link: link,
            time: time, packet: number)
        return table.add(flow, of: key, hash: hash)
    }

    /// Draws the conclusions. What the reader knows of the file is added by the caller.
    public consuming func finish(_ source: CaptureSource) -> CaptureReport {
        CaptureReport(self, source: source)
    }
}

/// What the reader of the file knows.
public struct CaptureSource: Sendable {
    /// `pcap` or `pcapng`.
    public var format: String
    /// tcpdump's names of the link types, in order of appearance.
    public var linkTypes: [String]
    /// Why the file ended early, `nil` when it did not.
    public var cutShort: String?
    /// What the capturing program says it had to drop (pcapng interface statistics).
    public var droppedPackets: Int
    /// `gzip`, `zstd`, `lz4`; `nil` for a file as it is.
    public var compression: String?
    /// Packets of a merge that were put in order, and those that came too late for it.
    public var reorderedPackets = 0

    public init(
        format: String, linkTypes: [String], cutShort: String? = nil, droppedPackets: Int = 0,
        compression: String? = nil
    ) {
        self.compression = compression
        self.format = format
        self.linkTypes = linkTypes
        self.cutShort = cutShort
        self.droppedPackets = droppedPackets
    }
}
