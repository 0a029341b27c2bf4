import Dissection
import Testing

struct HTTPFramingTests {
    private func read(_ text: String, from start: Int = 0) -> HTTPFraming? {
        HTTPFraming(Array(text.utf8).span.bytes, from: start)
    }

    @Test func `a request`() throws {
        let text =
            "xxPOST /a?b HTTP/1.1\r\nHOST: a\r\ncontent-length:  12 \r\nConnection: Close\r\n\r\nbody"
        let head = try #require(read(text, from: 2))
        #expect(head.method == 2..<6)
        #expect(head.target == 7..<11)
        #expect(head.status == nil)
        #expect(head.contentLength == 12)
        #expect(head.closes)
        #expect(!head.expectsContinue)
        #expect(head.bodyOffset == text.utf8.count - 4)
        #expect(head.ambiguity == nil)
    }

    @Test func `an answer`() throws {
        let head = try #require(
            read("HTTP/1.1 204 No Content\nTransfer-Encoding: gzip, Chunked\n\n"))
        #expect(head.status == 204)
        #expect(head.method == nil)
        #expect(head.isChunked)
    }

    @Test func `every prefix of a head is no head yet`() {
        let text = "GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n"
        for count in 0..<text.utf8.count {
            #expect(read(String(decoding: text.utf8.prefix(count), as: UTF8.self)) == nil)
        }
        #expect(read(text)?.expectsContinue == true)
    }

    @Test(arguments: [
        "GET /\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1 099 No\r\n\r\n", "HELLO\r\n\r\n",
        "GET / a HTTP/1.1\r\n\r\n", "GET / FTP/1.1.1\r\n\r\n",
    ])
    func `what is no head`(text: String) { #expect(read(text) == nil) }

    @Test func `a head beyond the limit is not read`() {
        let long = "GET / HTTP/1.1\r\nX: " + String(repeating: "a", count: 9000) + "\r\n\r\n"
        #expect(read(long) == nil)
    }
}
