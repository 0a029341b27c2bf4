import Casebook
import Dissection
import Testing

@testable import TrafficAnalysis

/// DNS over TCP port 53, and the truncated answers that lead to it.
struct DNSOverTCPTests {
    private static func message(
        _ name: String, id: UInt16, flags: UInt16, type: UInt16 = 16
    ) -> [UInt8] {
        let labels = name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        return big16(id) + big16(flags) + [0, 1, 0, 0, 0, 0, 0, 0] + labels + [0] + big16(type)
            + [0, 1]
    }

    private static func question(_ name: String, id: UInt16 = 7) -> [UInt8] {
        message(name, id: id, flags: 0x0100)
    }

    private static func answer(_ name: String, id: UInt16 = 7, code: UInt16 = 0) -> [UInt8] {
        message(name, id: id, flags: 0x8180 | code)
    }

    private static func prefixed(_ message: [UInt8]) -> [UInt8] {
        big16(UInt16(message.count)) + message
    }

    /// A datagram between 10.0.0.1:5000 and 10.0.0.53:53.
    private static func datagram(_ message: [UInt8], toServer: Bool) -> [UInt8] {
        let hosts: [UInt8] = toServer ? [1, 53] : [53, 1]
        let ports = toServer ? big16(5000) + big16(53) : big16(53) + big16(5000)
        let length = UInt16(8 + message.count)
        let header: [UInt8] =
            [0x45, 0] + big16(20 + length) + [0, 0, 0x40, 0, 64, 17, 0, 0, 10, 0, 0, hosts[0]]
            + [10, 0, 0, hosts[1]]
        let link: [UInt8] = [2, 0, 0, 0, 0, hosts[1], 2, 0, 0, 0, 0, hosts[0], 8, 0]
        return link + header + ports + big16(length) + [0, 0] + message
    }

    private func resolver(_ capture: TestCapture, at time: Double = 0) -> TestConnection {
        let connection = capture.connection(port: 40_000, to: 53, client: 1, server: 53)
        connection.open(at: time)
        return connection
    }

    private func rows(_ capture: TestCapture, keepsFlows: Bool = true) -> [DNSQueryRow] {
        capture.report(rows: 100, keepsFlows: keepsFlows).rows?.dnsQueries.rows ?? []
    }

    /// The stream in pieces of so many bytes.
    private func send(
        _ bytes: [UInt8], by side: TestConnection.Side, at time: Double, piece: Int,
        _ connection: TestConnection
    ) {
        for (place, start) in stride(from: 0, to: bytes.count, by: piece).enumerated() {
            let end = min(start + piece, bytes.count)
            connection.send(
                at: time + Double(place) * 0.0001, by: side, Array(bytes[start..<end]))
        }
    }

    @Test(arguments: [1, 2, 3, 20, 1000], [true, false])
    func `questions and answers are read wherever segments cut them`(
        piece: Int, keepsFlows: Bool
    ) throws {
        let capture = TestCapture()
        let connection = resolver(capture)
        let asked = Self.prefixed(Self.question("a.example", id: 1))
        let both = asked + Self.prefixed(Self.question("b.example", id: 2))
        let answers =
            Self.prefixed(Self.answer("b.example", id: 2, code: 3))
            + Self.prefixed(Self.answer("a.example", id: 1))
        send(both, by: .client, at: 0.1, piece: piece, connection)
        send(answers, by: .server, at: 0.2, piece: piece, connection)
        connection.closeBoth(at: 1, by: .client)
        let rows = rows(capture, keepsFlows: keepsFlows)
        #expect(rows.map { "\($0.name)" } == ["a.example", "b.example"])
        #expect(rows.map { "\($0.code?.description ?? "")" } == ["NOERROR", "NXDOMAIN"])
        #expect(rows.allSatisfy { $0.transport == "tcp" && $0.counterpart == nil })
        #expect(rows.allSatisfy { $0.type.rawValue == 16 && $0.client.port == 40_000 })
        #expect(rows.allSatisfy { 90_000_000...110_000_000 ~= $0.latency ?? 0 })
    }

    @Test func `segments out of order, and one sent twice`() {
        let capture = TestCapture()
        let connection = resolver(capture)
        let stream = Self.prefixed(Self.question("a.example"))
        connection.send(at: 0.3, by: .client, Array(stream[..<5]))
        connection.send(at: 0.1, by: .client, Array(stream[5..<9]))
        connection.send(at: 0.2, by: .client, Array(stream[9...]))
        connection.send(at: 0.4, by: .server, Self.prefixed(Self.answer("a.example")))
        connection.sendAgain(at: 0.5, by: .server, count: Self.answer("a.example").count + 2)
        #expect(rows(capture).count == 1)
        #expect(rows(capture).first?.code == .noError)
    }

