import Casebook
import Testing

@testable import TrafficAnalysis

/// How connections open and end, over many of them.
struct OpeningFindingTests {
    private func many(
        _ count: Int, _ make: (TestConnection, Int) -> Void
    ) -> TestCapture {
        let capture = TestCapture()
        for index in 0..<count {
            make(capture.connection(port: UInt16(20_000 + index)), index)
        }
        return capture
    }

    private func flood(_ count: Int, over seconds: Double, completed: Int) -> TestCapture {
        many(count) { connection, index in
            let time = seconds * Double(index) / Double(count)
            if index % 10 < completed {
                connection.open(at: time)
            } else {
                connection.syn(at: time)
            }
        }
    }

    @Test func `many SYNs and few handshakes`() {
        let id = "tcp.half-handshakes-many"
        let attack = flood(1500, over: 9, completed: 3).finding(id)
        #expect(attack?.state == .present)
        #expect(attack?.measure?.value == 150)
        #expect(flood(1500, over: 9, completed: 9).state(id) == .absent)
        #expect(flood(1500, over: 30, completed: 3).state(id) == nil)
        #expect(flood(500, over: 1, completed: 0).state(id) == nil)
    }

    @Test func `a SYN-ACK that is repeated after its ACK, not one that crossed it`() {
        let id = "tcp.synack-repeated-despite-ack"
        let repeated = many(3) { connection, index in
            connection.open(at: Double(index))
            connection.answerAgain(at: Double(index) + 1)
        }
        #expect(repeated.finding(id)?.count == 3)
        let crossed = many(3) { connection, index in
            connection.open(at: Double(index))
            connection.answerAgain(at: Double(index) + 0.002)
        }
        #expect(crossed.state(id) == .absent)
    }

    private func twice(after pause: Double, keepsFlows: Bool) -> Evidence? {
        let capture = TestCapture()
        let first = capture.connection()
        first.open(at: 0)
        first.exchange(at: 0.1)
        first.closeBoth(at: 0.2, by: .client)
        let second = capture.connection(base: 77_000)
        second.open(at: 0.2 + pause)
        let other = capture.connection(port: 41_000)
        other.open(at: 0.1 + pause)
        return capture.report(keepsFlows: keepsFlows).findings.first {
            $0.id == "capture.tcp.tuple-reused-soon"
        }
    }

    @Test(arguments: [true, false])
    func `addresses and ports that are used again`(keepsFlows: Bool) {
        let soon = twice(after: 30, keepsFlows: keepsFlows)
        #expect(soon?.state == .present)
        #expect(soon?.measure?.value == 29.998)
        #expect(soon?.locations.first?.flow == 2)
        #expect(twice(after: 130, keepsFlows: keepsFlows)?.state == .absent)
    }

    private func exchanges(_ each: Int, connections: Int = 12) -> TestCapture {
        many(connections) { connection, index in
            connection.open(at: Double(index))
            for exchange in 0..<each {
                connection.exchange(at: Double(index) + 0.1 * Double(exchange + 1))
            }
            connection.closeBoth(at: Double(index) + 0.9, by: .client)
        }
    }

    @Test func `one request a connection`() {
        let id = "tcp.one-request-per-connection"
        let wasteful = exchanges(1).finding(id)
        #expect(wasteful?.state == .present)
        #expect(wasteful?.measure?.value == 1)
        #expect(exchanges(3).state(id) == .absent)
        #expect(exchanges(1, connections: 5).state(id) == nil)
    }

    private func ends(after waits: [Double], started step: Double) -> TestCapture {
        many(waits.count) { connection, index in
            let start = Double(index) * step
            connection.open(at: start)
            connection.exchange(at: start + 0.1)
            connection.closeBoth(at: start + 0.11 + waits[index], by: .server)
        }
    }

