import Casebook
import Testing

@testable import TrafficAnalysis

/// Connections that open late, repeat themselves, or end as they should not.
struct EndFindingTests {
    private func capture(_ make: (TestConnection) -> Void) -> TestCapture {
        let capture = TestCapture()
        make(capture.connection())
        return capture
    }

    @Test func `a SYN that was repeated before it was answered`() {
        let id = "tcp.syn-retransmitted-then-ok"
        let late = TestCapture()
        for time in [0.0, 1.0] { late.connection().syn(at: time) }
        late.connection().open(at: 3, roundTrip: 0.02)
        #expect(late.finding(id)?.state == .present)
        #expect(late.finding(id)?.measure?.value == 3.02)
        #expect(capture { $0.open(at: 0) }.state(id) == .absent)
        // The SYN-ACK was under way already.
        let crossed = TestCapture()
        crossed.connection().open(at: 0, roundTrip: 1.1)
        crossed.connection().syn(at: 1.2)
        #expect(crossed.state(id) == .absent)
        #expect(capture { $0.syn(at: 0) }.state(id) == nil)
    }

    private func reset(after pause: Double, answered: Bool = true, politely: Bool = false)
        -> TestCapture
    {
        capture { connection in
            connection.open(at: 0)
            connection.exchange(at: 0.1)
            connection.send(at: 1, by: .client, count: 100)
            connection.acknowledge(at: 1.001, by: .server)
            if answered { connection.send(at: 1.01, by: .server, count: 400) }
            if politely { connection.close(at: 1.02, by: .server) }
            connection.reset(at: 1.03 + pause, by: .server)
        }
    }

    @Test func `an RST in the middle`() {
        let id = "tcp.reset-midstream"
        #expect(reset(after: 0).state(id) == .present)
        #expect(reset(after: 0, politely: true).state(id) == .absent)
        let orderly = capture { connection in
            connection.open(at: 0)
            connection.exchange(at: 0.1)
            connection.closeBoth(at: 1, by: .client)
        }
        #expect(orderly.state(id) == .absent)
        #expect(capture { $0.open(at: 0) }.state(id) != .present)
    }

    @Test func `an RST that somebody else sent`() {
        let id = "tcp.reset-ttl-foreign"
        func reset(timeToLive: UInt8, established: Bool = true) -> TestCapture {
            capture { connection in
                if established {
                    connection.open(at: 0)
                } else {
                    connection.syn(at: 0)
                    connection.answerAgain(at: 0.001)
                }
                connection.reset(at: 0.002, by: .client, timeToLive: timeToLive)
            }
        }
        #expect(reset(timeToLive: 61).state(id) == .present)
        #expect(reset(timeToLive: 62).state(id) == .absent)
        // A scanner makes its SYN by itself; its system refuses the SYN-ACK.
        #expect(reset(timeToLive: 37, established: false).state(id) == .absent)
    }

    @Test func `an RST that takes the sender's own data with it`() {
        let id = "tcp.reset-cuts-data"
        #expect(reset(after: 0).state(id) == .present)
        #expect(reset(after: 0.2).state(id) == .absent)
        #expect(reset(after: 0, answered: false).state(id) == .absent)
        let acknowledged = capture { connection in
            connection.open(at: 0)
            connection.exchange(at: 0.1)
            connection.reset(at: 0.12, by: .server)
        }
        #expect(acknowledged.state(id) == .absent)
    }

    @Test func `a server that answers a request with an RST`() {
        let id = "tcp.reset-by-server-after-request"
        #expect(reset(after: 0, answered: false).state(id) == .present)
        #expect(reset(after: 0.2, answered: false).state(id) == .absent)
        let byClient = capture { connection in
            connection.open(at: 0)
            connection.send(at: 0.1, by: .client, count: 100)
            connection.acknowledge(at: 0.101, by: .server)
            connection.reset(at: 0.11, by: .client)
        }
        #expect(byClient.state(id) == .absent)
    }

    @Test func `one side closes, the other never does`() {
        let id = "tcp.peer-never-closes"
        func half(waits seconds: Double, answers: Bool) -> TestCapture {
            let capture = TestCapture()
            let connection = capture.connection()
            connection.open(at: 0)
            connection.exchange(at: 0.1)
            connection.close(at: 1, by: .server)
            connection.acknowledge(at: 1.001, by: .client)
            if answers { connection.close(at: 2, by: .client) }
            let other = capture.connection(port: 41_000)
            other.open(at: 1 + seconds)
            return capture
        }
        #expect(half(waits: 90, answers: false).finding(id)?.state == .present)
        #expect(half(waits: 90, answers: true).state(id) == .absent)
        #expect(half(waits: 20, answers: false).state(id) == nil)
    }

    @Test func `plain text to a TLS port`() {
        let id = "tls.plain-bytes-on-tls-port"
        func first(_ bytes: [UInt8], to port: UInt16) -> TestCapture {
            let capture = TestCapture()
            let connection = capture.connection(to: port)
            connection.open(at: 0)
            connection.send(at: 0.1, by: .client, bytes)
            connection.acknowledge(at: 0.101, by: .server)
            connection.send(at: 0.11, by: .server, Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8))
            connection.closeBoth(at: 0.2, by: .server)
            return capture
        }
        let request = Array("GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n".utf8)
        #expect(first(request, to: 443).state(id) == .present)
        #expect(first(request, to: 80).state(id) == nil)
        let spoken = TestCapture()
        let connection = spoken.connection(to: 443)
        connection.open(at: 0)
        connection.send(at: 0.1, by: .client, TLSBytes.clientHello())
        connection.send(at: 0.11, by: .server, TLSBytes.serverHello())
        connection.acknowledge(at: 0.12, by: .client)
        #expect(spoken.state(id) == .absent)
    }
}
