import Casebook
import Testing

@testable import TrafficAnalysis

/// What takes long only because the other end is far away.
struct LongPathFindingTests {
    /// A handshake in which the SYN is sent again after 1 s, from the client's side.
    ///
    /// - Parameters:
    ///   - echo: TSval of the SYN that the first SYN-ACK answers: 1000 or 2000.
    ///   - again: when another SYN-ACK comes.
    private func handshake(roundTrip: Double, echo: UInt32, again: Double?) -> TestCapture {
        let capture = TestCapture()
        func add(
            _ time: Double, fromClient: Bool, _ flags: UInt8, sequence: UInt32, ack: UInt32,
            stamp: (UInt32, UInt32)
        ) {
            capture.add(
                time,
                TestSegment(
                    source: fromClient ? 1 : 80, target: fromClient ? 80 : 1,
                    sourcePort: fromClient ? 40_000 : 443, targetPort: fromClient ? 443 : 40_000,
                    flags: flags, sequence: sequence, ack: ack, window: 64_000,
                    options: [1, 1, 8, 10] + big32(stamp.0) + big32(stamp.1)))
        }
        let (syn, ack) = (TestSegment.syn, TestSegment.ack)
        add(0, fromClient: true, syn, sequence: 1, ack: 0, stamp: (1000, 0))
        add(1, fromClient: true, syn, sequence: 1, ack: 0, stamp: (2000, 0))
        let answered = (echo == 2000 ? 1 : 0) + roundTrip
        add(answered, fromClient: false, syn | ack, sequence: 9, ack: 2, stamp: (7, echo))
        add(
            answered + 0.0001, fromClient: true, ack, sequence: 2, ack: 10,
            stamp: (1000 + UInt32(answered * 1000), 7))
        if let again {
            add(again, fromClient: false, syn | ack, sequence: 9, ack: 2, stamp: (8, echo))
        }
        return capture
    }

    @Test func `SYNs that were both answered were not lost`() {
        let (syn, synACK) = ("tcp.syn-retransmitted-then-ok", "tcp.synack-repeated-despite-ack")
        let long = handshake(roundTrip: 1.5, echo: 1000, again: 2.5)
        #expect(long.state(syn) == .absent)
        #expect(long.state(synACK) == .absent)
        // The first SYN was lost.
        #expect(handshake(roundTrip: 0.02, echo: 2000, again: nil).state(syn) == .present)
        // The SYN-ACK was lost: the next answers the first SYN, and comes alone.
        #expect(handshake(roundTrip: 1.02, echo: 1000, again: nil).state(syn) == .present)
        #expect(handshake(roundTrip: 1.02, echo: 1000, again: 1.03).state(syn) == .present)
        // The first SYN and the ACK were dropped, as by a full queue.
        let full = handshake(roundTrip: 0.02, echo: 2000, again: 2.02)
        #expect(full.state(syn) == .present)
        #expect(full.state(synACK) == .present)
    }

    /// A request that the client gives up 1.2 s later, acknowledged after a round trip.
    private func givenUp(roundTrip: Double) -> FactState? {
        let capture = TestCapture()
        let connection = capture.connection()
        connection.open(at: 0, roundTrip: roundTrip)
        connection.exchange(at: 2, after: roundTrip + 0.01)
        connection.send(at: 5, by: .client, count: 100)
        if roundTrip < 1.2 {
            connection.acknowledge(at: 5 + roundTrip, by: .server)
            connection.closeBoth(at: 6.2, by: .client)
        } else {
            connection.close(at: 6.2, by: .client)
            connection.acknowledge(at: 5 + roundTrip, by: .server)
        }
        return capture.state("tcp.request-never-answered")
    }

    @Test func `no answer is due before the request has arrived`() {
        #expect(givenUp(roundTrip: 0.02) == .present)
        #expect(givenUp(roundTrip: 0.7) != .present)
        #expect(givenUp(roundTrip: 1.4) != .present)
    }

    @Test func `a server is slow from when it had the ClientHello`() {
        func waited(acknowledged: Double, answered: Double) -> FactState? {
            let capture = TestCapture()
            let connection = capture.connection(to: 443)
            connection.open(at: 0, roundTrip: acknowledged)
            connection.send(at: 3, by: .client, TLSBytes.clientHello())
            connection.acknowledge(at: 3 + acknowledged, by: .server)
            connection.send(at: 3 + answered, by: .server, TLSBytes.serverHello())
            return capture.state("tls.slow-server-flight")
        }
        #expect(waited(acknowledged: 0.02, answered: 1.2) == .present)
        #expect(waited(acknowledged: 1.19, answered: 1.2) == .absent)
        #expect(waited(acknowledged: 1.19, answered: 2.3) == .present)
    }
}
