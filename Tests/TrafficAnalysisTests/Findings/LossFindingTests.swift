import Casebook
import Foundation
import Testing

@testable import TrafficAnalysis

/// Which way data is lost. The capture is at the client: what the server's data does before it
/// comes there shows as gaps, what the client's does behind it as repeats.
struct LossFindingTests {
    private static let oneWay = "tcp.retransmit-one-way"
    private static let both = "tcp.loss-both-directions"

    /// Connections on each of which `body` happens after the handshake.
    private func connections(
        _ count: Int = 4, sack: Bool = true, _ body: (TestConnection, Double) -> Void
    ) -> TestCapture {
        let capture = TestCapture()
        add(count, sack: sack, to: capture, body)
        return capture
    }

    private func add(
        _ count: Int, sack: Bool = true, from first: UInt16 = 40_000, to capture: TestCapture,
        _ body: (TestConnection, Double) -> Void
    ) {
        for number in 0..<count {
            let connection = capture.connection(port: first + UInt16(number))
            connection.permitsSACK = sack
            let start = Double(number) * 5
            connection.open(at: start)
            connection.exchange(at: start + 0.1)
            body(connection, start + 1)
        }
    }

    /// A segment of the server that comes behind four later ones, so many seconds after the first
    /// of them, with an identification so much larger than theirs.
    private func late(
        _ connection: TestConnection, _ start: Double, after wait: Double, _ ahead: Int,
        isAskedFor: Bool = true
    ) {
        connection.lose(by: .server, count: 1000)
        for number in 0..<4 {
            connection.send(
                at: start + Double(number) * 0.0001, by: .server, count: 1000,
                identification: UInt16(500 + number))
            if isAskedFor {
                connection.acknowledge(
                    at: start + Double(number) * 0.0001 + 0.00005, by: .client,
                    except: UInt32(1000 * (number + 2)))
            }
        }
        connection.sendAgain(
            at: start + wait, by: .server, count: 1000, back: 5000,
            identification: UInt16(500 + ahead))
        connection.acknowledge(at: start + wait + 0.0001, by: .client)
    }

    /// Ten places are kept of them.
    @Test func `all connections count, however many there are`() {
        let capture = connections(14) { self.late($0, $1, after: 0.3, 10) }
        #expect(capture.finding(Self.oneWay)?.count == 14)
        #expect(capture.finding(Self.oneWay)?.locations.count == 10)
    }

    /// The client sends, hears nothing and sends again; the server had got it, or not.
    private func unheard(_ connection: TestConnection, _ start: Double, arrived: Bool) {
        connection.send(at: start, by: .client, count: 300)
        connection.sendAgain(at: start + 0.25, by: .client, count: 300)
        connection.acknowledge(at: start + 0.26, by: .server, twice: arrived ? 300 : 0)
    }

    @Test func `gaps that are filled by repeats are losses of their sender`() {
        let lossy = connections { late($0, $1, after: 0.05, 6) }
        #expect(lossy.finding(Self.oneWay)?.count == 4)
        #expect(lossy.finding(Self.oneWay)?.summary.contains("only data of the servers") == true)
        #expect(lossy.state(Self.both) == .absent)
        // Without identifications, the time and the duplicate ACKs tell.
        #expect(connections { late($0, $1, after: 0.05, -500) }.state(Self.oneWay) == .present)
        #expect(connections { late($0, $1, after: 0.002, -500) }.state(Self.oneWay) == .absent)
        let unasked = connections { late($0, $1, after: 0.05, -500, isAskedFor: false) }
        #expect(unasked.state(Self.oneWay) == .absent)
        let timeouts = connections { late($0, $1, after: 0.3, -500, isAskedFor: false) }
        #expect(timeouts.state(Self.oneWay) == .present)
        #expect(timeouts.finding("tcp.timeout-retransmits")?.count == 4)
    }

