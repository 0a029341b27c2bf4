import Casebook
import Testing

@testable import TrafficAnalysis

/// Clients that send and want no answer, beside those that wait for one in vain.
struct OneWayFindingTests {
    private let unanswered = [
        "tcp.request-never-answered", "tcp.cancel-at-fixed-delay",
        "tcp.client-gives-up-at-common-age",
    ]

    /// Six connections to one server, 0.7 s apart, on each of which `body` happens.
    private func six(_ body: (TestConnection, Double) -> Void) -> TestCapture {
        let capture = TestCapture()
        for client in 0..<6 {
            let connection = capture.connection(port: UInt16(40_000 + client), to: 5140)
            let start = Double(client) * 0.7
            connection.open(at: start)
            body(connection, start)
        }
        return capture
    }

    /// On each `messages` of 60 bytes, each acknowledged at once, then 2 s of silence and a close.
    private func clients(
        messages: Int, apart pause: Double = 0.4, answered: Bool = false, _ first: [UInt8]? = nil
    ) -> TestCapture {
        six { connection, start in
            if answered { connection.exchange(at: start + 0.05) }
            for number in 0..<messages {
                let time = start + 0.1 + Double(number) * pause
                if number == 0, let first {
                    connection.send(at: time, by: .client, first)
                } else {
                    connection.send(at: time, by: .client, count: 60)
                }
                connection.acknowledge(at: time + 0.001, by: .server)
            }
            connection.closeBoth(
                at: start + 0.1 + Double(messages - 1) * pause + 2, by: .client)
        }
    }

    private func shown(_ capture: TestCapture) -> [String] {
        unanswered.filter { capture.state($0) == .present }
    }

    @Test func `one message that nobody answers is a request`() {
        #expect(shown(clients(messages: 1)) == unanswered)
        // In pieces, but without a pause: one message.
        #expect(shown(clients(messages: 6, apart: 0.002)) == unanswered)
    }

    @Test func `who sends on and on waits for no answer`() {
        #expect(shown(clients(messages: 8)).isEmpty)
        #expect(shown(clients(messages: 12, answered: true)).isEmpty)
        // So many may be asked ahead of the answers.
        #expect(shown(clients(messages: 5, answered: true)) == unanswered)
    }

    @Test func `a ping of the server now and then is no answer`() {
        func stream(pings: Int) -> TestCapture {
            six { connection, start in
                for number in 0..<20 {
                    let time = start + 0.1 + Double(number) * 0.4
                    connection.send(at: time, by: .client, count: 60)
                    connection.acknowledge(at: time + 0.001, by: .server)
                    if number < pings {
                        connection.send(at: time + 0.1, by: .server, count: 6)
                        connection.acknowledge(at: time + 0.101, by: .client)
                    }
                }
                connection.closeBoth(at: start + 10, by: .client)
            }
        }
        #expect(shown(stream(pings: 4)).isEmpty)
        // Most were answered: the last was a request.
        #expect(shown(stream(pings: 12)) == unanswered)
    }

    @Test func `requests of HTTP want answers, however they come`() {
        let head = Array("POST /in HTTP/1.1\r\nHost: a\r\nContent-Length: 420\r\n\r\n".utf8)
        #expect(shown(clients(messages: 8, head)) == unanswered)
    }

    @Test func `what is acknowledged late was not sent on`() {
        let capture = six { connection, start in
            for number in 0..<6 {
                // Each piece goes when the one before it was acknowledged.
                let time = start + 0.1 + Double(number) * 0.2
                connection.send(at: time, by: .client, count: 1000)
                connection.acknowledge(at: time + 0.199, by: .server)
            }
            connection.closeBoth(at: start + 3.3, by: .client)
        }
        #expect(shown(capture) == unanswered)
    }

    @Test func `an upload is no request`() {
        func upload(_ size: Int) -> TestCapture {
            six { connection, start in
                for piece in 0..<(size / 1000) {
                    connection.send(
                        at: start + 0.1 + Double(piece) * 0.0001, by: .client, count: 1000)
                }
                connection.acknowledge(at: start + 0.12, by: .server)
                connection.closeBoth(at: start + 2.2, by: .client)
            }
        }
        #expect(shown(upload(80_000)).isEmpty)
        #expect(shown(upload(20_000)) == unanswered)
    }

    @Test func `slow clients are told of a server that speaks`() {
        let id = "tcp.slow-clients-many"
        func dribbling(besides speaking: Bool) -> TestCapture {
            let capture = TestCapture()
            for client in 0..<5 {
                let connection = capture.connection(port: UInt16(40_000 + client), to: 5140)
                connection.open(at: 0.1 * Double(client))
                for number in 0..<4 {
                    connection.send(at: 1 + Double(number), by: .client, count: 10)
                    connection.acknowledge(at: 1.001 + Double(number), by: .server)
                }
            }
            if speaking {
                let other = capture.connection(port: 50_000, to: 5140, client: 9)
                other.open(at: 0)
                other.exchange(at: 0.5)
            }
            return capture
        }
        #expect(dribbling(besides: true).state(id) == .present)
        #expect(dribbling(besides: false).state(id) == .absent)
    }

    @Test func `tries that follow each other are told from connections side by side`() {
        let id = "tcp.connect-rate-multiplied"
        /// A minute of one connection every 5 s, then `burst` within a second.
        func capture(_ burst: (TestCapture) -> Void) -> TestCapture {
            let capture = TestCapture()
            for number in 0..<12 {
                let connection = capture.connection(port: UInt16(30_000 + number), client: 7)
                connection.open(at: Double(number) * 5)
                connection.exchange(at: Double(number) * 5 + 0.1)
                connection.closeBoth(at: Double(number) * 5 + 0.2, by: .client)
            }
            burst(capture)
            return capture
        }
        let tries = capture { capture in
            for number in 0..<20 {
                let start = 40 + Double(number) * 0.05
                let connection = capture.connection(port: UInt16(40_000 + number))
                connection.open(at: start)
                connection.reset(at: start + 0.01, by: .server)
            }
        }
        #expect(tries.state(id) == .present)
        let browser = capture { capture in
            for number in 0..<20 {
                let connection = capture.connection(port: UInt16(40_000 + number))
                connection.open(at: 40 + Double(number) * 0.05)
                connection.exchange(at: 41.5)
            }
        }
        #expect(browser.state(id) == .absent)
    }
}
