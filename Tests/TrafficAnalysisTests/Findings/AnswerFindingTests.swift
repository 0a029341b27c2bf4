import Casebook
import Testing

@testable import TrafficAnalysis

/// Who is answered, when, and who no more.
struct AnswerFindingTests {
    // MARK: Nothing is answered from one moment on

    private static let since = "tcp.all-requests-unanswered-since"

    /// A connection a second to each of two servers: `+` is answered, `.` never, and the client
    /// leaves after 5 s.
    private func asked(_ first: String, and second: String = "+++++") -> TestCapture {
        let capture = TestCapture()
        for (server, outcomes) in [(UInt8(80), first), (81, second)] {
            for (number, outcome) in outcomes.enumerated() {
                let connection = capture.connection(
                    port: 40_000 + UInt16(number), server: server)
                let start = Double(number)
                connection.open(at: start)
                if outcome == "+" {
                    connection.exchange(at: start + 0.1)
                    connection.closeBoth(at: start + 0.2, by: .client)
                } else {
                    connection.send(at: start + 0.1, by: .client, count: 100)
                    connection.acknowledge(at: start + 0.101, by: .server)
                    connection.closeBoth(at: start + 5, by: .client)
                }
            }
        }
        return capture
    }

    @Test func `a server that answers nobody any more`() {
        let finding = asked("+++.....").finding(Self.since)
        #expect(finding?.state == .present)
        #expect(finding?.count == 5)
        #expect(finding?.summary.contains("10.0.0.80:80") == true)
        #expect(finding?.summary.contains("10.0.0.81") == false)
        #expect(finding?.summary.hasPrefix("from one moment on no request") == true)
        let never = asked("....").finding(Self.since)?.summary
        #expect(never?.contains("from the beginning to the end of the capture (4 of them)") == true)
        // One of them stuck, two at the end, or others between.
        for outcomes in ["+++.++", "++++..", ".+.+.+...", "....+", "+..+...."] {
            #expect(asked(outcomes).state(Self.since) != .present, "\(outcomes)")
        }
        #expect(asked("+++++").state(Self.since) == .absent)
        #expect(asked("++", and: "++").state(Self.since) == nil)
    }

    @Test func `what counts is when it was asked, not when the connection opened`() {
        let capture = asked("+++")
        for number in 0..<4 {
            let connection = capture.connection(port: 50_000 + UInt16(number))
            connection.open(at: -10)
            connection.exchange(at: -9)
            connection.send(at: 10, by: .client, count: 100)
            connection.acknowledge(at: 10.001, by: .server)
            connection.closeBoth(at: 15, by: .client)
        }
        #expect(capture.finding(Self.since)?.count == 4)
    }

    @Test func `many that were answered long before`() {
        #expect(asked(".+++....").state(Self.since) != .present)
        #expect(asked(".+++..........").finding(Self.since)?.count == 10)
    }

    @Test func `where a handshake is not answered requests are not said to be`() {
        let capture = asked("+++++")
        let silent = capture.connection(port: 50_000, to: 443)
        silent.open(at: 1)
        silent.send(at: 1.1, by: .client, TLSBytes.clientHello())
        silent.acknowledge(at: 1.101, by: .server)
        #expect(capture.state(Self.since) == nil)
    }

    @Test func `the words name the server that does not answer`() {
        let words = asked("+++.....").finding("tcp.request-never-answered")?.summary
        #expect(words?.contains("5 requests to 10.0.0.80:80 ") == true)
        let both = asked("...", and: ".....").finding("tcp.request-never-answered")?.summary
        #expect(both?.contains("8 requests to 2 servers, most to 10.0.0.81:80 (5) ") == true)
    }

    // MARK: Answered when another ends

    private static let slots = "tcp.answered-when-another-ends"

    /// Two slots: who comes later waits until one of those before ends, and is answered `delay` after.
    private func queue(
        _ count: Int, hold: Double = 3, delay: Double = 0.01, leave: Double? = nil
    ) -> TestCapture {
        let capture = TestCapture()
        var free = [0.0, 0.0]
        for number in 0..<count {
            let start = 0.5 * Double(number)
            let slot = free[0] <= free[1] ? 0 : 1
            let wait = free[slot] - start
            let answer = max(free[slot], start) + (wait > 0 ? delay : 0.01)
            let connection = capture.connection(
                port: 40_000 + UInt16(number), client: UInt8(1 + number % 3))
            connection.open(at: start)
            connection.send(at: start + 0.002, by: .client, count: 100)
            connection.acknowledge(at: start + 0.003, by: .server)
            if let leave, wait > 0 { connection.close(at: start + leave, by: .client) }
            connection.send(at: answer, by: .server, count: 500)
            connection.acknowledge(at: answer + 0.001, by: .client)
            connection.closeBoth(at: answer + hold, by: .server)
            free[slot] = answer + hold
        }
        return capture
    }

