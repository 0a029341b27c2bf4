import Casebook
import Foundation
import Glibc
import Probes
import Testing

struct HTTPKeepAliveTests {
    private static let early: FactID = "probe.http.backend-idle-close-early"

    private func nginx(_ line: String) async throws -> (ServerProcess, TemporaryFolder) {
        let port = FreePort.take()
        return try await Nginx.start(
            port: port, "\(line) location / { return 200 \"ok\\n\"; }")
    }

    @Test func `nginx that closes after two seconds closes before its proxy would`() async throws {
        let (server, folder) = try await nginx("keepalive_timeout 2s;")
        defer { withExtendedLifetime((server, folder)) {} }
        let report = await run(HTTPKeepAliveProbe.self, .http, port: server.port)
        #expect(report.state(Self.early) == .present)
        let idle = try #require(report.measure(Self.early))
        #expect(idle > 1.5)
        #expect(report.results.first?.summary.contains("before the close was") == true)
    }

    @Test func `nginx that outlasts the proxy's limit does not`() async throws {
        let (server, folder) = try await nginx("keepalive_timeout 60s;")
        defer { withExtendedLifetime((server, folder)) {} }
        let report = await run(HTTPKeepAliveProbe.self, .http, port: server.port) {
            $0.http.proxyIdle = 2
        }
        #expect(report.state(Self.early) == .absent)
    }

    @Test func `A server that keeps no connection has no race`() async throws {
        let (server, folder) = try await nginx("keepalive_timeout 0;")
        defer { withExtendedLifetime((server, folder)) {} }
        let report = await run(HTTPKeepAliveProbe.self, .http, port: server.port)
        #expect(report.state(Self.early) == .absent)
        #expect(report.summary(Self.early).contains("after each answer"))
    }

    @Test func `A server without an answer leaves it unknown`() async {
        let server = ScriptedServer { peer, _ in peer.close() }
        let report = await run(HTTPKeepAliveProbe.self, .http, port: server.port)
        #expect(report.state(Self.early) == .unknown)
    }
}
