import Casebook
import Testing

@testable import TrafficAnalysis

/// Segments that are sent again, and those that never arrive.
struct RepeatFindingTests {
    /// Every so many of 1200 segments has to be sent again, after so long.
    ///
    /// - Parameter asked: how long before that it was asked for.
    private func transfer(
        lost every: Int?, after pause: Double, duplicateACKs: Int = 0, asked: Double = 0.001
    ) -> TestCapture {
        let capture = TestCapture()
        let connection = capture.connection()
        connection.open(at: 0)
        connection.exchange(at: 0.1)
        var time = 1.0
        for number in 0..<1200 {
            connection.send(at: time, by: .server, count: 1000)
            if let every, number % every == every - 1 {
                for _ in 0..<duplicateACKs {
                    connection.acknowledge(
                        at: time + pause - asked, by: .client, except: 1000)
                }
                time += pause
                connection.sendAgain(at: time, by: .server, count: 1000)
            }
            connection.acknowledge(at: time + 0.001, by: .client)
            time += 0.002
        }
        return capture
    }

    @Test func `a large part of the segments is sent again`() {
        let id = "tcp.retransmit-share-high"
        let lossy = transfer(lost: 50, after: 0.25).finding(id)
        #expect(lossy?.state == .present)
        #expect(lossy?.measure?.value == 2)
        #expect(transfer(lost: 400, after: 0.25).state(id) == .absent)
        #expect(transfer(lost: nil, after: 0).state(id) == .absent)
        // Too little for a share.
        let short = TestCapture()
        let connection = short.connection()
        connection.open(at: 0)
        connection.send(at: 0.1, by: .client, count: 100)
        connection.sendAgain(at: 0.4, by: .client, count: 100)
        connection.acknowledge(at: 0.41, by: .server)
        #expect(short.state(id) == nil)
    }

    /// 40 segments leave the sender's host as one, 30 times; some are sent again one by one
    /// and some whole.
    @Test(arguments: [40, 1])
    func `segments that offload has joined count as those on the wire`(joined: Int) throws {
        let capture = TestCapture()
        let connection = capture.connection()
        connection.open(at: 0)
        connection.send(at: 0.1, by: .client, count: 100)
        var time = 0.2
        func send(_ segments: Int, _ send: (Double, Int) -> Void) {
            for _ in 0..<segments / joined {
                send(time, joined * 1460)
                time += 0.00001
            }
        }
        for number in 0..<30 {
            send(40) { connection.send(at: $0, by: .server, count: $1) }
            // The next one, so that nothing is the newest.
            connection.send(at: time, by: .server, count: 1460)
            if number % 10 == 9 {
                var back = UInt32(41 * 1460)
                time += 0.003
                send(40) {
                    connection.sendAgain(at: $0, by: .server, count: $1, back: back)
                    back -= UInt32($1)
                }
            } else {
                connection.sendAgain(at: time + 0.003, by: .server, count: 1460, back: 2920)
            }
            connection.acknowledge(at: time + 0.005, by: .client)
            time += 0.01
        }
        let finding = try #require(capture.finding("tcp.retransmit-share-high"))
        // Of 1 + 30 * 41 + 27 + 3 * 40 segments.
        #expect(finding.summary == "10.7 % of 1378 payload segments were sent again")
    }

    @Test func `segments that waited for the timeout`() {
        let id = "tcp.timeout-retransmits"
        #expect(transfer(lost: 300, after: 0.25).finding(id)?.count == 4)
        #expect(transfer(lost: 300, after: 0.1).state(id) == .absent)
        #expect(transfer(lost: 300, after: 0.25, duplicateACKs: 4).state(id) == .absent)
        // In vain: it did not come when it was asked for.
        let inVain = transfer(lost: 300, after: 0.25, duplicateACKs: 4, asked: 0.249)
        #expect(inVain.finding(id)?.count == 4)
        #expect(transfer(lost: 600, after: 0.25).state(id) == .absent)
    }

    /// A segment that is repeated so many times, at once or ever later, and small ones around it.
    private func stuck(
        _ length: Int, repeats: Int, growing: Bool = true, answered: Bool = false
    ) -> TestCapture {
        let capture = TestCapture()
        let small = capture.connection(port: 39_000)
        small.open(at: 0)
        small.exchange(at: 0.1, asked: 200, answered: 300)
        small.closeBoth(at: 0.3, by: .client)
        let connection = capture.connection()
        connection.open(at: 1)
        connection.exchange(at: 1.1, asked: 150, answered: 300)
        connection.send(at: 2, by: .server, count: length)
        var (time, gap) = (2.0, 0.3)
        for _ in 0..<repeats {
            time += gap
            if growing { gap *= 2 }
            connection.sendAgain(at: time, by: .server, count: length)
            if answered {
                connection.acknowledge(at: time + 0.001, by: .client, except: UInt32(length))
            }
        }
        return capture
    }

    @Test func `a peer that is gone is asked ever later`() {
        let id = "tcp.backoff-unanswered-long"
        #expect(stuck(200, repeats: 7).state(id) == .present)
        #expect(stuck(200, repeats: 4).state(id) == .absent)
        #expect(stuck(200, repeats: 7, growing: false).state(id) == .absent)
        #expect(stuck(200, repeats: 7, answered: true).state(id) == .absent)
    }

    @Test func `large segments vanish where small ones pass`() {
        let id = "tcp.large-lost-small-pass"
        let lost = stuck(1400, repeats: 4).finding(id)
        #expect(lost?.state == .present)
        #expect(lost?.measure?.value == 1400)
        // What is no larger than what passed, and what is not large at all.
        #expect(stuck(300, repeats: 4).state(id) == .absent)
        #expect(stuck(450, repeats: 4).state(id) != .present)
    }

    /// The server acknowledges all that the client sent, and 20 ms later sends `body`.
    private func answered(_ body: (TestConnection, Double) -> Void) -> FactState? {
        let capture = TestCapture()
        let connection = capture.connection()
        connection.open(at: 0)
        connection.exchange(at: 0.1)
        for number in 0..<3 {
            connection.send(at: 1 + Double(number) * 0.001, by: .client, count: 1000)
        }
        connection.acknowledge(at: 1.01, by: .server)
        body(connection, 1.03)
        connection.acknowledge(at: 1.05, by: .client)
        return capture.state("tcp.ack-goes-backwards")
    }

    @Test func `an acknowledgement that is taken back was somebody else's`() {
        let takenBack = answered { connection, time in
            connection.lose(by: .server, count: 300)
            connection.sendAgain(at: time, by: .server, count: 300, less: 2000)
        }
        #expect(takenBack == .present)
        // The segment is an old one when an ACK came with a higher number before.
        let overtaken = answered { connection, time in
            connection.lose(by: .server, count: 300)
            connection.acknowledge(at: time - 0.01, by: .server)
            connection.sendAgain(at: time, by: .server, count: 300, less: 2000)
        }
        #expect(overtaken == .absent)
        // A copy of what was sent before is as old.
        let copy = answered { connection, time in
            connection.send(at: time - 0.01, by: .server, count: 300)
            connection.sendAgain(at: time, by: .server, count: 300, less: 2000)
        }
        #expect(copy == .absent)
    }
}
