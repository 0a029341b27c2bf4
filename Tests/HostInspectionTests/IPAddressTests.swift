import HostInspection
import Testing

@Suite("Addresses as people write them")
struct IPAddressTests {
    @Test(
        "IPv6 is shortened as RFC 5952 says, IPv4 is dotted",
        arguments: [
            (0x2001_0db8_0000_0000, 0x0000_0000_0000_0001, "2001:db8::1"),
            (0, 0, "::"), (0, 1, "::1"), (0, 0xFFFF_7F00_0001, "127.0.0.1"),
            (0x2001_0db8_0000_0001, 0x0001_0001_0001_0001, "2001:db8:0:1:1:1:1:1"),
            (0x2001_0000_0000_0001, 0x0000_0000_0000_0001, "2001:0:0:1::1"),
            (0xfe80_0000_0000_0000, 0, "fe80::"),
        ] as [(UInt64, UInt64, String)])
    func text(high: UInt64, low: UInt64, expected: String) {
        #expect(IPAddress(high: high, low: low).description == expected)
    }
}
