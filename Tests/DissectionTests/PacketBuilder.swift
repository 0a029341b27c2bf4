import Dissection

/// Bytes in network order.
func bytes16(_ value: Int) -> [UInt8] {
    [UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value)]
}

func bytes32(_ value: UInt32) -> [UInt8] {
    bytes16(Int(value >> 16)) + bytes16(Int(value & 0xFFFF))
}

/// The parts one after the other; long chains of + are slow to type-check.
func join(_ parts: [UInt8]...) -> [UInt8] { Array(parts.joined()) }

func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

/// A vector with one or two bytes of length before it (RFC 8446 §3.4).
func vector8(_ content: [UInt8]) -> [UInt8] { [UInt8(content.count)] + content }
func vector16(_ content: [UInt8]) -> [UInt8] { bytes16(content.count) + content }

/// Packets whose fields are known: 192.0.2.1:50000 or 2001:db8::1 to port 443 of ...2.
enum Packet {
    static let payload: [UInt8] = Array("sixteen bytes ok".utf8)
    static let options: [UInt8] = [2, 4, 5, 0xB4, 1, 3, 3, 7, 4, 2, 1, 1]

    static func tcp(options: [UInt8] = options, payload: [UInt8] = payload) -> [UInt8] {
        join(
            bytes16(50000), bytes16(443), bytes32(0x0102_0304), bytes32(0xA1A2_A3A4),
            [UInt8((20 + options.count) / 4) << 4, 0x18], bytes16(0x7210), zeros(4), options,
            payload)
    }

    static func ipv4(
        _ content: [UInt8] = tcp(), protocol number: UInt8 = 6, options: [UInt8] = [],
        fragment: Int = 0, totalLength: Int? = nil
    ) -> [UInt8] {
        let header = 20 + options.count
        return join(
            [0x40 | UInt8(header / 4), 0], bytes16(totalLength ?? header + content.count),
            bytes16(0x1234), bytes16(fragment), [57, number, 0, 0],
            [192, 0, 2, 1, 192, 0, 2, 2], options, content)
    }

    static func ipv6(
        _ content: [UInt8] = tcp(), next: UInt8 = 6, payloadLength: Int? = nil
    ) -> [UInt8] {
        let prefix = join([0x20, 0x01, 0x0D, 0xB8], zeros(11))
        return join(
            [0x60, 0, 0, 0], bytes16(payloadLength ?? content.count), [next, 57],
            prefix, [1], prefix, [2], content)
    }

    static func ethernet(_ content: [UInt8], type: Int = 0x0800) -> [UInt8] {
        join([2, 0, 0, 0, 0, 0xBB, 2, 0, 0, 0, 0, 0xAA], bytes16(type), content)
    }

    static func vlan(_ id: Int, _ content: [UInt8], type: Int = 0x0800) -> [UInt8] {
        join(bytes16(0x6000 | id), bytes16(type), content)
    }

    /// Version 1: outgoing, Ethernet, an address of six bytes.
    static func cooked(_ content: [UInt8], type: Int = 0x0800) -> [UInt8] {
        join([0, 4, 0, 1, 0, 6, 2, 0, 0, 0, 0, 0xAA, 0, 0], bytes16(type), content)
    }

    static func cooked2(_ content: [UInt8], type: Int = 0x0800) -> [UInt8] {
        join(bytes16(type), [0, 0, 0, 0, 0, 3, 0, 1, 4, 6, 2, 0, 0, 0, 0, 0xAA, 0, 0], content)
    }
}

/// The verdict on a whole packet, and the segment.
func dissected(
    _ packet: [UInt8], link: LinkType = .ethernet, wireLength: Int? = nil
) -> (verdict: PacketVerdict, segment: TCPSegment) {
    var segment = TCPSegment()
    let length = wireLength ?? packet.count
    let verdict = dissect(packet.span.bytes, link: link, wireLength: length, into: &segment)
    return (verdict, segment)
}

/// A generator whose numbers are the same on every machine (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}
