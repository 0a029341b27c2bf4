import Casebook
import Foundation
import Testing
import TrafficAnalysis
import Triage

/// The packets of one flow, read again, and what lists and charts say of a whole capture.
@Suite struct FlowReadingTests {
    private static let captures: [String] = {
        let folder = Book.repository("Tests/Fixtures/captures")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.contains(".pcap") }.sorted().map { folder + "/" + $0 }
            + [World.held]
    }()

    private func run(_ path: String) throws -> (CaptureReport, FlowDigests) {
        let report = try CaptureRun(path: path, digests: 100_000) { _ in true }.report
        return (report, try #require(report.digests))
    }

    private func trace(_ wish: FlowReading.Wish, _ path: String) throws -> FlowTrace {
        try #require(try FlowReading.trace(wish, path: path, cited: nil) { _ in true })
    }

    @Test(arguments: captures)
    func `a trace has every packet that the analysis counted, with the same verdicts`(
        path: String
    ) throws {
        var records: [Int: FlowRecord] = [:]
        try CaptureRun(path: path, needs: CaptureNeeds(tables: ["flows"])) { _ in true }.report
            .forEachFlow { records[$0.flow] = $0 }
        for digest in try run(path).1.flows.prefix(12) {
            let trace = try trace(.known(digest.place), path)
            let record = try #require(records[digest.flow])
            #expect(trace.total == record.packets.client + record.packets.server)
            #expect(trace.client == record.client)
            guard trace.packets.count == trace.total else { continue }
            func marked(_ mark: FlowTrace.Packet.Marks) -> Int {
                trace.packets.count { $0.marks.contains(mark) }
            }
            #expect(
                marked(.sentAgain) == record.retransmitted.client + record.retransmitted.server)
            #expect(marked(.outOfOrder) == record.outOfOrder.client + record.outOfOrder.server)
            let hellos = trace.packets.flatMap(\.names).count { $0 == "ClientHello" }
            #expect(hellos == record.tls?.clientHellos ?? 0)
            let bytes = trace.packets.reduce(0) { $0 + $1.length }
            #expect(UInt64(bytes) == record.payloadBytes.client + record.payloadBytes.server)
        }
    }

    @Test func `a flow is found by its place, its number, and any of its packets`() throws {
        let flows = try run(World.held).1.flows
        for digest in flows.prefix(5) {
            let known = try trace(.known(digest.place), World.held)
            let numbered = try trace(.flow(digest.flow), World.held)
            #expect(numbered.packets == known.packets)
            let last = try #require(known.packets.last)
            let cited = try trace(.packet(last.number), World.held)
            #expect(cited.packets == known.packets)
            #expect(cited.flow == digest.flow)
        }
        #expect(throws: FlowReading.Fault.self) {
            try FlowReading.trace(.flow(17), path: World.held, cited: nil) { _ in true }
        }
        #expect(throws: FlowReading.Fault.self) {
            try FlowReading.trace(.packet(1_000_000), path: World.held, cited: nil) { _ in true }
        }
    }

    @Test func `somebody who no longer wants it gets nothing`() throws {
        let place = try #require(try run(World.held).1.flows.first?.place)
        for wish in [FlowReading.Wish.known(place), .flow(3), .packet(30)] {
            #expect(
                try FlowReading.trace(wish, path: World.held, cited: nil) { _ in false } == nil)
        }
    }

    @Test(arguments: captures)
    func `digests are all flows, the worst first, and are found by number`(path: String) throws {
        let (report, digests) = try run(path)
        #expect(digests.flows.count == report.tcp.flows)
        for (place, flow) in digests.flows.enumerated() {
            #expect(digests.place(ofFlow: flow.flow) == place)
            guard place > 0 else { continue }
            let before = digests.flows[place - 1]
            #expect(before.trouble.rawValue >= flow.trouble.rawValue)
            if before.trouble == flow.trouble { #expect(before.flow < flow.flow) }
        }
        #expect(digests.place(ofFlow: -1) == nil)
        #expect(digests.place(ofFlow: 1 << 30) == nil)
    }

    @Test func `of more flows than are listed those in trouble stay`() throws {
        let all = try run(World.held).1
        let some = try #require(
            try CaptureRun(path: World.held, digests: 5) { _ in true }.report.digests)
        #expect(some.flows.map(\.flow) == all.flows.prefix(5).map(\.flow))
        #expect(all.flows.count > 5)
    }

    @Test(arguments: captures)
    func `the timeline counts what the totals count, in however many columns`(path: String) throws {
        let report = try run(path).0
        for width in [1, 7, 60, 5_000] {
            let columns = report.timeline.columns(width)
            #expect(columns.count <= width)
            #expect(columns.reduce(0) { $0 + Int($1.resets) } == report.tcp.rst)
            #expect(columns.reduce(0) { $0 + Int($1.sentAgain) } == report.tcp.retransmitted)
            let handshakes = columns.reduce(0) { $0 + UInt64($1.handshakes) }
            #expect(handshakes == report.timeline.connects.total + report.timeline.hellos.total)
        }
    }

    @Test func `what is seen half way is part of what is seen at the end`() throws {
        let half = try World.glimpse(of: World.held, after: 200)
        let report = try run(World.held).0
        #expect(half.packets == 200)
        #expect(half.flows < report.tcp.flows)
        #expect(half.timeline.connects.total < report.timeline.connects.total)
        #expect(half.worst.allSatisfy { !$0.trouble.isEmpty })
        let present = Set(report.findings.filter { $0.state == .present }.map(\.id))
        #expect(!half.findings.isEmpty)
        #expect(half.findings.allSatisfy { present.contains($0.id) })
    }
}

