internal import Casebook
internal import Dissection

/// Shows every flow to every analyzer, once, and counts what the report's totals need.
struct Examination {
    private(set) var tcp = CaptureReport.TCPTotals()
    private(set) var waits = HandshakeWaits()
    private var pairs = Interned<NumberedPair>()
    private var running = RunningAnalyzers()
    var datagrams = DatagramExamination()
    private var oneSidedFlows = 0
    private(set) var servers = ServersOfFlows()
    /// `nil` unless somebody wants to list the flows.
    var digests: FlowDigests?

    /// What it is so far, to be shown more flows than the first will be.
    func copy() -> Examination {
        var copy = self
        copy.running = running.copy()
        return copy
    }

    mutating func visit(
        _ flow: Flow, _ key: FlowKey, _ tables: inout SideTables, captureEnd: Int64
    ) {
        let endpoint = Endpoint(address: key.address(flow.server), port: key.port(flow.server))
        let server = servers.note(endpoint, of: Int(flow.number))
        let pair = pairs.number(
            of: NumberedPair(client: key.address(flow.client), server: server))
        let facts = FlowFacts(
            flow, key, &tables, captureEnd: captureEnd, server: server, pair: pair)
        show(facts, &tables)
    }

    /// Asks for what `visit` is going to need of a flow of this key; then for what it finds by that.
    mutating func prefetch(_ key: FlowKey, server: Int) {
        if let pair = pair(key, server) { pairs.prefetchSlot(pair) }
    }

    mutating func prefetchPair(_ key: FlowKey, server: Int) {
        if let pair = pair(key, server) { pairs.prefetchValue(pair) }
    }

    private mutating func pair(_ key: FlowKey, _ server: Int) -> NumberedPair? {
        let endpoint = Endpoint(address: key.address(server), port: key.port(server))
        return servers.servers.find(endpoint).map {
            NumberedPair(client: key.address(1 - server), server: $0)
        }
    }

    private mutating func show(_ facts: FlowFacts, _ tables: inout SideTables) {
        tcp.flows += 1
        count(facts.client)
        count(facts.server)
        tcp.retransmitted += facts.retransmitted
        if Self.isOneSided(facts.flow) { oneSidedFlows += 1 }
        waits.visit(facts)
        digests?.add(FlowDigest(facts, tables: tables))
        if tables.rows != nil { Self.list(facts, &tables) }
        running.visit(facts)
        datagrams.visit(facts)
    }

    private static func list(_ facts: FlowFacts, _ tables: inout SideTables) {
        var rows = tables.rows.take()
        rows?.visit(facts.flow, facts, tables)
        tables.rows = rows
    }

    /// A packet of a flow that was given back.
    mutating func countLate(_ flags: TCPFlags) {
        if flags.contains(.syn), !flags.contains(.ack) { tcp.syn += 1 }
        if flags.contains(.rst) { tcp.rst += 1 }
    }

    func conclude(_ context: CaptureContext) -> [Evidence] {
        running.conclude(context) + datagrams.conclude(context)
    }

    func context(_ analysis: borrowing CaptureAnalysis) -> CaptureContext {
        CaptureContext(
            file: analysis.file, first: analysis.firstTime, last: analysis.lastTime,
            isOneSided: oneSidedFlows * 2 > tcp.flows,
            payloadSegments: analysis.tables.payloadSegments,
            repeatedPayloadSegments: analysis.tables.repeatedPayloadSegments,
            servers: servers.servers, pairs: pairs, oversized: analysis.tables.oversized,
            reused: analysis.tables.reused, checksums: analysis.tables.checksums)
    }

    /// One side is missing although it must have answered: the other went beyond its SYNs.
    private static func isOneSided(_ flow: Flow) -> Bool {
        guard flow.directions[0].packets == 0 || flow.directions[1].packets == 0 else {
            return false
        }
        let only = flow.directions[flow.directions[0].packets == 0 ? 1 : 0]
        return only.packets > UInt32(only.syn) + UInt32(only.rst) || only.has.contains(.synACK)
    }