    @Test func `connections that are answered as others end`() {
        let finding = queue(8).finding(Self.slots)
        #expect(finding?.state == .present)
        #expect(finding?.count == 6)
        // The worker has work to do first: that is no slot that an idle connection held.
        #expect(queue(8, delay: 0.7).state(Self.slots) == .absent)
        // What comes behind the clients' FINs answers nobody.
        #expect(queue(8, leave: 0.6).state(Self.slots) == nil)
        // Nobody waits.
        #expect(queue(8, hold: 0.2).state(Self.slots) == nil)
    }

    /// Five ServerHellos that come as a connection ends.
    private func hellos(isAsked: Bool) -> TestCapture {
        let capture = TestCapture()
        for number in 0..<5 {
            let start = 10 * Double(number)
            let holder = capture.connection(port: 30_000 + UInt16(number), to: 443)
            holder.open(at: start)
            if isAsked { holder.exchange(at: start + 0.01) }
            holder.closeBoth(at: start + 5, by: .client)
            let connection = capture.connection(port: 40_000 + UInt16(number), to: 443)
            connection.open(at: start + 1)
            connection.send(at: start + 1.01, by: .client, TLSBytes.clientHello())
            connection.acknowledge(at: start + 1.02, by: .server)
            connection.send(at: start + 5.01, by: .server, TLSBytes.serverHello())
            connection.acknowledge(at: start + 5.02, by: .client)
            connection.closeBoth(at: start + 5.1, by: .client)
        }
        return capture
    }

    @Test func `many that are answered as one ends are one release`() {
        let capture = TestCapture()
        let holder = capture.connection(port: 30_000)
        holder.open(at: 0)
        holder.closeBoth(at: 10, by: .client)
        for number in 0..<20 {
            let connection = capture.connection(port: 40_000 + UInt16(number))
            let answer = 10.005 + 0.03 * Double(number)
            connection.open(at: 1)
            connection.send(at: 1.1, by: .client, count: 100)
            connection.acknowledge(at: 1.11, by: .server)
            connection.send(at: answer, by: .server, count: 500)
            connection.acknowledge(at: answer + 0.001, by: .client)
            connection.closeBoth(at: answer + 0.01, by: .client)
        }
        #expect(capture.state(Self.slots) == .absent)
    }

    @Test func `hellos that a silent connection holds have a finding of their own`() {
        #expect(hellos(isAsked: true).state(Self.slots) == .present)
        #expect(hellos(isAsked: false).state(Self.slots) == .absent)
    }

    @Test func `a server that is slow while others come and go`() {
        let capture = TestCapture()
        for number in 0..<200 {
            let connection = capture.connection(port: 30_000 + UInt16(number))
            connection.open(at: 0.04 * Double(number))
            connection.exchange(at: 0.04 * Double(number) + 0.01)
            connection.closeBoth(at: 0.04 * Double(number) + 3, by: .client)
        }
        for number in 0..<5 {
            let connection = capture.connection(port: 40_000 + UInt16(number))
            connection.open(at: 1 + Double(number))
            connection.exchange(at: 1 + Double(number) + 0.01, after: 2.3)
        }
        #expect(capture.state(Self.slots) == .absent)
    }

    // MARK: The server closes first

    @Test func `who is turned away at once has no connection that was kept alive`() {
        let id = "http.request-crosses-fin"
        func capture(asked: Bool) -> TestCapture {
            let capture = TestCapture()
            let connection = capture.connection()
            connection.open(at: 0)
            if asked { connection.exchange(at: 0.1) }
            connection.send(at: 1, by: .server, count: 20)
            connection.close(at: 1.001, by: .server)
            connection.send(at: 1.002, by: .client, count: 20)
            connection.disown(at: 1.003, by: .server)
            return capture
        }
        #expect(capture(asked: true).state(id) == .present)
        #expect(capture(asked: false).state(id) == nil)
    }

