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
        for chunk in table.chunks {
            for index in chunk.indices
            where chunk[index].directions[0].packets == 0 || chunk[index].directions[1].packets == 0
            {
                let d = chunk[index].directions[0].packets == 0 ? 1 : 0
                let only = chunk[index].directions[d]
                if only.packets > UInt32(only.syn) + UInt32(only.rst) || only.has.contains(.synACK) {
                    count += 1
                }
            }
        }
        return count
    }

    mutating func run() {
        var running = analyzers.map { $0.init(context) }
        tcp.flows = table.count
        for number in 0..<table.count {
            let flow = table[number]
            count(flow)
            let facts = FlowFacts(
                number: number, flow: flow, tls: flow.tls >= 0 ? tables.tls[Int(flow.tls)] : nil,
                rare: flow.rare >= 0 ? tables.rare[Int(flow.rare)] : nil, captureEnd: context.last)
            for index in running.indices { running[index].visit(facts) }
        }
        for analyzer in running { findings += analyzer.conclude() }
    }

    private mutating func count(_ flow: Flow) {
        for d in 0...1 {
            let direction = flow.directions[d]
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
            if condition { warnings.append(Warning(id: "capture.quality.\(id)", summary: summary())) }
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
            "\(counted(analysis.truncatedPackets, "packet")) cut by the snap length: handshakes and "
                + "closes can be unreadable; capture with -s 0")
        warn(
            analysis.oversizedPackets > 0, "offload",
            "\(counted(analysis.oversizedPackets, "packet")) larger than an Ethernet frame: merged by "
                + "the network card, sizes and counts of segments are not those on the wire")
        warn(
            tables.capturedTwice > 0, "duplicated-packets",
            "\(counted(tables.capturedTwice, "packet")) captured twice (mirror port, two interfaces); "
                + "the copies count as neither repeats nor duplicate ACKs")
        warn(
            source.droppedPackets > 0, "missed-packets",
            "the capturing program dropped \(counted(source.droppedPackets, "packet")): the capture "
                + "is incomplete")
        warn(
            tables.missedBytes > 0 && source.droppedPackets == 0, "missed-packets",
            "on \(counted(tables.missedBytes, "direction")) bytes were acknowledged that are not in "
                + "the capture: it is incomplete, nothing is said there about missing answers")
        warn(
            analysis.timeWentBack > 0, "time-goes-back",
            "time goes back \(counted(analysis.timeWentBack, "time")) between packets: clock step, or "
                + "a capture merged out of order")
        warn(
            analysis.undecodedPackets > 0, "undecoded",
            "\(counted(analysis.undecodedPackets, "packet")) could not be decoded "
                + "(link type or broken header)")
        return warnings
    }
}