    private mutating func count(_ direction: Direction) {
        if !direction.has.contains(.synACK) { tcp.syn += Int(direction.syn) }
        tcp.rst += Int(direction.rst)
    }

    /// What lowers the worth of everything else, said first.
    func warnings(
        _ analysis: borrowing CaptureAnalysis, _ source: CaptureSource
    ) -> [Warning] {
        var warnings: [Warning] = []
        let tables = analysis.tables
        func warn(_ condition: Bool, _ id: String, _ summary: @autoclosure () -> String) {
            if condition {
                warnings.append(Warning(id: "capture.quality.\(id)", summary: summary()))
            }
        }
        warn(
            source.cutShort != nil, "cut-short",
            "the file ends inside a packet (\(source.cutShort ?? "")); all before it was read")
        warn(
            oneSidedFlows * 10 > tcp.flows && oneSidedFlows > 0, "one-sided",
            "\(counted(oneSidedFlows, "connection")) of \(tcp.flows) show only one "
                + "direction: nothing is said there about missing answers")
        warn(
            analysis.truncatedPackets > 0, "snaplen",
            "\(counted(analysis.truncatedPackets, "packet")) cut by the snap length: handshakes "
                + "and "
                + "closes can be unreadable; capture with -s 0")
        warn(
            analysis.oversizedPackets > 0, "offload",
            "\(counted(analysis.oversizedPackets, "packet")) larger than an Ethernet frame: "
                + "merged by "
                + "the network card, sizes and counts of segments are not those on the wire")
        warn(
            tables.capturedTwice > 0, "duplicated-packets",
            "\(counted(tables.capturedTwice, "packet")) captured twice (mirror port, two "
                + "interfaces); "
                + "the copies count as neither repeats nor duplicate ACKs")
        warn(
            source.droppedPackets > 0, "missed-packets",
            "the capturing program dropped \(counted(source.droppedPackets, "packet")): the "
                + "capture "
                + "is incomplete")
        warn(
            tables.missedBytes > 0 && source.droppedPackets == 0, "missed-packets",
            "on \(counted(tables.missedBytes, "direction")) bytes were acknowledged that are not "
                + "in "
                + "the capture: it is incomplete, nothing is said there about missing answers")
        warn(
            analysis.evictedFlows > 0 || analysis.unfollowedPackets > 0, "too-many-flows",
            beyondLimit(analysis.evictedFlows, analysis.unfollowedPackets, analysis.flowLimit))
        warn(
            source.reorderedPackets > 0, "reordered",
            "\(counted(source.reorderedPackets, "packet")) stood behind later ones in a file and "
                + "were put in order")
        warn(
            analysis.timeWentBack > 0, "time-goes-back",
            "time goes back \(counted(analysis.timeWentBack, "time")) between packets: clock "
                + "step, or "
                + "a capture merged out of order; --merge puts what is near in order")
        warn(
            analysis.otherPackets.undecoded > 0, "undecoded",
            "\(counted(analysis.otherPackets.undecoded, "packet")) could not be decoded: "
                + analysis.otherPackets.undecodedRows.map { "\($0.packets) \($0.name)" }
                .joined(separator: ", "))
        return warnings
    }

    private func beyondLimit(_ evicted: Int, _ unfollowed: Int, _ limit: Int) -> String {
        var words: [String] = []
        if evicted > 0 {
            words.append(
                "\(counted(evicted, "connection")) still open and longest without a packet gave "
                    + "way to newer ones: no more than \(limit) are followed at once")
        }
        if unfollowed > 0 {
            words.append(
                "\(counted(unfollowed, "packet")) of connections beyond the limit (\(limit) open "
                    + "at once, four times that in all) were not followed")
        }
        return words.joined(separator: "; ") + "; cut the capture by time or address"
    }
}
