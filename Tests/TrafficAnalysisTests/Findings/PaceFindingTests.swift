import Casebook
import Testing

@testable import TrafficAnalysis

/// Round trips, flights and pauses: each finding on a capture that has it, on one that could have
/// it and has not, and on one that could not.
struct PaceFindingTests {
    /// A client that writes short messages, each after the ACK of the one before.
    private func shortMessages(
        ackAfter wait: Double, roundTrip: Double = 0.001, sentAgain: Bool = false
    ) -> TestCapture {
        let capture = TestCapture()
        let connection = capture.connection()
        connection.open(at: 0, roundTrip: roundTrip)
        for index in 0..<8 {
            let time = 0.1 + Double(index) * (wait + 0.001)
            connection.send(at: time, by: .client, count: 100)
            if sentAgain { connection.sendAgain(at: time + wait - 0.001, by: .client, count: 100) }
            connection.acknowledge(at: time + wait, by: .server)
        }
        return capture
    }

    @Test func `short segments that wait for delayed ACKs`() {
        let stalled = shortMessages(ackAfter: 0.0402).finding("tcp.delayed-ack-stall")
        #expect(stalled?.state == .present)
        #expect(stalled?.measure?.value == 0.04)
        #expect(shortMessages(ackAfter: 0.2).state("tcp.delayed-ack-stall") == .present)
        #expect(shortMessages(ackAfter: 0.005).state("tcp.delayed-ack-stall") == .absent)
        // As long as the way there and back is no delay of the receiver.
        #expect(
            shortMessages(ackAfter: 0.0402, roundTrip: 0.04).state("tcp.delayed-ack-stall")
                == .absent)
        // What was lost and sent again is what the ACK came for.
        let lossy = shortMessages(ackAfter: 0.2, sentAgain: true)
        #expect(lossy.state("tcp.delayed-ack-stall") == .absent)
        #expect(TestCapture().state("tcp.delayed-ack-stall") == nil)
    }

    /// The server sends `count` segments at once, the client acknowledges each pair a round trip
    /// later; the capture is at the server.
    private func burst(
        _ connection: TestConnection, at time: Double, count: Int, roundTrip: Double = 0.05,
        isLate: Bool = false
    ) {
        // The first segment, which nobody saw, comes last.
        if isLate { connection.lose(by: .server, count: 1460) }
        for index in 0..<count {
            connection.send(at: time + Double(index) * 0.0001, by: .server, count: 1460)
        }
        if isLate {
            connection.sendAgain(
                at: time + roundTrip - 0.001, by: .server, count: 1460,
                back: UInt32(count + 1) * 1460)
        }
        for pair in 0..<(count + 1) / 2 {
            let left = max(0, count - 2 * (pair + 1)) * 1460
            connection.acknowledge(
                at: time + roundTrip + Double(pair) * 0.0001, by: .client, except: UInt32(left))
        }
    }

    /// - Parameter first: segments in the first round trip after the silence.
    private func idle(first: Int, silence: Double, loses: Bool = false) -> TestCapture {
        let capture = TestCapture()
        let connection = capture.connection()
        connection.open(at: 0, roundTrip: 0.05)
        connection.send(at: 0.1, by: .client, count: 100)
        burst(connection, at: 0.2, count: 10)
        if loses { connection.sendAgain(at: 0.29, by: .server, count: 1460) }
        burst(connection, at: 0.3, count: 40)
        let again = 0.36 + silence
        burst(connection, at: again, count: first)
        burst(connection, at: again + 0.06, count: 60 - first)
        return capture
    }

    @Test func `bursts that begin small after a silence`() {
        #expect(idle(first: 10, silence: 5).state("tcp.slow-restart-after-idle") == .present)
        #expect(idle(first: 40, silence: 5).state("tcp.slow-restart-after-idle") == .absent)
        #expect(idle(first: 10, silence: 0.2).state("tcp.slow-restart-after-idle") == nil)
        // A sender that lost something before is slower anyway.
        let lossy = idle(first: 10, silence: 5, loses: true)
        #expect(lossy.state("tcp.slow-restart-after-idle") == nil)
    }

    /// - Parameter later: the round trip of the second half of the bursts.
    private func loaded(later: Double, isLate: Bool = false) -> TestCapture {
        let capture = TestCapture()
        let connection = capture.connection()
        connection.open(at: 0, roundTrip: 0.02)
        connection.send(at: 0.1, by: .client, count: 100)
        for index in 0..<30 {
            burst(
                connection, at: 1 + Double(index), count: 10,
                roundTrip: index < 15 ? 0.02 : later, isLate: isLate && index >= 15)
        }
        return capture
    }

    @Test func `round trips that grow with what is in flight`() {
        let queue = loaded(later: 0.3).finding("tcp.rtt-rises-under-load")
        #expect(queue?.state == .present)
        #expect((0.29...0.31).contains(queue?.measure?.value ?? 0))
        #expect(loaded(later: 0.03).state("tcp.rtt-rises-under-load") == .absent)
        // Behind a gap nothing is acknowledged until it is filled.
        #expect(
            loaded(later: 0.3, isLate: true).state("tcp.rtt-rises-under-load") != .present)
        #expect(idle(first: 10, silence: 5).state("tcp.rtt-rises-under-load") == nil)
    }

    /// The client's window says `window` in the header, shifted by 7; the server keeps `flight`
    /// bytes on the way.
    private func transfer(window: UInt16, flight: Int, scale: UInt8? = 7) -> TestCapture {
        let capture = TestCapture()
        let connection = capture.connection(scale: scale)
        connection.window[0] = window
        connection.open(at: 0)
        connection.send(at: 0.1, by: .client, count: 100)
        for index in 0..<60 {
            let time = 0.2 + Double(index) * 0.01
            var left = flight
            while left > 0 {
                connection.send(
                    at: time + Double(flight - left) * 1e-7, by: .server, count: min(left, 1460))
                left -= 1460
            }
            connection.acknowledge(at: time + 0.005, by: .client)
        }
        return capture
    }

    @Test func `flights that stop at the window without its shift`() {
        let id = "tcp.flight-capped-unscaled"
        #expect(transfer(window: 501, flight: 501).state(id) == .present)
        #expect(transfer(window: 4000, flight: 3999).state(id) == .present)
        #expect(transfer(window: 501, flight: 20_000).state(id) == .absent)
        // Nobody agreed to shift anything: the edge is the edge.
        #expect(transfer(window: 501, flight: 501, scale: nil).state(id) == nil)
        // Questions and answers that happen to be almost as long as the window's number.
        #expect(questions(answered: true).state(id) != .present)
        #expect(questions(answered: false).state(id) != .present)
    }

    /// The client sends messages of 400 bytes against a window of 501 in the header, one a second.
    private func questions(answered: Bool) -> TestCapture {
        let capture = TestCapture()
        let connection = capture.connection(scale: 7)
        connection.window[1] = 501
        connection.open(at: 0)
        for index in 0..<60 {
            let time = 0.1 + Double(index) * (answered ? 0.002 : 1)
            connection.send(at: time, by: .client, count: 400)
            connection.acknowledge(at: time + 0.0005, by: .server)
            if answered { connection.send(at: time + 0.001, by: .server, count: 600) }
        }
        return capture
    }

    /// Of three segments, of which only the third is beyond the window as it stands in the header,
    /// one that lies so many bytes back is sent again.
    private func beyond(lost back: UInt32) -> TestCapture {
        let capture = TestCapture()
        let connection = capture.connection()
        connection.window[0] = 2000
        connection.open(at: 0)
        connection.send(at: 0.1, by: .client, count: 100)
        for index in 0..<12 {
            let time = 1 + Double(index)
            for segment in 0..<3 {
                connection.send(at: time + Double(segment) * 0.0001, by: .server, count: 1000)
            }
            connection.acknowledge(at: time + 0.01, by: .client, except: back)
            connection.sendAgain(at: time + 0.3, by: .server, count: 1000, back: back)
            connection.acknowledge(at: time + 0.31, by: .client)
        }
        return capture
    }

    @Test func `what is sent beyond the unscaled window is lost every time`() {
        #expect(beyond(lost: 1000).state("tcp.flight-capped-unscaled") == .present)
        // Lost inside the window, that has nothing to do with the window.
        #expect(beyond(lost: 2000).state("tcp.flight-capped-unscaled") == .absent)
    }

    private func closedWindow(for time: Double, answers: Bool) -> TestCapture {
        let capture = TestCapture()
        let connection = capture.connection()
        connection.open(at: 0)
        connection.send(at: 0.1, by: .server, count: 1000)
        connection.window[0] = 0
        connection.acknowledge(at: 0.2, by: .client)
        for probe in 1..<4 {
            let asked = 0.2 + time * Double(probe) / 4
            connection.sendAgain(at: asked, by: .server, count: 1)
            if answers { connection.acknowledge(at: asked + 0.001, by: .client) }
        }
        if answers { connection.acknowledge(at: 0.2 + time, by: .client) }
        connection.sendAgain(at: 200, by: .server, count: 1)
        return capture
    }

    @Test func `a window that stays closed while the host answers`() {
        let id = "tcp.zero-window-endless"
        #expect(closedWindow(for: 90, answers: true).state(id) == .present)
        #expect(closedWindow(for: 20, answers: true).state(id) == .absent)
        // A host that is gone answers nothing.
        #expect(closedWindow(for: 90, answers: false).state(id) == .absent)
    }

    @Test func `round trips by acknowledgement and by timestamp`() throws {
        let capture = TestCapture()
        let connection = capture.connection()
        connection.open(at: 0, roundTrip: 0.02)
        connection.send(at: 0.1, by: .client, count: 100)
        burst(connection, at: 1, count: 20, roundTrip: 0.03)
        let flow = try #require(flows(of: capture.report()).first)
        #expect(flow.opening == .complete)
        #expect(flow.handshakeRoundTrip.client == 20_000_000)
        #expect(flow.options.server?.mss == 1460)
        #expect(flow.options.server?.windowScale == 7)
        #expect(flow.roundTrip.server?.samples ?? 0 > 0)
        #expect((29_000_000...31_000_000).contains(flow.roundTrip.server?.least ?? 0))
        #expect(flow.echoRoundTrip.server == nil)
        #expect(flow.largestFlight.server == 20 * 1460)
    }
}