    @Test(arguments: [(5, FactState.absent), (9, .present)] as [(Int, FactState)])
    func `a client that has the whole answer may end by RST`(length: Int, state: FactState) {
        let capture = TestCapture()
        let connection = capture.connection()
        connection.open(at: 0)
        connection.send(at: 0.1, by: .client, [UInt8]("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
        connection.acknowledge(at: 0.101, by: .server)
        connection.send(
            at: 0.2, by: .server,
            [UInt8]("HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\nhello".utf8))
        connection.acknowledge(at: 0.201, by: .client)
        connection.reset(at: 5, by: .client)
        #expect(capture.state("tcp.reset-midstream") == state)
        if state == .present {
            let words = capture.finding("tcp.reset-midstream")?.summary
            #expect(words?.contains("by RST of the client") == true)
        }
    }

    /// Five requests with a body of 100 bytes, of which the client sends some.
    private func upload(sends count: Int, expects: Bool = false) -> TestCapture {
        let capture = TestCapture()
        for number in 0..<5 {
            let connection = capture.connection(port: 40_000 + UInt16(number))
            connection.open(at: 0)
            let expect = expects ? "Expect: 100-continue\r\n" : ""
            let head = "POST / HTTP/1.1\r\nHost: a\r\n\(expect)Content-Length: 100\r\n\r\n"
            connection.send(at: 0.1, by: .client, [UInt8](head.utf8))
            if count > 0 { connection.send(at: 0.2, by: .client, count: count) }
            connection.acknowledge(at: 0.3, by: .server)
            connection.closeBoth(at: 20, by: .client)
        }
        return capture
    }

    @Test func `a request that is not finished waits for no answer`() {
        let id = "tcp.request-never-answered"
        #expect(upload(sends: 100).state(id) == .present)
        #expect(upload(sends: 50).state(id) != .present)
        // The client waits for leave to send the rest.
        #expect(upload(sends: 0, expects: true).state(id) == .present)
    }

    /// - Parameters:
    ///   - sent: of the answer's 100 bytes.
    ///   - window: that the client has left.
    private func answer(
        sent: Int, until end: Double, acknowledged: Bool = true, window: UInt16 = 501
    ) -> TestCapture {
        let capture = TestCapture()
        let connection = capture.connection()
        connection.open(at: 0)
        connection.send(at: 0.1, by: .client, [UInt8]("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
        connection.acknowledge(at: 0.101, by: .server)
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
        connection.send(at: 0.2, by: .server, [UInt8](head.utf8))
        connection.send(at: 0.3, by: .server, count: sent)
        connection.window[0] = window
        connection.acknowledge(at: 0.31, by: .client, except: acknowledged ? 0 : 5)
        connection.close(at: end, by: .client)
        return capture
    }

    @Test func `an answer that stops in the middle`() {
        let id = "http.answer-stalls"
        let finding = answer(sent: 60, until: 6.31).finding(id)
        #expect(finding?.state == .present)
        #expect(finding?.measure?.value == 6)
        #expect(answer(sent: 60, until: 2).state(id) == .absent)
        #expect(answer(sent: 100, until: 6).state(id) == .absent)
        // Lost on the way, or the client does not read.
        #expect(answer(sent: 60, until: 6, acknowledged: false).state(id) == .absent)
        #expect(answer(sent: 60, until: 6, window: 0).state(id) == .absent)
    }

    @Test func `a server that says something to slow clients that have left`() {
        let capture = TestCapture()
        for number in 0..<5 {
            let connection = capture.connection(port: 40_000 + UInt16(number))
            connection.open(at: 0)
            for second in 1..<6 { connection.send(at: Double(second), by: .client, count: 10) }
            connection.close(at: 6, by: .client)
            connection.send(at: 6.1, by: .server, count: 100)
        }
        #expect(capture.state("tcp.slow-clients-many") == .present)
    }

    // MARK: Checks beside other traffic

    /// Checks every 2 s, with TLS 1.3 and nothing else, beside requests of the same source.
    private func checks(close: (TestConnection, Double) -> Void) -> TestCapture {
        let capture = TestCapture()
        for number in 0..<12 {
            let start = 2 * Double(number)
            let check = capture.connection(port: 40_000 + UInt16(number), to: 443)
            check.open(at: start)
            check.send(at: start + 0.01, by: .client, TLSBytes.clientHello())
            check.acknowledge(at: start + 0.011, by: .server)
            check.send(
                at: start + 0.02, by: .server,
                TLSBytes.serverHello(isTLS13: true) + TLSBytes.data(900))
            check.acknowledge(at: start + 0.021, by: .client)
            close(check, start + 0.03)
            for other in 0..<2 {
                let connection = capture.connection(
                    port: 50_000 + UInt16(2 * number + other), to: 443)
                let time = start + [0.3, 0.37, 1.1, 0.9][(number + other) % 4]
                connection.open(at: time)
                connection.exchange(at: time + 0.01)
                connection.closeBoth(at: time + 0.1, by: .client)
            }
        }
        return capture
    }

    @Test func `checks that ask nothing are told from what a proxy passes on`() {
        let capture = checks { check, time in
            check.send(at: time, by: .client, TLSBytes.changeCipherSpec + TLSBytes.data(53))
            check.reset(at: time + 0.001, by: .client)
        }
        let finding = capture.finding("tcp.opens-at-regular-times")
        #expect(finding?.count == 12)
        #expect(finding?.summary.contains("every 2.0 s") == true)
        #expect(finding?.summary.contains("(12 times, asking nothing)") == true)
        // Its one encrypted record is the Finished: nothing can have been said after it.
        #expect(capture.finding("tls.no-close-notify-by-client")?.count == 12)
    }

    @Test func `a client that ends TLS 1.3 with what may be an alert`() {
        let id = "tls.no-close-notify"
        // Finished and close_notify, with padding or without; an alert in Finished's place.
        let alerts = [TLSBytes.data(19), TLSBytes.data(40)]
        for records in [TLSBytes.data(53) + alerts[0], TLSBytes.data(53) + alerts[1], alerts[0]] {
            let capture = checks { check, time in
                check.send(at: time, by: .client, TLSBytes.changeCipherSpec + records)
                check.closeBoth(at: time + 0.001, by: .client)
            }
            #expect(capture.state(id) != .present)
        }
    }
}
