import Casebook
import Testing

@testable import Probes

struct QUICTests {
    private static let fails: FactID = "probe.quic.fails-tcp-ok"

    private func bytes(_ hex: String) -> [UInt8] {
        stride(from: 0, to: hex.count, by: 2).compactMap {
            UInt8(hex.dropFirst($0).prefix(2), radix: 16)
        }
    }

    @Test func `The keys are those of RFC 9001, appendix A`() {
        let keys = QUICInitialKeys(destination: bytes("8394c8f03e515708"))
        #expect(keys.key == bytes("1f369613dd76d5467730efcbe3b1a22d"))
        #expect(keys.iv == bytes("fa044b2f42a3fd3b46fb255c"))
        #expect(keys.headerProtection == bytes("9f50449e04a0e810283a1e9933adedd2"))
        // A.2: the sample of the protected packet, and its mask.
        #expect(
            keys.mask(sample: bytes("d1b1c98dd7689fb8ec11d242b123dc9b"))
                == bytes("437b9aec36"))
        let server = QUICInitialKeys(destination: bytes("8394c8f03e515708"), label: "server in")
        #expect(server.key == bytes("cf3a5331653c364c88f0f379b6067e37"))
    }

    @Test func `An Initial has 1,200 bytes and the right frame around the hello`() {
        let packet = QUICInitial(destination: Array(1...8), source: Array(11...18))
        for name in [nil, "a.test", String(repeating: "a", count: 250)] {
            let datagram = packet.initial(serverName: name)
            #expect(datagram.count == 1200)
            #expect(Array(datagram[1..<5]) == [0, 0, 0, 1])
            #expect(Array(datagram[5...22]) == [8] + Array(1...8) + [8] + Array(11...18))
        }
        #expect(packet.versionQuestion.count == 1200)
    }

    @Test func `Only a long header to our connection counts as an answer`() {
        let packet = QUICInitial(destination: Array(1...8), source: Array(11...18))
        let tail = [8] + Array(11...18) + [8] + Array(1...8) as [UInt8]
        #expect(packet.answer([0x80, 0, 0, 0, 0] + tail) == .versionNegotiation)
        #expect(packet.answer([0xC0, 0, 0, 0, 1] + tail) == .initial)
        #expect(packet.answer([0xE0, 0, 0, 0, 1] + tail) == .handshake)
        #expect(packet.answer([0xF0, 0, 0, 0, 1] + tail) == .retry)
        #expect(packet.answer([0x40, 0, 0, 0, 1] + tail) == nil)
        #expect(packet.answer([0xC0, 0, 0, 0, 1, 8] + Array(1...8)) == nil)
        let whole = [0xC0, 0, 0, 0, 1] + tail as [UInt8]
        for end in 0..<14 { #expect(packet.answer(Array(whole.prefix(end))) == nil) }
    }

    /// A server of HTTP over TLS that offers HTTP/3 or not.
    private func web(
        port: UInt16, offer: String?
    ) async throws -> (ServerProcess, TemporaryFolder) {
        let leaf = try Certificates.shared.get().leaf()
        return try await Nginx.start(
            port: port, listen: "ssl",
            """
            ssl_certificate \(leaf.chain); ssl_certificate_key \(leaf.key);
            \(offer.map { "add_header Alt-Svc '\($0)';" } ?? "")
            location / { return 200 "ok\\n"; }
            """)
    }

    /// Answers as a server of QUIC does to versions that it does not know (RFC 9000 §17.2.1).
    private func negotiator(port: UInt16) -> DatagramServer {
        DatagramServer(port: port) { datagram in
            guard datagram.count >= 1200, datagram[0] & 0x80 != 0, datagram[5] == 8 else {
                return nil
            }
            return [0x80, 0, 0, 0, 0, 8] + datagram[15..<23] + [8] + datagram[6..<14]
                + [0, 0, 0, 1]
        }
    }

    @Test func `Silence over UDP where HTTP version 3 is offered`() async throws {
        let port = FreePort.take()
        let (server, folder) = try await web(port: port, offer: "h3=\":\(port)\"; ma=60")
        let silent = DatagramServer(port: port) { _ in nil }
        defer { withExtendedLifetime((server, folder, silent)) {} }
        let report = await run(QUICProbe.self, .https, port: port)
        #expect(report.state(Self.fails) == .present, "\(report.summary(Self.fails))")
    }

    @Test func `An answer over UDP`() async throws {
        let port = FreePort.take()
        let (server, folder) = try await web(port: port, offer: "h3=\":\(port)\"; ma=60")
        let quic = negotiator(port: port)
        defer { withExtendedLifetime((server, folder, quic)) {} }
        let report = await run(QUICProbe.self, .https, port: port)
        #expect(report.state(Self.fails) == .absent)
        #expect(report.summary(Self.fails).contains("Version Negotiation"))
    }

    @Test func `Silence where nothing is offered, and a refusal at once`() async throws {
        let port = FreePort.take()
        let (server, folder) = try await web(port: port, offer: nil)
        defer { withExtendedLifetime((server, folder)) {} }
        #expect(await run(QUICProbe.self, .https, port: port).state(Self.fails) == .absent)
        let silent = DatagramServer(port: port) { _ in nil }
        defer { withExtendedLifetime(silent) {} }
        #expect(await run(QUICProbe.self, .https, port: port).state(Self.fails) == .unknown)
    }

    @Test func `Nothing over TCP either`() async {
        let port = FreePort.take()
        let silent = DatagramServer(port: port) { _ in nil }
        defer { withExtendedLifetime(silent) {} }
        #expect(await run(QUICProbe.self, .https, port: port).state(Self.fails) == .unknown)
    }
}
