import Dissection
import Testing

@Suite struct PacketTests {
    @Test(arguments: Layering.all)
    func `every layering leads to the same segment`(_ layering: Layering) {
        let (verdict, segment) = dissected(layering.packet, link: layering.link)
        #expect(verdict == .tcp)
        #expect(segment.source.isIPv4 == segment.destination.isIPv4)
        #expect(
            ["192.0.2.1", "2001:db8::1"].contains(segment.source.description)
                && ["192.0.2.2", "2001:db8::2"].contains(segment.destination.description))
        #expect(segment.sourcePort == 50000 && segment.destinationPort == 443)
        #expect(segment.sequence == 0x0102_0304 && segment.acknowledgement == 0xA1A2_A3A4)
        #expect(segment.flags == [.psh, .ack] && segment.window == 0x7210)
        #expect(segment.timeToLive == 57)
        #expect(segment.identification == (segment.source.isIPv4 ? 0x1234 : 0))
        #expect(segment.sourceMAC == (layering.hasMAC ? 0x0200_0000_00AA : 0))
        #expect([segment.outerVLAN, segment.innerVLAN] == layering.vlans)
        let end = segment.payloadOffset + segment.capturedPayload
        #expect(Array(layering.packet[segment.payloadOffset..<end]) == Packet.payload)
        #expect(segment.payloadLength == Packet.payload.count)
        let options = segment.optionsOffset..<segment.optionsOffset + segment.optionsLength
        #expect(Array(layering.packet[options]) == Packet.options)
    }

    @Test func `looking ahead finds the same ends where it finds any`() {
        var found: [String] = []
        for layering in Layering.all {
            var (ahead, whole) = (TCPSegment(), TCPSegment())
            let bytes = layering.packet.span.bytes
            guard peekTCP(bytes, link: layering.link, into: &ahead) else { continue }
            let verdict = dissect(
                bytes, link: layering.link, wireLength: bytes.byteCount, into: &whole)
            #expect(verdict == .tcp)
            #expect(ahead.source == whole.source && ahead.destination == whole.destination)
            #expect(ahead.sourcePort == 50_000 && ahead.destinationPort == 443)
            found.append(layering.name)
        }
        for name in ["Ethernet, IPv4", "Ethernet, IPv6", "VLAN", "QinQ"] {
            #expect(found.contains(name))
        }
    }

    @Test(arguments: Layering.all)
    func `a packet cut anywhere is truncated, or a segment with less of it captured`(
        _ layering: Layering
    ) {
        let whole = layering.packet.count
        let (_, complete) = dissected(layering.packet, link: layering.link)
        let fixedHeader = complete.optionsOffset
        for length in 0..<whole {
            let packet = Array(layering.packet[..<length])
            let (verdict, segment) = dissected(packet, link: layering.link, wireLength: whole)
            if length < fixedHeader {
                // A SNAP header that is cut off is not known to be one.
                #expect(
                    verdict == .truncated || (verdict == .notIP && layering.name.contains("SNAP")))
            } else {
                #expect(verdict == .tcp)
                #expect(segment.payloadLength == Packet.payload.count)
                #expect(segment.payloadOffset + segment.capturedPayload <= length)
                #expect(segment.optionsOffset + segment.optionsLength <= length)
            }
        }
    }

    @Test(arguments: Refusal.all)
    func `what is no TCP segment gets its verdict`(_ refusal: Refusal) {
        #expect(dissected(refusal.packet, link: refusal.link).verdict == refusal.verdict)
    }

    @Test func `another link type is unsupported`() {
        let link = LinkType(rawValue: 187)
        #expect(dissected(Packet.ethernet(Packet.ipv4()), link: link).verdict == .unsupportedLink)
        #expect(link.name == "BLUETOOTH_HCI_H4" && LinkType(rawValue: 4242).name == "LINKTYPE_4242")
    }

    @Test func `an IP length of zero goes up to the frame's end`() {
        let ipv4 = Packet.ethernet(Packet.ipv4(totalLength: 0))
        #expect(dissected(ipv4, wireLength: 30000).segment.payloadLength == 30000 - 66)
        let ipv6 = Packet.ethernet(Packet.ipv6(payloadLength: 0), type: 0x86DD)
        #expect(dissected(ipv6).segment.payloadLength == 16)
    }

    @Test func `an IP length beyond the frame counts up to the frame`() {
        let packet = Packet.ethernet(Packet.ipv4(totalLength: 1500))
        let segment = dissected(packet).segment
        #expect(segment.payloadLength == 16 && segment.capturedPayload == 16)
    }

    @Test func `random bytes never trap on any link`() {
        var generator = SeededGenerator(state: 2)
        for round in 0..<20_000 {
            var packet = (0..<Int.random(in: 0..<120, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            // Half of them are good packets with a few bytes changed, to get behind the first test.
            if round % 2 == 0, let layering = Layering.all.randomElement(using: &generator) {
                packet = layering.packet
                for _ in 0..<3 {
                    let place = Int.random(in: 0..<packet.count, using: &generator)
                    packet[place] = UInt8.random(in: 0...255, using: &generator)
                }
            }
            for link in Set(Layering.all.map(\.link)) {
                let extra = Int.random(in: 0..<2000, using: &generator)
                exercisePacket(packet.span.bytes, link: link, wireLength: packet.count + extra)
            }
        }
    }
}
