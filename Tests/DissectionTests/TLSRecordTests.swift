import Dissection
import Testing

@Suite struct TLSRecordTests {
    @Test func `a header is read at its place`() {
        let bytes: [UInt8] = [9, 9, 22, 3, 1, 2, 0]
        let expected = TLSRecord(contentType: 22, version: 0x0301, length: 512)
        #expect(tlsRecord(bytes, at: 2) == expected)
        for start in [-1, 0, 3, 7, 100] { #expect(tlsRecord(bytes, at: start) == nil) }
    }

    @Test func `a header cut anywhere is none`() {
        let header: [UInt8] = [23, 3, 3, 0, 19]
        for length in 0..<5 { #expect(tlsRecord(header[..<length], at: 0) == nil) }
        #expect(tlsRecord(header, at: 0) != nil)
    }

    @Test(
        arguments: [
            ([19, 3, 3, 0, 1], false), ([20, 3, 3, 0, 1], true), ([24, 3, 3, 0, 1], true),
            ([25, 3, 3, 0, 1], false), ([22, 2, 3, 0, 1], false), ([22, 3, 3, 0, 0], false),
            ([23, 3, 3, 0, 0], true), ([23, 3, 3, 0x48, 0], true), ([23, 3, 3, 0x48, 1], false),
        ] as [([UInt8], Bool)])
    func `type, version and length must be plausible`(bytes: [UInt8], isRecord: Bool) {
        #expect((tlsRecord(bytes, at: 0) != nil) == isRecord)
    }

    @Test(
        arguments: [
            ([22, 3, 1, 2, 0, 1, 0], true), ([22, 3, 1, 2, 0, 99, 0], false),
            ([22, 3, 3, 0, 40, 99], true), ([22, 3, 9, 2, 0, 1], false),
            ([21, 3, 1, 0, 2, 2, 40], true),
            ([21, 3, 1, 0, 2, 9, 40], false), ([20, 3, 3, 0, 1, 1], true),
            ([20, 3, 3, 0, 2], false),
            ([23, 3, 3, 1, 0], true), (Array("GET / HTTP/1.1".utf8), false), ([], false),
            (Array("SSH-2.0-OpenSSH".utf8), false),
        ] as [([UInt8], Bool)])
    func `first bytes look like TLS or not`(bytes: [UInt8], looks: Bool) {
        #expect(looksLikeTLS(bytes) == looks)
    }

    @Test func `a ClientHello in the format of SSL 2 is recognised`() {
        let hello: [UInt8] = [0x80, 0x2E, 1, 3, 1, 0, 0x15, 0, 0, 0, 0x10, 0, 0, 4]
        #expect(isSSLv2ClientHello(hello) && !looksLikeTLS(hello))
        for length in 0..<11 { #expect(!isSSLv2ClientHello(hello[..<length])) }
        #expect(!isSSLv2ClientHello(([0x80, 0x2F] + hello[2...])))
    }

    @Test(
        arguments: [
            (0x0300, "SSLv3"), (0x0301, "TLSv1.0"), (0x0303, "TLSv1.2"), (0x0304, "TLSv1.3"),
            (0x7F1C, "0x7f1c"), (0x000A, "0x000a"),
        ] as [(UInt16, String)])
    func `versions have names`(version: UInt16, name: String) {
        #expect(tlsVersionName(version) == name)
    }

    @Test func `a handshake header is four bytes`() {
        let bytes: [UInt8] = [1, 1, 0, 4]
        #expect(HandshakeHeader(bytes, at: 0) == HandshakeHeader(type: 1, length: 65540))
        for length in 0..<4 { #expect(HandshakeHeader(bytes[..<length], at: 0) == nil) }
    }

    @Test func `alerts in clear have names, encrypted ones are none`() {
        let fatal = TLSAlert(fragment: ([2, 40] as [UInt8]))
        #expect(fatal?.name == "handshake_failure" && fatal?.isFatal == true)
        #expect(TLSAlert(fragment: ([1, 0] as [UInt8]))?.name == "close_notify")
        #expect(TLSAlert(level: 2, description: 99).name == "alert_99")
        for bytes in [[], [2], [3, 40], [2, 40, 0]] as [[UInt8]] {
            #expect(TLSAlert(fragment: bytes) == nil)
        }
    }
}
