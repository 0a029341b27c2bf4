import Casebook
import Testing

@testable import TrafficAnalysis

/// Plain text first, TLS then, and the server's flight out of order.
struct UpgradeTests {
    private static let chain = [
        TLSBytes.certificate(subject: "shop", issuer: "CA", names: ["shop.example"]),
        TLSBytes.certificate(subject: "CA", issuer: "Root"),
    ]
    private static let flight =
        TLSBytes.serverHello() + TLSBytes.certificates(chain) + TLSBytes.changeCipherSpec

    /// STARTTLS, and the flight in pieces of 100 bytes whose times are `times`.
    private func upgrade(
        _ times: [Double], port: UInt16 = 25, answer: [UInt8] = flight
    ) -> TestCapture {
        let capture = TestCapture()
        let connection = capture.connection(to: port)
        connection.open(at: 0)
        connection.send(at: 0.1, by: .server, Array("220 mail.example ESMTP\r\n".utf8))
        connection.send(at: 0.2, by: .client, Array("STARTTLS\r\n".utf8))
        connection.send(at: 0.3, by: .server, Array("220 go ahead\r\n".utf8))
        connection.send(at: 0.4, by: .client, TLSBytes.clientHello())
        for (place, time) in times.enumerated() {
            let start = min(place * 100, answer.count)
            let end = place == times.count - 1 ? answer.count : min(start + 100, answer.count)
            connection.send(at: time, by: .server, Array(answer[start..<end]))
        }
        connection.acknowledge(at: 3, by: .client)
        connection.closeBoth(at: 4, by: .client)
        return capture
    }

    private func handshake(_ capture: TestCapture) -> FlowRecord.TLS? {
        flows(of: capture.report()).first?.tls
    }

    @Test(arguments: [
        [0.5, 0.6, 0.7, 0.8], [0.8, 0.5, 0.6, 0.7], [0.6, 0.5, 0.8, 0.7], [0.8, 0.7, 0.6, 0.5],
    ])
    func `the handshake is read in whatever order it comes`(times: [Double]) throws {
        let tls = try #require(handshake(upgrade(times)))
        #expect(tls.serverHellos == 1)
        #expect(tls.certificates?.count == 2)
        #expect(tls.history == "Csxi")
        #expect(tls.version == "TLSv1.2")
        let capture = upgrade(times)
        #expect(capture.state("tls.certificate-wrong-name") == .absent)
        #expect(capture.state("tls.plain-answer-to-hello") == .absent)
    }

    @Test func `a piece that never comes keeps no handshake from being read as far as it goes`() {
        // The first piece is lost: nothing is claimed of a hello that was not seen.
        let capture = upgrade([0.5, 0.6, 0.7, 0.8])
        let without = TestCapture()
        for frame in capture.frames where !(0.49...0.51 ~= frame.time) {
            without.add(frame.time, frame.bytes)
        }
        #expect(handshake(without)?.clientHellos == 1)
        #expect(handshake(without)?.serverHellos == 0)
    }

    @Test func `plain text out of order is no TLS`() {
        let refusal = Array("454 TLS not available due to temporary reason, sorry\r\n".utf8)
        let text = refusal + refusal + refusal + refusal + refusal
        let tls = handshake(upgrade([0.6, 0.5, 0.7], answer: text))
        #expect(tls?.clientHellos == 1)
        #expect(tls?.serverHellos == 0)
        #expect(tls?.certificates == nil)
    }

    @Test func `the first piece is plain text, and TLS begins behind it`() throws {
        // The answer to STARTTLS overtaken by what follows it.
        let capture = TestCapture()
        let connection = capture.connection(to: 5432)
        connection.open(at: 0)
        connection.send(at: 0.1, by: .client, [0, 0, 0, 8, 4, 210, 22, 47])
        connection.send(at: 0.5, by: .server, [0x53])
        connection.send(at: 0.4, by: .client, TLSBytes.clientHello())
        connection.send(at: 0.45, by: .server, Self.flight)
        connection.acknowledge(at: 0.6, by: .client)
        let tls = try #require(handshake(capture))
        #expect(tls.serverHellos == 1)
        #expect(tls.certificates?.count == 2)
    }
}
