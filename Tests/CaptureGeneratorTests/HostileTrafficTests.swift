import Casebook
import PacketCapture
import Testing
import TrafficAnalysis

@testable import CaptureGeneration

/// Small variants of `make hostile`: all packets are accounted for, and what is bounded stays so.
struct HostileTrafficTests {
    private func capture(_ traffic: HostileTraffic, _ packets: Int) throws -> [UInt8] {
        var sink = MemorySink()
        var generator = HostileGenerator(packets: packets, seed: 7)
        try generator.run(traffic, capture: &sink)
        return sink.bytes
    }

    private func report(
        _ traffic: HostileTraffic, packets: Int = 20_000, flowLimit: Int = 2_000_000,
        keepsFlows: Bool = false
    ) throws -> CaptureReport {
        try analyse(
            try capture(traffic, packets), flowLimit: flowLimit, keepsFlows: keepsFlows)
    }

    @Test(arguments: HostileTraffic.allCases)
    func `the same seed gives the same bytes, and every packet is counted`(
        traffic: HostileTraffic
    ) throws {
        #expect(try capture(traffic, 500) == capture(traffic, 500))
        #expect(try report(traffic).packets == 20_000)
    }

    @Test(arguments: [HostileTraffic.synFlood, .onePacketFlows, .collidingTuples])
    func `a flood beyond the limit is followed in part, and that is said`(
        traffic: HostileTraffic
    ) throws {
        let all = try report(traffic)
        #expect(all.tcp.flows == 20_000)
        #expect(all.warnings.allSatisfy { $0.id != "capture.quality.too-many-flows" })
        let some = try report(traffic, flowLimit: 6_000)
        #expect(some.flowRecords <= 6_000)
        #expect(some.tcp.flows <= 24_000)
        #expect(some.warnings.contains { $0.id == "capture.quality.too-many-flows" })
    }

    @Test func `sequence numbers that begin again are no repeats`() throws {
        // More than 2 GiB a side, so that the first number is before and behind the last.
        // 4 connections; 3 turns are the handshake, of each 17 others the last is a repeat.
        let turns = 400_000 / 4 - 3
        let report = try report(.sequenceWrap, packets: 400_000, keepsFlows: true)
        #expect(report.tcp.flows == 4)
        report.forEachFlow { flow in
            #expect(flow.retransmitted.client == turns / 17)
            #expect(flow.outOfOrder.client == 0)
            #expect(flow.payloadBytes.client == turns * 32_768)
        }
    }

    @Test func `segments over each other open no flows and no handshakes of their own`() throws {
        let report = try report(.overlappingSegments, keepsFlows: true)
        #expect(report.tcp.flows == 64)
        report.forEachFlow { flow in
            #expect(
                flow.packets.client + flow.packets.server == 20_000 / 64 + (flow.flow < 32 ? 1 : 0))
        }
    }
}
