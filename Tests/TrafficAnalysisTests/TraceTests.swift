import Dissection
import Foundation
import PacketCapture
import Testing
import TrafficAnalysis

/// Flows, traces and times of captures that lie.
@Suite struct TraceTests {
    private static let folder =
        URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().path + "/Fixtures/captures/"

    private struct Packet {
        var record: PacketRecord
        var bytes: [UInt8]
    }

    private func packets() throws -> [Packet] {
        var packets: [Packet] = []
        var reader = try CaptureReader(path: Self.folder + "healthy-nginx-curl-tls13.pcap")
        _ = try reader.forEachPacket { record, bytes in
            packets.append(Packet(record: record, bytes: bytes.array(0..<bytes.byteCount)))
            return true
        }
        return packets
    }

    /// The report, and the traces of its flows, of packets with other times or lengths.
    private func traces(
        _ packets: [Packet], time: (Int) -> Int64, length: (Int) -> Int
    ) throws -> (CaptureReport, [FlowTrace]) {
        var analysis = CaptureAnalysis(file: "x", digests: 100)
        func visit(_ body: (Packet, RawSpan, Int64) -> Void) {
            for (place, packet) in packets.enumerated() {
                let count = min(packet.bytes.count, length(place))
                body(packet, packet.bytes.span.bytes.extracting(0..<count), time(place))
            }
        }
        visit { packet, bytes, time in
            analysis.packet(
                bytes, number: packet.record.number, time: time,
                wireLength: packet.record.wireLength, link: packet.record.link)
        }
        let report = analysis.finish(CaptureSource(format: "pcap", linkTypes: []))
        let flows = try #require(report.digests).flows
        return (
            report,
            flows.compactMap { flow in
                let place = flow.place
                var tracer = FlowTracer(
                    flow: place.flow, place.one, place.other, firstPacket: place.firstPacket,
                    cited: nil)
                visit { packet, bytes, time in
                    _ = tracer.packet(
                        bytes, number: packet.record.number, time: time,
                        wireLength: packet.record.wireLength, link: packet.record.link)
                }
                return tracer.finish()
            }
        )
    }

    @Test(arguments: [
        [Int64.min, .max], [.max, .min], [0, .max, 1], [-1, -2, -3],
        [1_700_000_000_000_000_000, 0, .max],
    ])
    func `no clock makes a difference of times overflow`(times: [Int64]) throws {
        let packets = try packets()
        let (report, traces) = try traces(
            packets, time: { times[$0 % times.count] }, length: { _ in .max })
        #expect(!traces.isEmpty)
        for trace in traces {
            let first = try #require(trace.packets.first?.time)
            for packet in trace.packets {
                #expect(!packet.time.subtractingReportingOverflow(first).overflow)
            }
        }
        for width in [1, 60, 2_000] { #expect(report.timeline.columns(width).count <= width) }
        #expect(report.timeline.span >= 0)
    }

    @Test func `packets cut at any place are traced or left out, never trapped on`() throws {
        let packets = try packets()
        for length in stride(from: 0, through: 400, by: 7) {
            let (report, traces) = try traces(
                packets, time: { Int64($0) * 1_000_000 }, length: { _ in length })
            #expect(report.tcp.flows == traces.count)
            for trace in traces {
                #expect(trace.packets.allSatisfy { $0.names.allSatisfy { $0.count < 300 } })
            }
        }
    }

    @Test func `of a long flow the ends are kept, and what is around the packet asked for`() throws
    {
        let one = try #require(try packets().first)
        let report = CaptureAnalysis(file: "x").finish(
            CaptureSource(format: "pcap", linkTypes: []))
        #expect(report.digests == nil)
        var analysis = CaptureAnalysis(file: "x")
        analysis.packet(
            one.bytes.span.bytes, number: 1, time: 0, wireLength: one.record.wireLength,
            link: one.record.link)
        let found = analysis.place(
            of: one.bytes.span.bytes, wireLength: one.record.wireLength,
            link: one.record.link)
        let place = try #require(found)
        var tracer = FlowTracer(
            flow: 0, place.one, place.other, firstPacket: 1, cited: 5_000)
        for number in 1...10_000 {
            _ = tracer.packet(
                one.bytes.span.bytes, number: number, time: Int64(number) * 1_000_000_000,
                wireLength: one.record.wireLength, link: one.record.link)
        }
        let made = tracer.finish()
        let trace = try #require(made)
        #expect(trace.total == 10_000)
        #expect(trace.packets.count < 1_100)
        #expect(trace.packets.first?.number == 1)
        #expect(trace.packets.last?.number == 10_000)
        let numbers = trace.packets.map(\.number)
        for number in 4_901...5_100 { #expect(numbers.contains(number)) }
        #expect(numbers == numbers.sorted() && Set(numbers).count == numbers.count)
    }
}