    @Test func `a repeat that an acknowledgement brought about waited for no timer`() {
        let id = "tcp.timeout-retransmits"
        /// Four holes, each filled `behind` seconds after the acknowledgement that filled the one
        /// before it: the sender learns of one hole in each round trip.
        func recovery(behind pause: Double, roundTrip: Double) -> TestCapture {
            let capture = TestCapture()
            let connection = capture.connection()
            connection.open(at: 0, roundTrip: roundTrip)
            connection.exchange(at: 1, after: roundTrip)
            for number in 0..<4 {
                connection.lose(by: .server, count: 1000)
                connection.send(
                    at: 3 + Double(number) * 0.001, by: .server, count: 1000,
                    identification: UInt16(500 + number))
                connection.acknowledge(
                    at: 3.0001 + Double(number) * 0.001, by: .client,
                    except: UInt32(2000 * (number + 1)))
            }
            for number in 0..<4 {
                let time = 3.01 + Double(number + 1) * pause
                connection.sendAgain(
                    at: time, by: .server, count: 1000, back: UInt32(8000 - number * 2000),
                    identification: UInt16(510 + number))
                connection.acknowledge(
                    at: time + 0.0001, by: .client, except: UInt32(6000 - number * 2000))
            }
            return capture
        }
        #expect(recovery(behind: 0.45, roundTrip: 0.4).state(id) == .absent)
        #expect(recovery(behind: 0.25, roundTrip: 0.02).finding(id)?.count == 4)
        #expect(recovery(behind: 0.65, roundTrip: 0.4).finding(id)?.count == 4)
    }

    @Test func `what was sent before the segments that it comes behind was reordered`() {
        let reordered = connections { late($0, $1, after: 0.05, -1) }
        #expect(reordered.state(Self.oneWay) == .absent)
        #expect(reordered.state(Self.both) == .absent)
        // Sooner than its sender can have heard of the gap, it is no repeat whatever its number.
        #expect(connections { late($0, $1, after: 0.0005, 6) }.state(Self.oneWay) == .absent)
        // Also when its sender was in a hurry and the repeat comes first.
        let hurried = connections {
            late($0, $1, after: 0.05, 6)
            $0.sendAgain(
                at: $1 + 0.06, by: .server, count: 1000, back: 5000, identification: 499)
            $0.acknowledge(at: $1 + 0.0601, by: .client, twice: 5000)
        }
        #expect(hurried.state(Self.oneWay) == .absent)
    }

    @Test func `whoever repeats because an ACK was lost has lost nothing`() {
        let capture = connections { late($0, $1, after: 0.05, 6) }
        add(4, from: 41_000, to: capture) { unheard($0, $1, arrived: true) }
        #expect(capture.finding(Self.oneWay)?.summary.contains("only data of the servers") == true)
        #expect(capture.state(Self.both) == .absent)

        let onlyACKs = connections { unheard($0, $1, arrived: true) }
        #expect(onlyACKs.state(Self.oneWay) == .absent)
        let onlyData = connections { unheard($0, $1, arrived: false) }
        #expect(onlyData.finding(Self.oneWay)?.summary.contains("only data of the clients") == true)
    }

    @Test func `both directions lose where nothing else explains the repeats of both`() {
        let capture = connections { late($0, $1, after: 0.05, 6) }
        add(4, from: 41_000, to: capture) { connection, start in
            connection.send(at: start, by: .client, count: 1000)
            for number in 1...4 {
                let time = start + Double(number) * 0.001
                connection.send(at: time, by: .client, count: 1000)
                connection.acknowledge(
                    at: time + 0.0005, by: .server, except: UInt32(1000 * (number + 1)))
            }
            connection.sendAgain(at: start + 0.01, by: .client, count: 1000, back: 5000)
            connection.acknowledge(at: start + 0.011, by: .server)
        }
        #expect(capture.finding(Self.both)?.count == 8)
        #expect(capture.state(Self.oneWay) == .absent)
    }

    /// At the client of paths that lose 30 % of the answers, or 20 % of all: the first shows repeats
    /// of the client alone.
    @Test func `real captures of lossy paths`() throws {
        func state(_ name: String, _ id: String) throws -> Evidence? {
            let path = fixtures.appendingPathComponent("captures/\(name)").path
            return try analyse(path).findings.first { $0.id.description == "capture.\(id)" }
        }
        let answers = try state("network-loss-of-answers.pcap", Self.oneWay)
        #expect(answers?.summary.hasPrefix("only data of the servers was lost") == true)
        #expect(try state("network-loss-of-answers.pcap", Self.both)?.state == .absent)
        #expect(try state("network-random-loss.pcap", Self.both)?.state == .present)
        #expect(try state("network-random-loss.pcap", Self.oneWay)?.state == .absent)
    }

    @Test func `without SACK nobody knows whether a repeat was needed, and nothing is said`() {
        let capture = connections(sack: false) { late($0, $1, after: 0.05, 6) }
        add(4, sack: false, from: 41_000, to: capture) { unheard($0, $1, arrived: false) }
        #expect(capture.state(Self.both) == nil)
        #expect(capture.state(Self.oneWay) == nil)
    }
}
