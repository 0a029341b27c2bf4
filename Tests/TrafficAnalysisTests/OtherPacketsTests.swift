import Casebook
import Dissection
import Testing

@testable import TrafficAnalysis

/// What is no TCP is told by its protocol, and what could not be read by its reason.
struct OtherPacketsTests {
    private func report(_ packets: [(link: UInt32, bytes: [UInt8])]) -> CaptureReport {
        var analysis = CaptureAnalysis(file: "others")
        for (number, packet) in packets.enumerated() {
            analysis.packet(
                packet.bytes.span.bytes, number: number + 1, time: Int64(number),
                wireLength: packet.bytes.count, link: LinkType(rawValue: packet.link))
        }
        return analysis.finish(CaptureSource(format: "pcap", linkTypes: []))
    }

    private static let addresses: [UInt8] = [2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 1]

    private static func frame(_ type: UInt16, _ content: [UInt8]) -> [UInt8] {
        addresses + big16(type) + content
    }

    private static func ip(
        _ transport: UInt8, _ content: [UInt8], fragment: UInt16 = 0
    ) -> [UInt8] {
        let head = [0x45, 0] + big16(UInt16(20 + content.count)) + [0, 1] + big16(fragment)
        return head + [64, transport, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2] + content
    }

    @Test func `every packet that is no TCP is counted under its name`() {
        let blank = [UInt8](repeating: 0, count: 28)
        let arp = Self.frame(0x0806, blank)
        let overVXLAN =
            [0, 9] + big16(4789) + big16(UInt16(16 + arp.count)) + [0, 0, 8, 0, 0, 0, 0, 0, 0, 0]
            + arp
        let report = report([
            (1, arp), (1, Self.frame(0x0800, Self.ip(17, overVXLAN))),
            (1, Self.frame(0x0800, Self.ip(17, blank))), (1, Self.frame(0x88CC, blank)),
            (1, Self.frame(0x0800, Self.ip(1, blank))), (1, Self.frame(0x1234, blank)),
            (1, Self.frame(0x0800, Self.ip(17, blank, fragment: 7))),
            (1, Self.frame(38, [0x42, 0x42, 3] + blank)),
            (
                1,
                TestSegment(
                    source: 1, target: 2, sourcePort: 9, targetPort: 80, flags: 2, sequence: 1,
                    ack: 0,
                    window: 1
                ).frame
            ),
        ])
        #expect(
            report.otherPackets.rows.map { "\($0.packets) \($0.name)" } == [
                "2 ARP", "1 EtherType 0x1234", "1 ICMP", "1 IP fragment", "1 LLDP", "1 STP",
                "1 UDP",
            ])
        #expect(report.otherPackets.undecoded == 0)
        #expect(!report.warnings.contains { $0.id == "capture.quality.undecoded" })
    }

    @Test func `what could not be decoded has its reason`() throws {
        let report = report([
            (253, [1, 2, 3]), (253, [1, 2, 3]), (253, [1]), (8, [1, 2]), (1, [1, 2, 3]),
            (1, Self.frame(0x0800, [0x55] + [UInt8](repeating: 0, count: 40))),
            (1, Self.frame(0x0800, [0x55] + [UInt8](repeating: 0, count: 40))),
        ])
        #expect(report.otherPackets.rows.isEmpty)
        #expect(report.otherPackets.undecoded == 7)
        let warning = try #require(
            report.warnings.first { $0.id == "capture.quality.undecoded" })
        #expect(
            warning.summary == "7 packets could not be decoded: 3 link type NETLINK, "
                + "2 with a header that contradicts itself, 1 cut short inside a header, "
                + "1 link type SLIP")
    }

    @Test func `protocols without end are bounded`() {
        let report = report(
            (0..<2000).map { (1, Self.frame(0x1000 + UInt16($0), [1, 2, 3, 4])) })
        #expect(report.otherPackets.rows.count == 257)
        #expect(report.otherPackets.rows.reduce(0) { $0 + $1.packets } == 2000)
    }
}
