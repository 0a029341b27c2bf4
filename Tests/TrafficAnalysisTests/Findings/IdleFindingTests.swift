import Casebook
import Testing

@testable import TrafficAnalysis

/// What becomes of connections that were silent for long.
struct IdleFindingTests {
    private static let lost = "tcp.first-data-after-idle-lost"
    private static let reset = "tcp.first-data-after-idle-reset"
    private static let onlyIdle = "tcp.only-idle-connections-die"

    private enum Fate { case answered, lost, reset }

    /// Exchanges at these times; the last data meets its fate.
    private func connection(
        _ capture: TestCapture, _ port: UInt16, _ times: [Double], _ fate: Fate = .answered
    ) {
        let connection = capture.connection(port: port)
        connection.open(at: times[0])
        for time in times.dropLast() { connection.exchange(at: time + 0.1) }
        let last = times[times.count - 1] + 0.1
        if fate == .answered { return connection.exchange(at: last) }
        connection.send(at: last, by: .client, count: 200)
        if fate == .reset { return connection.disown(at: last + 0.01, by: .server) }
        for pause in [0.3, 0.9, 2.1, 4.5] {
            connection.sendAgain(at: last + pause, by: .client, count: 200)
        }
    }

    @Test func `the first data after a silence is answered, lost or reset`() {
        func capture(_ fate: Fate) -> TestCapture {
            let capture = TestCapture()
            connection(capture, 40_000, [0, 100], fate)
            return capture
        }
        let lost = capture(.lost)
        #expect(lost.finding(Self.lost)?.measure?.value == 99.989)
        // Nobody knows what a box that is silent would have reset.
        #expect(lost.state(Self.reset) == nil)
        #expect(capture(.reset).state(Self.lost) == nil)
        #expect(capture(.reset).state(Self.reset) == .present)
        #expect(capture(.answered).state(Self.lost) == .absent)
        #expect(capture(.answered).state(Self.reset) == .absent)
    }

    /// A path that forgets after 350 s is not harmless because 100 s were not enough.
    @Test(arguments: [Fate.lost, .reset])
    private func `of several silences the last one counts`(fate: Fate) {
        let capture = TestCapture()
        connection(capture, 40_000, [0, 100, 200, 600], fate)
        let finding = capture.finding(fate == .lost ? Self.lost : Self.reset)
        #expect(finding?.state == .present)
        #expect(finding?.measure?.value == 399.989)
    }

    @Test func `a repeat after a minute is no data after silence`() {
        let capture = TestCapture()
        let connection = capture.connection()
        connection.open(at: 0)
        connection.send(at: 1, by: .client, count: 200)
        for time in [2.0, 4, 8, 16, 32, 93, 160] {
            connection.sendAgain(at: time, by: .client, count: 200)
        }
        #expect(capture.state(Self.lost) == nil)
    }

    private static let busy = Array(stride(from: 0.0, through: 130, by: 10))

    @Test(arguments: [Fate.lost, .reset])
    private func `idle connections die while an older one in use goes on`(fate: Fate) {
        let capture = TestCapture()
        connection(capture, 40_000, [2, 100], fate)
        connection(capture, 40_001, [3, 110], fate)
        connection(capture, 40_002, Self.busy)
        let finding = capture.finding(Self.onlyIdle)
        #expect(finding?.state == .present)
        #expect(finding?.count == 2)
        #expect(finding?.measure?.value == 97.989)
        #expect(finding?.locations.map(\.flow) == [1, 2])
    }

    /// What else there is beside two connections that died of silence, and what it shows.
    @Test(arguments: [
        // Younger than the silence: the peer may have come back meanwhile.
        (Array(stride(from: 20.0, through: 130, by: 10)), Fate.answered, nil),
        // Answered for the last time before the others died: the peer may have died after it.
        (Array(stride(from: 0.0, through: 90, by: 10)), .answered, nil),
        // As silent as they, and alive.
        ([0, 120], .answered, nil),
        // Dead, and never silent.
        (busy, .lost, FactState.absent),
    ]) private func `the others that are no sign of forgetting`(
        times: [Double], fate: Fate, state: FactState?
    ) {
        let capture = TestCapture()
        connection(capture, 40_000, [2, 100], .lost)
        connection(capture, 40_001, [3, 110], .lost)
        connection(capture, 40_002, times, fate)
        #expect(capture.state(Self.onlyIdle) == state)
    }

    @Test func `a connection to another server shows nothing`() {
        let capture = TestCapture()
        connection(capture, 40_000, [2, 100], .lost)
        connection(capture, 40_001, [3, 110], .lost)
        let other = capture.connection(port: 40_002, to: 81)
        other.open(at: 0)
        for time in Self.busy { other.exchange(at: time + 0.1) }
        #expect(capture.state(Self.onlyIdle) == nil)
    }

    /// In TLS 1.2, after the handshake.
    private func ended(_ end: (TestConnection, Double) -> Void) -> TestCapture {
        let capture = TestCapture()
        let connection = capture.connection(to: 443)
        connection.open(at: 0)
        connection.send(at: 0.1, by: .client, TLSBytes.clientHello())
        connection.send(at: 0.11, by: .server, TLSBytes.serverHello())
        for (time, side) in [(0.12, TestConnection.Side.client), (0.13, .server)] {
            connection.send(
                at: time, by: side,
                TLSBytes.changeCipherSpec + TLSBytes.finished + TLSBytes.data(100))
        }
        connection.acknowledge(at: 0.14, by: .client)
        connection.send(at: 70, by: .client, TLSBytes.data(100))
        end(connection, 70.01)
        return capture
    }

    @Test func `who does not know a TLS connection has not closed it`() {
        let id = "tls.no-close-notify"
        #expect(ended { $0.disown(at: $1, by: .server) }.state(id) == nil)
        #expect(ended { $0.disown(at: $1, by: .server) }.state(id + "-by-server") == nil)
        #expect(ended { $0.reset(at: $1, by: .server) }.state(id + "-by-server") == .present)
        #expect(ended { $0.close(at: $1, by: .server) }.state(id + "-by-server") == .present)
    }
}
