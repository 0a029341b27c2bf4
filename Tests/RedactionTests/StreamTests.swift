import Dissection
import Testing

@testable import Redaction

/// Handshakes over the borders of segments, in order and out of it.
@Suite struct StreamTests {
    private let name = "login.example.org"

    private func be(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
    }

    /// A ClientHello in one record, and 40 bytes of application data behind it.
    private var hello: [UInt8] {
        let host = Array(name.utf8)
        let entry = [0] + be(host.count, 2) + host
        let list = be(entry.count, 2) + entry
        let extensions = be(0, 2) + be(list.count, 2) + list
        let body =
            [3, 3] + [UInt8](repeating: 7, count: 32) + [0] + be(2, 2) + [0x13, 1] + [1, 0]
            + be(extensions.count, 2) + extensions
        let message = [1] + be(body.count, 3) + body
        return [22, 3, 1] + be(message.count, 2) + message + [23, 3, 3, 0, 40]
            + [UInt8](repeating: 0xAA, count: 40)
    }

    /// Both passes over pieces of one stream.
    private func redact(_ pieces: [(Int, [UInt8])]) -> [[UInt8]] {
        let key = RedactionKey(Array("0123456789abcdef".utf8))!
        var redactor = StreamRedactor(NameMapping(key), AddressMapping(key))
        let flow = StreamRedactor.Key(ends: [1, 2], source: 40_000, destination: 443)
        var result: [[UInt8]] = []
        for _ in 0..<2 {
            result = []
            redactor.begin(flow, 1000)
            for (index, piece) in pieces.enumerated() {
                result.append(
                    redactor.rewrite(
                        piece.1, cut: 0, flow, UInt32(1000 + piece.0), packet: index + 1))
            }
            redactor.turnBack()
        }
        return result
    }

    @Test func `the name is another of the same length, data becomes blanks, the rest stays`()
        throws
    {
        let new = redact([(0, hello)])[0]
        #expect(new.count == hello.count)
        #expect(new.suffix(40).allSatisfy { $0 == 0 })
        let changed = new.indices.dropLast(40).filter { new[$0] != hello[$0] }
        let first = try #require(changed.first)
        let last = try #require(changed.last)
        #expect(last - first < name.utf8.count)
        #expect(!String(decoding: new, as: UTF8.self).contains("login"))
    }

    @Test func `wherever a segment ends, the stream becomes the same`() {
        let whole = redact([(0, hello)])[0]
        for cut in 5..<hello.count {
            let parts = redact([(0, Array(hello[..<cut])), (cut, Array(hello[cut...]))])
            #expect(parts[0] + parts[1] == whole, "cut at \(cut)")
        }
    }

    @Test func `segments in the wrong order become the same`() {
        let whole = redact([(0, hello)])[0]
        for cut in 5..<90 {
            let parts = redact([(cut, Array(hello[cut...])), (0, Array(hello[..<cut]))])
            #expect(parts[1] + parts[0] == whole, "cut at \(cut)")
        }
    }

    /// TLS is told by a record's header; what is no TLS becomes blanks.
    @Test func `a first segment that is less than a header gives nothing away`() {
        for cut in 1..<5 {
            let parts = redact([(0, Array(hello[..<cut])), (cut, Array(hello[cut...]))])
            #expect(parts.joined().allSatisfy { $0 == 0 || $0 == 32 })
        }
    }

    @Test func `three segments, the middle one last, become the same`() {
        let whole = redact([(0, hello)])[0]
        let parts = redact([
            (0, Array(hello[..<30])), (60, Array(hello[60...])), (30, Array(hello[30..<60])),
        ])
        #expect(parts[0] + parts[2] + parts[1] == whole)
    }

    @Test func `a hello that never ends keeps no name`() {
        for cut in 60..<(hello.count - 45) {
            let part = redact([(0, Array(hello[..<cut]))])[0]
            #expect(part.dropFirst(9).allSatisfy { $0 == 0 })
        }
    }

    @Test func `heads of HTTP keep their shape, bodies nothing but a phrase of a block page`() {
        let request =
            "GET /users/42?token=abc HTTP/1.1\r\nHost: shop.example.org\r\n"
            + "Connection: keep-alive\r\nCookie: id=77\r\n\r\n"
        let answer =
            "HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nServer: acme/1.2\r\n\r\n"
            + "<p>Dear Jane, Your IP has been blocked by ACME</p>"
        let texts = redact([(0, Array(request.utf8)), (request.utf8.count, Array(answer.utf8))])
            .map { String(decoding: $0, as: UTF8.self) }
        #expect(texts[0].contains(#/^GET \/[a-z]{5}\/\d\d\?[a-z]{5}=[a-z]{3} HTTP\/1.1\r\n/#))
        #expect(texts[0].contains("Connection: keep-alive\r\n"))
        #expect(!texts[0].contains("shop") && !texts[0].contains("id=77"))
        #expect(texts[1].hasPrefix("HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\n"))
        #expect(texts[1].contains("Your IP has been blocked"))
        #expect(!texts[1].contains("Jane") && !texts[1].contains("ACME"))
        #expect(texts[1].utf8.count == answer.utf8.count)
    }
}