@Suite struct LadderTests {
    private func packet(_ number: Int, at time: Int64, place: Int? = nil) -> FlowTrace.Packet {
        FlowTrace.Packet(
            number: number, place: place ?? number - 1, time: time, fromClient: number % 2 == 1,
            flags: ["ACK"], sequence: 1, acknowledgement: 1, length: 0, window: 1, timeToLive: 64,
            marks: [], names: [])
    }

    private func ladder(_ packets: [FlowTrace.Packet], scale: Int64? = nil) throws -> FlowLadder {
        var trace = try #require(
            try FlowReading.trace(.flow(0), path: World.held, cited: nil) { _ in true })
        trace.packets = packets
        return FlowLadder(trace, scale: scale)
    }

    private func emptyRows(_ ladder: FlowLadder) -> Int {
        ladder.rows.count { if case .gap = $0 { true } else { false } }
    }

    @Test func `time between packets takes rows in proportion, by the usual scale all of it`()
        throws
    {
        let second: Int64 = 1_000_000_000
        let made = try ladder([
            packet(1, at: 0), packet(2, at: second), packet(3, at: 4 * second),
            packet(4, at: 4 * second + 1),
        ])
        #expect(made.scale == second / 2)
        #expect(emptyRows(made) == 2 + 6)
        #expect(!made.rows.contains { made.isCut($0) })
        #expect(made.row(ofPacket: 2) == 10)
        let fine = try ladder(made.trace.packets, scale: second / 10)
        #expect(emptyRows(fine) == 10 + 12)
        #expect(fine.rows.contains { fine.isCut($0) }, "a gap that is cut says so")
    }

    @Test func `scales are one, two or five of a power of ten, and end`() {
        var scale: Int64 = 1_000
        var seen = [scale]
        for _ in 0..<100 {
            scale = FlowLadder.scale(scale, wider: true)
            seen.append(scale)
        }
        #expect(seen.prefix(5) == [1_000, 2_000, 5_000, 10_000, 20_000])
        #expect(seen.last == 5_000_000_000_000)
        for _ in 0..<100 { scale = FlowLadder.scale(scale, wider: false) }
        #expect(scale == 1_000)
    }

    @Test func `packets that were not kept are counted where they stood`() throws {
        let made = try ladder([packet(1, at: 0), packet(9, at: 1_000, place: 8)])
        #expect(made.rows[1] == .leftOut(after: 0, count: 7))
        #expect(made.text(1, width: 60).body.contains("7 packets left out"))
    }

    @Test(arguments: [30, 60, 80, 120])
    func `every row is as wide as it may be, whatever a packet is called`(width: Int) throws {
        var odd = packet(1, at: 0)
        odd.names = ["GET /漢字\u{1B}[2J" + String(repeating: "x", count: 200)]
        odd.length = 1
        let made = try ladder([odd, packet(2, at: 5_000_000_000)])
        for row in made.rows.indices {
            let text = made.text(row, width: width)
            #expect((text.margin + text.body).count == max(width, 33))
            #expect((text.margin + text.body).unicodeScalars.allSatisfy { $0.value != 0x1B })
        }
    }
}

extension FlowLadder {
    fileprivate func isCut(_ row: Row) -> Bool {
        if case .gap(_, let words) = row { words.contains("not to scale") } else { false }
    }
}
