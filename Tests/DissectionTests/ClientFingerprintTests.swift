import Dissection
import Testing

struct ClientFingerprintTests {
    private static func vector(_ content: [UInt8]) -> [UInt8] { bytes16(content.count) + content }

    private static func list(_ numbers: [Int]) -> [UInt8] { numbers.flatMap(bytes16) }

    /// The hello that FoxIO's JA4 documentation takes as its example, with GREASE, in the order of
    /// the program that sent it.
    private func hello(alpn: [String] = ["h2", "http/1.1"], extensions more: [Int] = []) throws
        -> ClientHello
    {
        let ciphers = [
            0x8A8A, 0x1301, 0x1302, 0x1303, 0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8,
            0xC013, 0xC014, 0x009C, 0x009D, 0x002F, 0x0035,
        ]
        let algorithms = [0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601]
        let names = alpn.flatMap { vector8(Array($0.utf8)) }
        let contents: [Int: [UInt8]] = [
            0: Self.vector([0] + Self.vector(Array("a.example".utf8))),
            10: Self.vector(Self.list([0x0A0A, 0x001D])), 13: Self.vector(Self.list(algorithms)),
            16: Self.vector(names), 43: vector8(Self.list([0x3A3A, 0x0304, 0x0303])),
        ]
        let types =
            [
                0x5A5A, 0x001B, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002D, 0x000D, 0x0005,
                0x0023, 0x0012, 0x002B, 0xFF01, 0x000B, 0x000A, 0x0015, 0x1A1A,
            ] + more
        let extensions = types.flatMap { bytes16($0) + Self.vector(contents[$0] ?? []) }
        let body = join(
            [3, 3], zeros(32), [0], Self.vector(Self.list(ciphers)), [1, 0],
            Self.vector(extensions))
        return try ClientHello(body: body.span.bytes)
    }

    @Test func `the example of the definition`() throws {
        #expect(ClientFingerprint(try hello()).text == "t13d1516h2_8daaf6152771_e5627efa2ab1")
    }

    @Test func `first and last character of the protocol`() throws {
        func text(_ alpn: [String]) throws -> Substring {
            ClientFingerprint(try hello(alpn: alpn)).text.dropFirst(8).prefix(2)
        }
        #expect(try text(["http/1.1"]) == "h1")
        #expect(try text(["\u{1}b"]) == "02")
        #expect(try text(["x"]) == "xx")
        #expect(try text([]) == "00")
    }

    @Test func `another extension is another client`() throws {
        #expect(ClientFingerprint(try hello()) != ClientFingerprint(try hello(extensions: [99])))
    }

    @Test func `a hello without extensions`() throws {
        let body = join([3, 1], zeros(32), [0], Self.vector(Self.list([0x0A0A])), [1, 0])
        let hello = try ClientHello(body: body.span.bytes)
        #expect(ClientFingerprint(hello).text == "t10i000000_000000000000_000000000000")
    }
}
