import Casebook
import Testing

@testable import TrafficAnalysis

/// Heads of HTTP/1 and frames of HTTP/2 in clear.
struct HTTPFindingTests {
    private func upload(
        _ head: String, body: String, gap: Double, answer: String? = nil, split: Int? = nil
    ) -> TestCapture {
        let capture = TestCapture()
        let connection = capture.connection()
        connection.open(at: 0)
        let bytes = Array(head.utf8)
        let cut = split ?? bytes.count
        connection.send(at: 0.1, by: .client, Array(bytes[..<cut]))
        if cut < bytes.count { connection.send(at: 0.11, by: .client, Array(bytes[cut...])) }
        connection.acknowledge(at: 0.12, by: .server)
        if let answer { connection.send(at: 0.2, by: .server, Array(answer.utf8)) }
        if !body.isEmpty { connection.send(at: 0.11 + gap, by: .client, Array(body.utf8)) }
        connection.send(at: 0.2 + gap, by: .server, Array("HTTP/1.1 200 OK\r\n\r\n".utf8))
        return capture
    }

    private static let expecting =
        "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"

    @Test(arguments: [nil, 30, 70])
    func `a body that waits for an answer that never comes`(split: Int?) {
        let id = "http.expect-gap"
        let slow = upload(Self.expecting, body: "hello", gap: 1.0, split: split).finding(id)
        #expect(slow?.state == .present)
        #expect((1...1.01).contains(slow?.measure?.value ?? 0))
        #expect(upload(Self.expecting, body: "hello", gap: 0.2, split: split).state(id) == .absent)
        let answered = upload(
            Self.expecting, body: "hello", gap: 1.0, answer: "HTTP/1.1 100 Continue\r\n\r\n",
            split: split)
        #expect(answered.state(id) == .absent)
        let plain = Self.expecting.replacing("Expect: 100-continue\r\n", with: "")
        #expect(upload(plain, body: "hello", gap: 1.0).state(id) == nil)
    }

    @Test(arguments: [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Content-Length: 5\r\nContent-Length: 6", "Content-Length: +5",
        "Transfer-Encoding : chunked", " Transfer-Encoding: chunked",
        "Transfer-Encoding: xchunked", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "content-length: 1\r\nTRANSFER-ENCODING: Chunked",
    ])
    func `requests of whose body two readers see two ends`(fields: String) {
        let head = "POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n"
        #expect(upload(head, body: "", gap: 0.1).state("http.ambiguous-length") == .present)
    }

