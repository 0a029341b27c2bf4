import Casebook
import Probes
import Testing

struct TLSSecondClientProbeTests {
    private let id = "probe.tcp.silent-connection-blocks-others"

    private func ask(_ port: UInt16, allowed: EffectClass = .disruptive) async -> ProbeReport {
        await run(TLSSecondClientProbe.self, .tls, port: port) {
            $0.allowed = allowed
            $0.holdSeconds = 2
        }
    }

    @Test func `A server that handshakes in its accept loop is blocked by silence`() async throws {
        let server = try await opensslServer(try Certificates.shared.get().leaf(), ["-rev"])
        let report = await ask(server.port)
        #expect(report.state(id) == .present, "\(report.summary(id))")
        let waited = try #require(report.measure(id))
        #expect(waited >= 1.8)
        let log = report.log.map(\.text).filter { $0.contains("silent connection") }
        #expect(log.count == 4, "\(log)")
        #expect(report.results.contains { $0.address.contains("connect and close") })
    }

    @Test func `A server with workers is not`() async throws {
        let leaf = try Certificates.shared.get().leaf()
        let server = try await nginx(ports: [FreePort.take()], nginxCertificate(leaf))
        let report = await ask(server.port)
        #expect(report.state(id) == .absent, "\(report.summary(id))")
    }

    @Test func `A server that is slow by itself is not taken for a blocked one`() async throws {
        let backend = try await nginx(
            ports: [FreePort.take()], nginxCertificate(try Certificates.shared.get().leaf()))
        let slow = Relay(to: backend.port, .init(delay: 1.5))
        #expect(await ask(slow.port).state(id) == .unknown)
    }

    @Test func `Without consent nothing is sent`() async throws {
        let server = ScriptedServer { peer, _ in peer.readToEnd() }
        let report = await ask(server.port, allowed: .load)
        #expect(report.state(id) == .unknown)
        #expect(report.summary(id).contains("--allow disruptive"))
        #expect(server.connections == 0)
        #expect(report.timelines.isEmpty)
    }
}
