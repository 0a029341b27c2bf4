import Dissection
import Redaction
import Testing

/// Packets in tunnels keep what a diagnosis needs and nothing that names somebody.
@Suite struct TunnelTests {
    private static func ipv4(_ transport: UInt8, _ content: [UInt8]) -> [UInt8] {
        let length = 20 + content.count
        return [0x45, 0, UInt8(length >> 8), UInt8(length & 255), 0, 1, 0, 0, 64, transport, 0, 0]
            + [192, 0, 2, 1, 192, 0, 2, 2] + content
    }

    private static let secret = Array("very secret text".utf8)
    private static let tcp: [UInt8] =
        [0x30, 0x39, 0x1F, 0x90, 1, 2, 3, 4, 5, 6, 7, 8, 0x50, 0x18, 0, 99, 0, 0, 0, 0] + secret

    private static func ipv6(_ content: [UInt8]) -> [UInt8] {
        [0x60, 0, 0, 0, 0, UInt8(content.count), 6, 64, 0x20, 1, 0, 0]
            + [UInt8](repeating: 7, count: 28) + content
    }

    private static func udp(_ port: UInt16, _ content: [UInt8]) -> [UInt8] {
        let length = 8 + content.count
        return ipv4(
            17,
            [0x13, 0x88, UInt8(port >> 8), UInt8(port & 255), UInt8(length >> 8)]
                + [UInt8(length & 255), 0, 0] + content)
    }

    /// Client 192.0.2.77, as Teredo hides it: every bit turned (RFC 4380 §5.1.1).
    private static let origin: [UInt8] = [0, 0, 0x12, 0x34, 0x3F, 0xFF, 0xFD, 0xB2]
    private static let authentication: [UInt8] =
        [0, 1, 4, 3] + Array("user".utf8) + Array("mac".utf8) + [9, 9, 9, 9, 9, 9, 9, 9, 0]

    static let packets: [(name: String, packet: [UInt8])] = [
        ("authentication header", ipv4(51, [6, 4] + [UInt8](repeating: 0, count: 22) + tcp)),
        ("Teredo", udp(3544, authentication + origin + ipv6(tcp))),
        (
            "EtherIP",
            ipv4(97, [0x30, 0] + [UInt8](repeating: 2, count: 12) + [8, 0] + ipv4(6, tcp))
        ),
        ("L2TP", udp(1701, [0, 2, 0, 1, 0, 1, 0xFF, 3, 0, 0x21] + ipv4(6, tcp))),
    ]

    private static func redacted(_ packet: [UInt8]) throws -> [UInt8] {
        let redactor = PacketRedactor(
            try #require(RedactionKey(Array("0123456789abcdef".utf8))))
        redactor.look(
            at: packet.span.bytes, number: 1, link: .raw, wireLength: packet.count)
        redactor.turnBack()
        return redactor.redact(
            packet.span.bytes, number: 1, link: .raw, wireLength: packet.count)
    }

    private static func segment(_ packet: [UInt8]) -> TCPSegment? {
        var segment = TCPSegment()
        var opener = PacketOpener()
        let span = packet.span.bytes
        let verdict = dissect(span, link: .raw, wireLength: packet.count, into: &segment)
        return opener.open(span, verdict, into: &segment).verdict == .tcp ? segment : nil
    }

    @Test(arguments: packets.indices) func `the segment stays, text does not`(index: Int) throws {
        let (name, packet) = Self.packets[index]
        let new = try Self.redacted(packet)
        let (before, after) = (
            try #require(Self.segment(packet), "\(name)"),
            try #require(Self.segment(new), "\(name)")
        )
        #expect(after.sequence == before.sequence && after.flags == before.flags)
        #expect(after.payloadLength == Self.secret.count)
        #expect(after.source != before.source)
        for text in [Self.secret, Array("user".utf8), Array("mac".utf8)] {
            #expect(!new.indices.contains { new[$0...].starts(with: text) }, "\(name)")
        }
        #expect(!new.indices.contains { new[$0...].starts(with: Self.origin.suffix(4)) })
    }

    @Test(arguments: packets.indices) func `a packet cut anywhere is no trap`(index: Int) throws {
        let packet = Self.packets[index].packet
        for length in packet.indices {
            let cut = Array(packet[..<length])
            let new = try Self.redacted(cut)
            #expect(new.isEmpty || new.count == length)
        }
    }
}