    @Test func `what is no DNS on port 53 is not taken for it`() {
        let capture = TestCapture()
        let connection = resolver(capture)
        connection.send(at: 0.1, by: .client, Array("GET / HTTP/1.1\r\n\r\n".utf8))
        connection.send(at: 0.2, by: .server, [0, 3, 1, 2, 3])
        connection.send(at: 0.3, by: .server, [UInt8](repeating: 0xFF, count: 300))
        #expect(rows(capture).isEmpty)
    }

    /// A truncated answer, and the question over TCP half a second later.
    private func truncated(
        name: String, answers: Bool, long: Bool = false
    ) -> TestCapture {
        let capture = TestCapture()
        capture.add(0, Self.datagram(Self.question("big.example"), toServer: true))
        capture.add(
            0.01,
            Self.datagram(
                Self.message("big.example", id: 7, flags: 0x8380), toServer: false))
        let connection = resolver(capture, at: 0.5)
        connection.send(at: 0.6, by: .client, Self.prefixed(Self.question(name)))
        if answers {
            let answer = long ? Self.longAnswer(name) : Self.answer(name)
            connection.send(at: 0.7, by: .server, Self.prefixed(answer))
        }
        connection.acknowledge(at: 0.8, by: .client)
        // Long after, so that what was not answered could have been.
        capture.add(20, Self.datagram(Self.question("end.example", id: 9), toServer: true))
        return capture
    }

    @Test func `a truncated answer is joined to the question over TCP`() throws {
        let rows = rows(truncated(name: "big.example", answers: true))
        #expect(rows.count == 3)
        #expect(rows[0].isTruncated && rows[0].transport == "udp")
        #expect(rows[1].transport == "tcp" && !rows[1].isTruncated)
        #expect(rows[0].counterpart == rows[1].packet)
        #expect(rows[1].counterpart == rows[0].packet)
        #expect(rows[1].attempt == 1)
        #expect(rows[2].counterpart == nil)
    }

    /// With one record of 400 bytes.
    private static func longAnswer(_ name: String) -> [UInt8] {
        var message = answer(name)
        message[7] = 1
        return message + [0xC0, 12, 0, 16, 0, 1, 0, 0, 0, 60] + big16(400)
            + [UInt8](repeating: 65, count: 400)
    }

    @Test(arguments: [96, 110, 128, 200, 500])
    func `an answer is one where the snap length left only its beginning`(snapLength: Int) {
        // Over UDP, and two over one TCP connection.
        let capture = TestCapture()
        capture.snapLength = snapLength
        capture.add(0, Self.datagram(Self.question("a.example"), toServer: true))
        capture.add(0.01, Self.datagram(Self.longAnswer("a.example"), toServer: false))
        let connection = resolver(capture, at: 0.5)
        for number in 0..<2 {
            let time = 0.6 + Double(number)
            connection.send(at: time, by: .client, Self.prefixed(Self.question("a.example")))
            connection.send(
                at: time + 0.01, by: .server, Self.prefixed(Self.longAnswer("a.example")))
        }
        let rows = rows(capture)
        #expect(rows.map(\.transport) == ["udp", "tcp", "tcp"])
        #expect(rows.first?.code == .noError && rows.first?.latency != nil)
        #expect(rows.dropFirst().first?.code == .noError)
        // Behind a cut segment only whole messages are read, and of this answer there is none.
        #expect((rows.last?.latency != nil) == (snapLength == 500))
    }

    @Test func `a truncated answer and TCP under a snap length are no loss`() {
        for snapLength in [96, 500] {
            let capture = truncated(name: "big.example", answers: true, long: true)
            capture.snapLength = snapLength
            #expect(capture.state("dns.truncated-no-tcp") == .absent)
        }
    }

    @Test func `nobody comes by TCP, or is not answered there`() {
        let id = "dns.truncated-no-tcp"
        #expect(truncated(name: "big.example", answers: true).state(id) == .absent)
        #expect(truncated(name: "big.example", answers: false).state(id) == .present)
        let other = rows(truncated(name: "other.example", answers: true))
        #expect(other.allSatisfy { $0.counterpart == nil })
    }

    @Test func `a failing resolver is one over TCP, too`() {
        let capture = TestCapture()
        let connection = resolver(capture)
        connection.send(at: 0.1, by: .client, Self.prefixed(Self.question("a.example")))
        connection.send(at: 0.2, by: .server, Self.prefixed(Self.answer("a.example", code: 2)))
        #expect(capture.state("dns.servfail-share") == .present)
    }
}
