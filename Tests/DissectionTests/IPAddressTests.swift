import Dissection
import Testing

@Suite struct IPAddressTests {
    @Test(arguments: [
        // RFC 5952 §4: no leading zeros, the longest run, the first of equals, no run of one.
        ("2001:0db8::0001", "2001:db8::1"),
        ("2001:db8:0:0:0:0:2:1", "2001:db8::2:1"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("2001:DB8::AAAA", "2001:db8::aaaa"),
        ("::", "::"),
        ("::1", "::1"),
        ("1::", "1::"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ("0:0:3:4:5:6:0:0", "::3:4:5:6:0:0"),
        ("fe80:0:0:0:0:0:0:1", "fe80::1"),
        ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
        ("192.0.2.1", "192.0.2.1"),
        ("255.255.255.255", "255.255.255.255"),
        ("0.0.0.0", "0.0.0.0"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::FFFF:c000:0201", "192.0.2.1"),
        ("::192.0.2.1", "::c000:201"),
    ])
    func `text is read, and written in the recommended form`(text: String, form: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == form)
        #expect(IPAddress(form) == address)
    }

    @Test(arguments: [
        "", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.-4", "1..2.3", " 1.2.3.4",
        ":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::1::", "12345::", "g::",
        "1:2:3:4:5:6:7:8::",
        "fe80::1%eth0", "1.2.3.4::", "::1.2.3", "1:", ":1", "::1.2.3.4:5", "[::1]",
        "1:2:3:4::5:6:7:8", "0000:0000:0000:0000:0000:0000:0000:0000:0000",
    ])
    func `what is no address is refused`(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func `the bytes are four or sixteen, in network order`() {
        #expect(IPAddress("192.0.2.7")?.bytes == [192, 0, 2, 7])
        let expected: [UInt8] = [0x20, 1, 0xD, 0xB8] + [UInt8](repeating: 0, count: 11) + [7]
        #expect(IPAddress("2001:db8::7")?.bytes == expected)
    }

    @Test func `IPv4 sorts by its number, before most of IPv6`() throws {
        let texts = ["::1", "9.0.0.1", "10.0.0.1", "2001:db8::1", "fe80::1"]
        let addresses = try texts.map { try #require(IPAddress($0)) }
        #expect(addresses.shuffled().sorted() == addresses)
    }

    @Test func `every address reads back from its text`() {
        var generator = SeededGenerator(state: 5)
        for round in 0..<5000 {
            // Runs of zeros are what the text form is about: most groups become zero.
            func word() -> UInt64 {
                var word = UInt64.random(in: 0...(.max), using: &generator)
                for shift in stride(from: UInt64(0), to: 64, by: 16)
                where Bool.random(using: &generator) {
                    word &= ~(0xFFFF << shift)
                }
                return word
            }
            let low = round % 5 == 0 ? 0xFFFF_0000_0000 | word() & 0xFFFF_FFFF : word()
            let address = IPAddress(high: round % 5 == 0 ? 0 : word(), low: low)
            #expect(IPAddress(address.description) == address)
        }
    }
}
