import Dissection
import Testing

/// What a Certificate message holds that `openssl req -x509` made: `CN=shop.example.com`, alternative
/// names shop.example.com, *.shop.example.com and 192.0.2.7, 2026-11-21 to 2027-11-21.
struct CertificateTests {
    static let certificate: [UInt8] = hexadecimal(
        """
        308201c43082016aa003020102021476aec678d331c117155bcc6c3bbb46f0bb5122e1300a06082a
        8648ce3d040302301b3119301706035504030c1073686f702e6578616d706c652e636f6d301e170d
        3236313132313232333930345a170d3237313132313232333930345a301b3119301706035504030c
        1073686f702e6578616d706c652e636f6d3059301306072a8648ce3d020106082a8648ce3d030107
        03420004421f01015bad722b624fc32f24cc6beb236513878e86a27cdde198f788832bc0ca311c4f
        828b20062a4cbbe1b0ca1fc58f3fef2795248844b4748f5abb825e7ea3818b308188301d0603551d
        0e0416041482f64fd51259a842710fcc695ea962566ccbf5f6301f0603551d2304183016801482f6
        4fd51259a842710fcc695ea962566ccbf5f6300f0603551d130101ff040530030101ff3035060355
        1d11042e302c821073686f702e6578616d706c652e636f6d82122a2e73686f702e6578616d706c65
        2e636f6d8704c0000207300a06082a8648ce3d04030203480030450221008e57b9a989dd03f65fa6
        013358587e9861a035dfa80a771678b6bd888380d46f022021f38fa9ee25aebef332034fdb2ea4d8
        98c619aa1f1a473e4f76ae2b9b4bb173
        """)

    static var message: [UInt8] {
        func length(_ count: Int) -> [UInt8] {
            [UInt8(count >> 16), UInt8(count >> 8 & 255), UInt8(count & 255)]
        }
        return length(certificate.count + 3) + length(certificate.count) + certificate
    }

    private static func read(_ bytes: [UInt8]) -> CertificateMessage? {
        CertificateMessage(body: bytes.span.bytes)
    }

    private static func certificate(_ bytes: [UInt8]) -> Certificate? {
        Certificate(bytes.span.bytes, 0..<bytes.count)
    }

    @Test func `time, names and issuer`() throws {
        let message = try #require(Self.read(Self.message))
        #expect(message.count == 1)
        let leaf = try #require(message.certificates.first)
        #expect(leaf.commonName == "shop.example.com")
        #expect(leaf.issuerName == "shop.example.com")
        #expect(leaf.dnsNames == ["shop.example.com", "*.shop.example.com"])
        #expect(leaf.addresses == [[192, 0, 2, 7]])
        #expect(leaf.isSelfIssued)
        #expect(!leaf.namesIssuerLocation)
        #expect(leaf.notAfter - leaf.notBefore == 365 * 86400)
        #expect(leaf.notBefore == 1_795_300_744)
        #expect(leaf.isFor("a.shop.example.com"))
        #expect(leaf.isFor("192.0.2.7"))
        #expect(!leaf.isFor("192.0.2.8"))
        #expect(!leaf.isFor("example.com"))
    }

    @Test func `no prefix and no changed byte traps`() {
        let good = Self.message
        for count in 0..<good.count {
            #expect(Self.read(Array(good[..<count])) == nil)
        }
        for index in good.indices {
            for value in [0, 0x7F, 0x80, 0xFF] as [UInt8] {
                var bytes = good
                bytes[index] = value
                _ = Self.read(bytes)
            }
        }
        #expect(Self.read([0, 0, 0])?.count == 0)
    }

    @Test func `the date of a certificate that never ends`() throws {
        // RFC 5280 §4.1.2.5 wants 99991231235959Z for it; 253402300799 s.
        let never = Array("99991231235959Z".utf8)
        let old = Array("500101000000Z".utf8)
        let validity: [UInt8] =
            [0x30, UInt8(4 + never.count + old.count), 0x17, UInt8(old.count)] + old
            + [0x18, UInt8(never.count)] + never
        let fields: [UInt8] = [2, 1, 1, 0x30, 0, 0x30, 0] + validity + [0x30, 0, 0x30, 0]
        let bytes = [0x30, UInt8(fields.count + 2), 0x30, UInt8(fields.count)] + fields
        let certificate = try #require(Self.certificate(bytes))
        #expect(certificate.notBefore == -631_152_000)
        #expect(certificate.notAfter == 253_402_300_799)
    }
}

func hexadecimal(_ text: String) -> [UInt8] {
    let digits = text.filter { !$0.isWhitespace }.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}