    @Test(arguments: [
        "Content-Length: 5", "Transfer-Encoding: chunked", "Transfer-Encoding: gzip, chunked",
        "X-Content-Length: 6\r\nContent-Length: 5", "TE: trailers\r\nContent-Length: 5",
    ])
    func `requests that say clearly where the body ends`(fields: String) {
        let head = "POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n"
        #expect(
            upload(head, body: "5\r\nhello", gap: 0.1).state("http.ambiguous-length") == .absent)
    }

    @Test func `a body that looks like a request is none`() {
        let inner = "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"
        let head = "POST / HTTP/1.1\r\nContent-Length: \(inner.utf8.count + 2)\r\n\r\nab"
        let capture = upload(head + inner, body: "", gap: 0.1)
        #expect(capture.state("http.ambiguous-length") == .absent)
    }

    private static func frame(_ type: UInt8, _ content: [UInt8]) -> [UInt8] {
        [0, 0, UInt8(content.count), type, 0, 0, 0, 0, 0] + content
    }

    private func http2(_ frames: [UInt8], cut: Int) -> TestCapture {
        let capture = TestCapture()
        let connection = capture.connection()
        connection.open(at: 0)
        let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
        connection.send(at: 0.1, by: .client, preface + Self.frame(4, []))
        connection.acknowledge(at: 0.11, by: .server)
        connection.send(at: 0.2, by: .server, Array(frames[..<cut]))
        connection.send(at: 0.3, by: .server, Array(frames[cut...]))
        connection.acknowledge(at: 0.31, by: .client)
        return capture
    }

    @Test(arguments: [1, 12, 24, 33, 40])
    func `notice that an HTTP/2 connection will end`(cut: Int) {
        let settings = Self.frame(4, [0, 3, 0, 0, 0, 100])
        let notice = Self.frame(7, [0, 0, 0, 9, 0, 0, 0, 11, 1, 2, 3])
        let data = Self.frame(0, [UInt8](repeating: 7, count: 50))
        let finding = http2(settings + notice + data, cut: cut).finding("h2.goaway")
        #expect(finding?.state == .present)
        #expect(finding?.summary.contains("server said ENHANCE_YOUR_CALM, last stream 9") == true)
        #expect(http2(settings + data + data, cut: cut).state("h2.goaway") == .absent)
        #expect(upload(Self.expecting, body: "hello", gap: 0).state("h2.goaway") == nil)
    }

    @Test func `requests as rows`() throws {
        let capture = TestCapture()
        let connection = capture.connection()
        connection.open(at: 0)
        connection.send(
            at: 0.1, by: .client,
            Array("GET /a?secret HTTP/1.1\r\n\r\nHEAD /a HTTP/1.1\r\n\r\n".utf8))
        connection.send(
            at: 0.2, by: .server, Array("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc".utf8))
        connection.send(
            at: 0.3, by: .server, Array("HTTP/1.1 404 No\r\nContent-Length: 9\r\n\r\n".utf8))
        connection.send(
            at: 0.4, by: .client, Array("PUT /b HTTP/1.1\r\nContent-Length: 2\r\n\r\nxy".utf8))
        let rows = try #require(capture.report(rows: 10).rows).httpRequests.rows
        #expect(rows.map(\.method) == ["GET", "HEAD", "PUT"])
        #expect(rows.map(\.status) == [200, 404, nil])
        #expect(rows.map(\.place) == [1, 2, 3])
        #expect(rows[0].pathHash == rows[1].pathHash)
        #expect(rows[0].pathHash != rows[2].pathHash)
        #expect(rows[0].answeredAfter == 100_000_000)
        #expect(rows[0].answerLength == 3)
        #expect(rows[2].requestLength == 2)
        #expect(capture.report().rows == nil)
        #expect(capture.report(rows: 2).rows?.httpRequests.left == 1)
    }

    // MARK: Answers that are shorter than they say

    private static let short = "http.body-shorter-than-length"

    /// Segments of an answer, by time, and how the connection ends.
    private func answer(
        _ pieces: [(time: Double, bytes: [UInt8])], request: String = "GET /",
        _ end: (TestConnection) -> Void
    ) -> TestCapture {
        let capture = TestCapture()
        let connection = capture.connection()
        connection.open(at: 0)
        connection.send(
            at: 0.1, by: .client, Array("\(request) HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
        for piece in pieces { connection.send(at: piece.time, by: .server, piece.bytes) }
        connection.acknowledge(at: 0.9, by: .client)
        end(connection)
        return capture
    }

    private static func head(_ fields: String, status: Int = 200) -> [UInt8] {
        Array("HTTP/1.1 \(status) Any\r\n\(fields)\r\n\r\n".utf8)
    }

    private static func body(_ count: Int) -> [UInt8] { [UInt8](repeating: 0x78, count: count) }

    private static func segments(
        _ bytes: [UInt8], cutAt cuts: [Int]
    ) -> [(time: Double, bytes: [UInt8])] {
        let edges = [0] + cuts.filter { $0 < bytes.count } + [bytes.count]
        return zip(edges, edges.dropFirst()).enumerated().map { place, edge in
            (0.2 + Double(place) / 100, Array(bytes[edge.0..<edge.1]))
        }
    }

    @Test(arguments: [[], [10], [36], [41], [10, 30, 50], [200, 900]])
    func `a server that goes in the middle of its answer`(cuts: [Int]) {
        let bytes = Self.head("Content-Length: 5000") + Self.body(1000)
        let pieces = Self.segments(bytes, cutAt: cuts)
        for end in [
            { $0.closeBoth(at: 1, by: .server) }, { $0.reset(at: 1, by: .server) },
        ] as [(TestConnection) -> Void] {
            let finding = answer(pieces, end).finding(Self.short)
            #expect(finding?.state == .present)
            #expect(finding?.measure?.value == 4000)
        }
        // The client has seen enough.
        #expect(answer(pieces) { $0.closeBoth(at: 1, by: .client) }.state(Self.short) == .absent)
        // Nobody has gone yet.
        #expect(answer(pieces) { _ in }.state(Self.short) == nil)
        let whole = Self.segments(Self.head("Content-Length: 1000") + Self.body(1000), cutAt: cuts)
        #expect(answer(whole) { $0.closeBoth(at: 1, by: .server) }.state(Self.short) == .absent)
    }

    @Test func `an answer that says another length, or has no body`() {
        func state(_ bytes: [UInt8], request: String = "GET /") -> FactState? {
            answer([(0.2, bytes)], request: request) { $0.closeBoth(at: 1, by: .server) }
                .state(Self.short)
        }
        let length = "Content-Length: 5000"
        #expect(state(Self.head(length), request: "HEAD /") == nil)
        #expect(state(Self.head(length, status: 304)) == nil)
        #expect(state(Self.head("Transfer-Encoding: chunked") + Self.body(10)) == nil)
        #expect(state(Self.head("Content-Type: text/plain") + Self.body(10)) == nil)
        // The second answer is the one that is cut.
        let first = Self.head("Content-Length: 10") + Self.body(10)
        #expect(state(first + Self.head(length) + Self.body(10)) == .present)
        #expect(state(Self.head("Content-Length: 99999999999") + Self.body(10)) == nil)
    }

    @Test func `bytes that the capture lacks are not said to be missing`() {
        let capture = TestCapture()
        let connection = capture.connection()
        connection.open(at: 0)
        connection.send(at: 0.1, by: .client, Array("GET / HTTP/1.1\r\n\r\n".utf8))
        connection.send(at: 0.2, by: .server, Self.head("Content-Length: 2000") + Self.body(1000))
        connection.lose(by: .server, count: 1000)
        connection.acknowledge(at: 0.3, by: .client)
        connection.closeBoth(at: 1, by: .server)
        #expect(capture.state(Self.short) != .present)
    }

    @Test func `an answer whose request is not in the capture may be one to HEAD`() {
        let capture = TestCapture()
        let connection = capture.connection()
        connection.open(at: 0)
        connection.lose(by: .client, count: 40)
        connection.send(at: 0.2, by: .server, Self.head("Content-Length: 2000"))
        connection.closeBoth(at: 1, by: .server)
        #expect(capture.state(Self.short) == nil)
    }

    @Test(arguments: [(200, FactState.present), (101, nil)] as [(Int, FactState?)])
    func `a WebSocket is no connection for one request`(status: Int, state: FactState?) {
        let capture = TestCapture()
        for number in 0..<12 {
            let connection = capture.connection(port: 40_000 + UInt16(number))
            let start = Double(number) * 3
            connection.open(at: start)
            connection.send(at: start + 0.1, by: .client, Array("GET / HTTP/1.1\r\n\r\n".utf8))
            connection.send(
                at: start + 0.2, by: .server, Self.head("Content-Length: 0", status: status))
            connection.acknowledge(at: start + 0.3, by: .client)
            connection.closeBoth(at: start + 1, by: .client)
        }
        #expect(capture.state("tcp.one-request-per-connection") == state)
    }

    @Test func `behind an upgrade nobody knows what is a request`() {
        func capture(status: Int) -> TestCapture {
            let head = Self.head("Upgrade: websocket\r\nContent-Length: 0", status: status)
            return answer([(0.2, head)], request: "GET /ws") { connection in
                connection.send(at: 1, by: .client, [0x81, 0x85] + Self.body(9))
                connection.acknowledge(at: 1.01, by: .server)
                connection.closeBoth(at: 9, by: .server)
            }
        }
        #expect(capture(status: 101).state("tcp.request-never-answered") == nil)
        #expect(capture(status: 200).state("tcp.request-never-answered") == .present)
    }
}