    @Test func `a timer shows as the time after which connections end`() {
        let id = "tcp.ends-at-common-time"
        let timer = ends(after: [10, 10.05, 10.1, 9.95, 10, 10.02], started: 3).finding(id)
        #expect(timer?.state == .present)
        #expect(timer?.summary.contains("10.0 \u{B1} 0.1 s after their last data") == true)
        #expect(timer?.summary.contains("closed by the server") == true)
        #expect(ends(after: [2, 5, 9, 14, 20, 31], started: 3).state(id) == .absent)
        // One moment that ended all is no timer.
        #expect(ends(after: [Double](repeating: 10, count: 6), started: 0.001).state(id) == .absent)
        #expect(ends(after: [10, 10], started: 3).state(id) == nil)
    }

    /// The server takes 4 s for every answer; where it says more than one thing, it is a timer.
    @Test(arguments: [TestConnection.Side.client, .server])
    func `an end that comes with the only answer is no timer`(closer: TestConnection.Side) {
        func capture(answers: Int) -> TestCapture {
            many(6) { connection, index in
                let start = Double(index) * 3
                connection.open(at: start)
                for number in 0..<answers {
                    connection.exchange(
                        at: start + 0.1 + Double(number) * 4 / Double(answers),
                        after: 3.9 / Double(answers))
                }
                connection.closeBoth(at: start + 4.01, by: closer)
            }
        }
        #expect(capture(answers: 1).state("tcp.ends-at-common-time") == nil)
        #expect(capture(answers: 3).state("tcp.ends-at-common-time") == .present)
    }

    /// Connections in their order: opened, refused, or silent to three SYNs.
    private func tried(_ outcomes: String, clients: Int = 1) -> TestCapture {
        let capture = TestCapture()
        for (number, outcome) in outcomes.enumerated() {
            let connection = capture.connection(
                port: 40_000 + UInt16(number), client: UInt8(1 + number % clients))
            let start = Double(number) * 10
            switch outcome {
            case "+":
                connection.open(at: start)
                connection.exchange(at: start + 0.1)
            case "r":
                connection.syn(at: start)
                connection.reset(at: start + 0.001, by: .server)
            default:
                connection.syn(at: start)
                for wait in [1.0, 3] {
                    capture.connection(
                        port: 40_000 + UInt16(number), client: UInt8(1 + number % clients)
                    ).syn(at: start + wait)
                }
            }
        }
        return capture
    }

