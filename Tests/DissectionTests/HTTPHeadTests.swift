import Dissection
import Testing

@Suite struct HTTPHeadTests {
    @Test(arguments: [
        "GET / HTTP/1.1", "PUT /a HTTP/1.1", "PRI * HTTP/2.0", "POST /b HTTP/1.1",
        "HEAD / HTTP/1.0",
        "DELETE / HTTP/1.1", "OPTIONS * HTTP/1.1", "CONNECT a:1 HTTP/1.1", "TRACE / HTTP/1.1",
        "PATCH /c HTTP/1.1", "GET http://a/b HTTP/1.0", "GET HTTPS://a/ HTTP/1.1",
        "CONNECT [::1]:443 HTTP/1.1", "CONNECT 10.0.0.1:443 HTTP/1.1",
    ])
    func `every method is recognised and read`(line: String) {
        let bytes = Array((line + "\r\nHost: a\r\n\r\n").utf8)
        let words = line.split(separator: " ").map(String.init)
        let head = HTTPRequestHead(bytes)
        #expect(looksLikeHTTPRequest(bytes))
        #expect(head?.method == words[0] && head?.target == words[1] && head?.version == words[2])
    }

    @Test func `a request line cut anywhere is none`() {
        let bytes = Array("GET /health HTTP/1.1\r\n".utf8)
        for length in 0..<bytes.count - 1 {
            #expect(HTTPRequestHead(bytes[..<length]) == nil)
        }
    }

    @Test(arguments: [
        "GETTING / HTTP/1.1", "get / HTTP/1.1", "POSTAL a b", "GET", "", "220 smtp ready",
        "GET key-1\r\n", "CONNECT {\"verbose\":false}\r\n", "PRI me", "DELETE \"a\" b",
    ])
    func `other text is no request`(line: String) {
        #expect(!looksLikeHTTPRequest(Array(line.utf8)))
    }

    @Test func `a request line of more than 8 KiB is none`() {
        let line = "GET /" + String(repeating: "a", count: 9000) + " HTTP/1.1\r\n"
        #expect(HTTPRequestHead(Array(line.utf8)) == nil)
    }

    @Test func `a response is read up to its body`() {
        let text = "HTTP/1.1 403 Access Denied\r\nServer:  fw \r\nX-A:b\nno field\r\n\r\nbody"
        let bytes = Array(text.utf8)
        let head = HTTPResponseHead(bytes)
        #expect(head?.status == 403 && head?.reason == "Access Denied" && head?.isComplete == true)
        #expect(head?.headers.map(\.name) == ["server", "x-a"])
        #expect(head?.value(of: "server") == "fw" && head?.value(of: "date") == nil)
        #expect(head.map { String(decoding: bytes[$0.bodyOffset...], as: UTF8.self) } == "body")
    }

    @Test func `a response cut anywhere is none or incomplete`() {
        let bytes = Array("HTTP/1.1 200\r\nA: b\r\n\r\n".utf8)
        for length in 0..<bytes.count {
            let head = HTTPResponseHead(bytes[..<length])
            #expect((head != nil) == (length >= 14))
            if let head { #expect(!head.isComplete && head.bodyOffset == length) }
        }
        #expect(HTTPResponseHead(bytes)?.reason == "")
    }

    @Test(arguments: [
        "HTTP/1.1 2x0 OK\r\n", "HTTP/1.1 099 OK\r\n", "HTTP/1.1-200 OK\r\n", "HTTP/2 200\r\n",
    ])
    func `a status that is no number is no response`(text: String) {
        #expect(HTTPResponseHead(Array(text.utf8)) == nil)
    }
}
