internal import Casebook

/// Runs every analyzer over every flow, once.
struct Examination {
    private(set) var findings: [Evidence] = []
    private(set) var tcp = CaptureReport.TCPTotals()
    private let context: CaptureContext
    private let table: FlowTable
    private let tables: SideTables
    private let oneSidedFlows: Int

    init(_ analysis: borrowing CaptureAnalysis) {
        table = analysis.table
        tables = analysis.tables
        oneSidedFlows = Self.countOneSided(analysis.table)
        context = CaptureContext(
            file: analysis.file, first: analysis.firstTime, last: analysis.lastTime,
            isOneSided: oneSidedFlows * 2 > analysis.table.count, packets: analysis.packets,
            payloadPackets: tables.payloadPackets,
            repeatedPayloadPackets: tables.repeatedPayloadPackets)
    }

    /// Flows of which one side is missing although it must have answered: the other went beyond
    /// its SYNs.
    private static func countOneSided(_ table: FlowTable) -> Int {
        var count = 0
        for number in 0..<table.count
        where table.flows[number].directions[0].packets == 0
            || table.flows[number].directions[1].packets == 0
        {
            let d = table.flows[number].directions[0].packets == 0 ? 1 : 0
            let only = table.flows[number].directions[d]
            if only.packets > UInt32(only.syn) + UInt32(only.rst) || only.has.contains(.synACK) {
                count += 1
            }
        }
        return count
    }

    /// Analyzers that run side by side. What they note of flows adds up, and is given back after
    /// each pass; another pass over the flows costs less than 3 % of the time.
    private static let perPass = 8

    mutating func run() {
        tcp.flows = table.count
        for number in 0..<table.count { count(table.flows[number].directions) }
        for start in stride(from: 0, to: analyzers.count, by: Self.perPass) {
            let end = min(start + Self.perPass, analyzers.count)
            findings += run(analyzers[start..<end])
        }
    }

    private func run(_ chosen: ArraySlice<any Analyzer.Type>) -> [Evidence] {
        var running = chosen.map { $0.init(context) }
        for number in 0..<table.count {
            let flow = table[number]
            let facts = FlowFacts(
                number: number, flow: flow, tls: flow.tls >= 0 ? tables.tls[Int(flow.tls)] : nil,
                rare: flow.rare >= 0 ? tables.rare[Int(flow.rare)] : nil, captureEnd: context.last)
            for index in running.indices { running[index].visit(facts) }
        }
        return running.flatMap { $0.conclude() }
    }

    private mutating func count(_ directions: [2 of Direction]) {
        for d in 0...1 {
            let direction = directions[d]
            if !direction.has.contains(.synACK) { tcp.syn += Int(direction.syn) }
            tcp.rst += Int(direction.rst)
            tcp.retransmitted += Int(direction.retransmitted)
        }
    }

    /// What lowers the worth of everything else, said first.
    func warnings(
        _ analysis: borrowing CaptureAnalysis, _ source: CaptureSource
    ) -> [Warning] {
        var warnings: [Warning] = []
        func warn(_ condition: Bool, _ id: String, _ summary: @autoclosure () -> String) {
            if condition {
                warnings.append(Warning(id: "capture.quality.\(id)", summary: summary()))
            }
        }
        warn(
            source.cutShort != nil, "cut-short",
            "the file ends inside a packet (\(source.cutShort ?? "")); all before it was read")
        warn(
            oneSidedFlows * 10 > analysis.table.count && oneSidedFlows > 0, "one-sided",
            "\(counted(oneSidedFlows, "connection")) of \(analysis.table.count) show only one "
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
            analysis.unfollowedPackets > 0, "too-many-flows",
            "\(counted(analysis.unfollowedPackets, "packet")) of connections beyond the first "
                + "\(analysis.flowLimit) were not followed; cut the capture by time or address")
        warn(
            analysis.timeWentBack > 0, "time-goes-back",
            "time goes back \(counted(analysis.timeWentBack, "time")) between packets: clock "
                + "step, or "
                + "a capture merged out of order")
        warn(
            analysis.undecodedPackets > 0, "undecoded",
            "\(counted(analysis.undecodedPackets, "packet")) could not be decoded "
                + "(link type or broken header)")
        return warnings
    }
}