    @Test(arguments: [
        ("+.+.+.+", FactState.present), ("r+r+r", .present), ("+.r++.++r", .present),
        // All fail; from one moment on; for a while.
        (".....", .absent), ("+++rrrr", .absent), ("++++r+", nil), ("++...++", .absent),
        ("+++++", nil),
    ]) func `connections that fail by turns`(outcomes: String, state: FactState?) {
        let finding = tried(outcomes).finding("tcp.syns-fail-by-turns")
        #expect(finding?.state == state)
        if state == .present { #expect(finding?.count == outcomes.count { $0 != "+" }) }
    }

    @Test func `a client that gives up before its third SYN, again and again`() {
        let id = "tcp.syn-unanswered"
        func capture(_ tries: Int, connections: Int, until end: Double = 20) -> TestCapture {
            let capture = many(connections) { connection, index in
                for number in 0..<tries { connection.syn(at: Double(index) + Double(number)) }
            }
            let other = capture.connection(port: 50_000, server: 81)
            other.open(at: 0)
            other.exchange(at: end)
            return capture
        }
        let finding = capture(1, connections: 5).finding(id)
        #expect(finding?.state == .present)
        #expect(finding?.count == 5)
        #expect(finding?.summary.contains("5 connections to 10.0.0.80:80 ") == true)
        #expect(capture(1, connections: 2).state(id) == .absent)
        // The capture ends before anybody can have given up.
        #expect(capture(1, connections: 5, until: 4.5).finding(id)?.count == 4)
        #expect(capture(1, connections: 3, until: 2.5).state(id) == .absent)
    }

    @Test func `one client that is served and one that is not are no turns`() {
        #expect(tried("+.+.+.+.", clients: 2).state("tcp.syns-fail-by-turns") == .absent)
    }

    @Test func `a server of which only one direction is seen, on however many connections`() {
        let id = "tcp.one-direction-only"
        let capture = many(14) { connection, index in
            connection.syn(at: Double(index))
            connection.acknowledge(at: Double(index) + 0.1, by: .client)
            connection.send(at: Double(index) + 0.2, by: .client, count: 100)
        }
        #expect(capture.finding(id)?.count == 14)
        #expect(capture.finding(id)?.measure?.value == 100)
        let both = many(14) { connection, index in
            connection.open(at: Double(index))
            connection.exchange(at: Double(index) + 0.1)
        }
        #expect(both.state(id) == .absent)
    }

    private func opens(at times: [Double]) -> TestCapture {
        many(times.count) { connection, index in
            connection.open(at: times[index])
            connection.exchange(at: times[index] + 0.01)
        }
    }

    @Test func `a source with a rhythm is named with its period`() {
        let id = "tcp.opens-at-regular-times"
        let checker = opens(at: (0..<12).map { Double($0) * 5 + ($0 % 2 == 0 ? 0.01 : 0) }).finding(
            id)
        #expect(checker?.state == .present)
        #expect((4.98...5.02).contains(checker?.measure?.value ?? 0))
        #expect(checker?.summary.contains("10.0.0.1 to 10.0.0.80:80 every") == true)
        #expect(opens(at: [0, 1, 4, 5, 11, 12, 20]).state(id) == .absent)
        #expect(opens(at: [0, 5, 10]).state(id) == nil)
    }

    @Test func `openings of every kind`() throws {
        let capture = TestCapture()
        capture.connection(port: 1).open(at: 0)
        capture.connection(port: 2).syn(at: 1)
        let later = capture.connection(port: 3)
        later.send(at: 2, by: .client, count: 10)
        // Both sides send a SYN without ACK, and answer each other's.
        for (time, isBack, flags) in [
            (3.0, false, TestSegment.syn), (3.001, true, TestSegment.syn),
            (3.002, false, TestSegment.syn | TestSegment.ack),
            (3.003, true, TestSegment.syn | TestSegment.ack),
        ] {
            capture.add(
                time,
                TestSegment(
                    source: isBack ? 80 : 1, target: isBack ? 1 : 80, sourcePort: isBack ? 5 : 4,
                    targetPort: isBack ? 4 : 5, flags: flags, sequence: isBack ? 900 : 100,
                    ack: flags == TestSegment.syn ? 0 : isBack ? 101 : 901, window: 1000))
        }
        let openings = flows(of: capture.report()).map(\.opening)
        #expect(openings == [.complete, .unanswered, .midstream, .simultaneous])
    }

    /// TCP Fast Open (RFC 7413) sends payload in the SYN; a SYN with FIN is a scanner's.
    @Test(arguments: [(TestSegment.syn, 20), (TestSegment.syn | TestSegment.fin, 0)])
    func `a segment that repeats two things is one that was sent again`(
        flags: UInt8, count: Int
    ) throws {
        let capture = TestCapture()
        for time in [0.0, 1, 3] {
            capture.add(
                time,
                TestSegment(
                    source: 1, target: 80, sourcePort: 4000, targetPort: 80, flags: flags,
                    sequence: 100, ack: 0, window: 1000,
                    payload: [UInt8](repeating: 0xAA, count: count)))
        }
        let flow = try #require(flows(of: capture.report()).first)
        #expect(flow.packets.client == 3)
        #expect(flow.retransmitted.client == 2)
    }

    @Test func `options that a box on the way rewrites`() throws {
        let capture = TestCapture()
        func syn(_ time: Double, mss: UInt16) {
            capture.add(
                time,
                TestSegment(
                    source: 1, target: 80, sourcePort: 4000, targetPort: 80,
                    flags: TestSegment.syn, sequence: 100, ack: 0, window: 1000,
                    options: [2, 4] + big16(mss)))
        }
        syn(0, mss: 1460)
        syn(0.0002, mss: 1380)
        let flow = try #require(flows(of: capture.report()).first)
        #expect(flow.options.client?.mss == 1460)
        #expect(flow.changedOptions.client?.options.mss == 1380)
        #expect(flow.changedOptions.client?.onTheWay == true)
        #expect(flow.changedOptions.server == nil)
    }
}
