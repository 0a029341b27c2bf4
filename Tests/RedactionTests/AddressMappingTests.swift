import Dissection
import Testing

@testable import Redaction

@Suite struct AddressMappingTests {
    private let mapping = AddressMapping(RedactionKey(Array("0123456789abcdef".utf8))!)

    private func v4(_ address: IPAddress) -> UInt32 { UInt32(truncatingIfNeeded: address.low) }

    @Test func `two IPv4 addresses share as many leading bits afterwards as before`() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<400 {
            let one = UInt32.random(in: .min ... .max, using: &generator)
            let other = one ^ (UInt32.max >> UInt32.random(in: 0...31, using: &generator))
            let mapped = (mapping.map(IPAddress(ipv4: one)), mapping.map(IPAddress(ipv4: other)))
            guard ![one, other].contains(where: Self.stays) else { continue }
            #expect(
                (v4(mapped.0) ^ v4(mapped.1)).leadingZeroBitCount
                    == (one ^ other).leadingZeroBitCount)
        }
    }

    private static func stays(_ bits: UInt32) -> Bool {
        bits >> 24 == 127 || bits == 0 || bits == .max || bits >> 8 == 0xE0_0000
    }

    @Test func `two IPv6 addresses share as many leading bits afterwards as before`() {
        var generator = SystemRandomNumberGenerator()
        for place in 0..<64 {
            let high = 0x2001_0DB8_0000_0000 | UInt64.random(in: 0...0xFFFF_FFFF, using: &generator)
            let low = UInt64.random(in: .min ... .max, using: &generator)
            let one = mapping.map(IPAddress(high: high, low: low))
            let other = mapping.map(IPAddress(high: high, low: low ^ 1 << UInt64(place)))
            #expect(one.high == other.high)
            #expect((one.low ^ other.low).leadingZeroBitCount == 63 - place)
        }
    }

    @Test(arguments: [
        "10.1.2.3", "172.20.1.1", "192.168.7.9", "169.254.3.4", "100.64.1.2", "239.1.2.3",
        "fd00::1", "fe80::1:2", "2001:db8::5",
    ])
    func `an address stays of its kind and becomes another`(text: String) throws {
        let address = try #require(IPAddress(text))
        let mapped = mapping.map(address)
        #expect(mapped != address)
        #expect(Self.kind(mapped) == Self.kind(address))
    }

    @Test(arguments: [
        "127.0.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.18", "::", "::1", "ff02::1",
    ])
    func `what tells nothing of anybody stays`(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(mapping.map(address) == address)
    }

    @Test func `no public address becomes a private one`() {
        for top in UInt32(1)...223 where ![10, 127].contains(top) {
            let address = IPAddress(ipv4: top << 24 | 0x2F_1234)
            #expect(Self.kind(mapping.map(address)) == Self.kind(address), "\(address)")
        }
    }

    @Test func `another key gives other addresses, the same key the same`() throws {
        let address = IPAddress(ipv4: 0x5DB8_D822)
        let again = AddressMapping(RedactionKey(Array("0123456789abcdef".utf8))!)
        #expect(again.map(address) == mapping.map(address))
        let others = (0..<16).map { _ in AddressMapping(.random()).map(address) }
        #expect(Set(others).count > 8)
    }

    @Test func `groups and virtual routers keep their MAC, others keep the kind of it`() {
        for fixed: UInt64 in [
            0xFFFF_FFFF_FFFF, 0x0100_5E00_0012, 0x3333_0000_0001, 0x0000_5E00_0107,
        ] {
            #expect(mapping.map(mac: fixed) == fixed)
        }
        let one = mapping.map(mac: 0x0242_AC11_0002)
        #expect(one != 0x0242_AC11_0002)
        #expect(one >> 40 & 3 == 2)
        #expect(one >> 24 == mapping.map(mac: 0x0242_AC99_9999) >> 24)
    }

    /// RFC 6890's ranges, and for IPv6 the first bits.
    private static func kind(_ address: IPAddress) -> String {
        let bits = UInt32(truncatingIfNeeded: address.low)
        guard address.isIPv4 else {
            if address.high >> 57 == 0x7E { return "local" }
            if address.high >> 54 == 0x3FA { return "link" }
            return address.high >> 61 == 1 ? "global" : "other"
        }
        switch bits {
        case 0x0A00_0000...0x0AFF_FFFF, 0xAC10_0000...0xAC1F_FFFF, 0xC0A8_0000...0xC0A8_FFFF:
            return "private"
        case 0x6440_0000...0x647F_FFFF: return "shared"
        case 0xA9FE_0000...0xA9FE_FFFF: return "link"
        case 0x7F00_0000...0x7FFF_FFFF: return "loopback"
        case 0xE000_0000...: return "group"
        case 0...0x00FF_FFFF: return "this"
        default: return "public"
        }
    }
}
