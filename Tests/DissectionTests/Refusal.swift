import Dissection
import Testing

/// A packet without a TCP segment that can be used, and what it is called.
struct Refusal: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var packet: [UInt8]
    var verdict: PacketVerdict
    var link = LinkType.ethernet

    private init(_ name: String, _ packet: [UInt8], _ verdict: PacketVerdict) {
        (testDescription, self.packet, self.verdict) = (name, packet, verdict)
    }

    /// An IP packet in Ethernet.
    private init(_ name: String, ip: [UInt8], _ verdict: PacketVerdict) {
        self.init(name, Packet.ethernet(ip, type: ip[0] >> 4 == 6 ? 0x86DD : 0x0800), verdict)
    }

    static let all: [Refusal] = [
        Refusal("ARP", Packet.ethernet([0, 1], type: 0x0806), .notIP),
        Refusal("802.3 without SNAP", Packet.ethernet([0x42, 0x42, 3, 0, 0], type: 5), .notIP),
        Refusal("UDP", ip: Packet.ipv4(protocol: 17), .notTCP),
        Refusal("ESP in IPv6", ip: Packet.ipv6(next: 50), .notTCP),
        Refusal("second fragment", ip: Packet.ipv4(fragment: 185), .fragment),
        Refusal("first fragment of IPv6", ip: fragment(1), .fragment),
        Refusal("second fragment of IPv6", ip: fragment(0x05A9), .fragment),
        Refusal("version 5", ip: join([0x55], zeros(40)), .malformed),
        Refusal("IPv4 header of 16 bytes", ip: join([0x44], zeros(40)), .malformed),
        Refusal("IP length inside TCP", ip: Packet.ipv4(totalLength: 39), .malformed),
        Refusal("TCP header of 16 bytes", ip: Packet.ipv4(tcpHeader(words: 4)), .malformed),
        Refusal("TCP header beyond IP", ip: Packet.ipv4(tcpHeader(words: 15)), .malformed),
        Refusal("five VLAN tags", Packet.ethernet(tags(5), type: 0x8100), .malformed),
        Refusal("endless extensions", ip: endlessExtensions, .malformed),
        Refusal("endless labels", Packet.ethernet(zeros(90), type: 0x8847), .malformed),
        Refusal("authenticated UDP", ip: authenticated([17, 4], zeros(22)), .notTCP),
        Refusal("authentication beyond IP", ip: authenticated([6, 200], zeros(22)), .malformed),
        Refusal("endless fabric tags", Packet.ethernet(fabricTags, type: 0x8926), .malformed),
        Refusal("labels before no IP", Packet.ethernet([0, 0, 1, 0, 0], type: 0x8847), .notIP),
    ]

    /// - Parameter field: offset, two reserved bits, more fragments (RFC 8200 §4.5).
    private static func fragment(_ field: Int) -> [UInt8] {
        Packet.ipv6(join([6, 0], bytes16(field), [1, 2, 3, 4], Packet.tcp()), next: 44)
    }

    private static let endlessExtensions = Packet.ipv6(
        Array(repeatElement([0, 0, 1, 4, 0, 0, 0, 0], count: 40).joined()), next: 0)

    private static func authenticated(_ parts: [UInt8]...) -> [UInt8] {
        Packet.ipv4(join(Array(parts.joined()), Packet.tcp()), protocol: 51)
    }

    private static let fabricTags: [UInt8] = Array(
        repeatElement([0, 0, 0, 0, 0x89, 0x26], count: 5_000).joined())

    private static func tcpHeader(words: UInt8) -> [UInt8] {
        var segment = Packet.tcp()
        segment[12] = words << 4
        return segment
    }

    private static func tags(_ count: Int) -> [UInt8] {
        (0..<count).reduce(Packet.ipv4()) { content, index in
            Packet.vlan(1, content, type: index == 0 ? 0x0800 : 0x8100)
        }
    }
}
