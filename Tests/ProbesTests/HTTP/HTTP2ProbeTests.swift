import Casebook
import Foundation
import Probes
import Testing

struct HTTP2ProbeTests {
    private static let low: FactID = "probe.h2.stream-limit-low"
    private static let goAway: FactID = "probe.h2.goaway-after-n"

    private func nginx(
        _ http: String, tls: Bool, version2: Bool = true
    ) async throws -> (ServerProcess, TemporaryFolder) {
        let leaf = try Certificates.shared.get().leaf()
        return try await Nginx.start(
            port: FreePort.take(), listen: (tls ? "ssl" : "") + (version2 ? " http2" : ""),
            """
            \(tls ? "ssl_certificate \(leaf.chain); ssl_certificate_key \(leaf.key);" : "")
            location / { return 200 "ok\\n"; }
            """, http: http)
    }

    @Test(arguments: [true, false])
    func `nginx that allows eight streams is low for a hundred`(tls: Bool) async throws {
        let (server, folder) = try await nginx("http2_max_concurrent_streams 8;", tls: tls)
        defer { withExtendedLifetime((server, folder)) {} }
        let report = await run(HTTP2Probe.self, tls ? .https : .http, port: server.port)
        #expect(report.state(Self.low) == .present)
        #expect(report.measure(Self.low) == 8)
        #expect(report.results.first?.isGood == true)
        let modest = await run(HTTP2Probe.self, tls ? .https : .http, port: server.port) {
            $0.http.clientConcurrency = 8
        }
        #expect(modest.state(Self.low) == .absent)
    }

    @Test func `nginx with its default is not`() async throws {
        let (server, folder) = try await nginx("", tls: true)
        defer { withExtendedLifetime((server, folder)) {} }
        let report = await run(HTTP2Probe.self, .https, port: server.port)
        #expect(report.state(Self.low) == .absent)
    }

    @Test func `nginx that ends a connection after twenty requests`() async throws {
        let (server, folder) = try await nginx("keepalive_requests 20;", tls: true)
        defer { withExtendedLifetime((server, folder)) {} }
        let report = await run(HTTP2LifetimeProbe.self, .https, port: server.port) {
            $0.allowed = .load
        }
        #expect(report.state(Self.goAway) == .present)
        #expect(abs((report.measure(Self.goAway) ?? 0) - 20) <= 1)
        let few = await run(HTTP2LifetimeProbe.self, .https, port: server.port) {
            $0.allowed = .load
            $0.count = 5
        }
        #expect(few.state(Self.goAway) == .absent)
    }

    @Test func `A server without HTTP version 2 leaves it unknown`() async throws {
        let (server, folder) = try await nginx("", tls: true, version2: false)
        defer { withExtendedLifetime((server, folder)) {} }
        let report = await run(HTTP2Probe.self, .https, port: server.port)
        #expect(report.state(Self.low) == .unknown)
        #expect(report.summary(Self.low).contains("ALPN"))
        let plain = ScriptedServer.http { peer, _ in peer.answer() }
        let text = await run(HTTP2Probe.self, .http, port: plain.port) { $0.timeout = 2 }
        #expect(text.state(Self.low) == .unknown)
    }

    @Test func `Headers that a person gives are sent over HTTP version 2 too`() async throws {
        let (server, folder) = try await Nginx.start(
            port: FreePort.take(), listen: "http2",
            """
            large_client_header_buffers 4 64k; http2_max_field_size 64k; http2_max_header_size 128k;
            location / {
                set $seen "$http_x_team/$host/$http_connection";
                if ($seen = "shop/tenant.test/") { return 204; }
                return 403;
            }
            """)
        defer { withExtendedLifetime((server, folder)) {} }
        func answer(_ fields: [(String, String)]) async -> String {
            let report = await run(HTTP2Probe.self, .http, port: server.port) {
                $0.headers = fields.map { .init(name: $0.0, value: $0.1) }
            }
            return report.results.first?.summary ?? ""
        }
        let given = [("X-Team", "shop "), ("Host", "tenant.test"), ("Connection", "close")]
        #expect(await answer(given).contains("last 204"))
        #expect(await answer([]).contains("last 403"))
        // More than one frame holds.
        let large = String(repeating: "v", count: 30_000)
        #expect(await answer(given + [("X-Large", large)]).contains("last 204"))
    }

    @Test(
        arguments: [
            [], [0], [0xFF, 0xFF, 0xFF, 4, 0, 0, 0, 0, 0],
            [0, 0, 5, 4, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5],
            [0, 0, 1, 1, 0, 0, 0, 0, 1, 0x88, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            Array("SSH-2.0-x\r\n".utf8),
        ] as [[UInt8]])
    func `A server that speaks garbage is told and bounded`(bytes: [UInt8]) async {
        let server = ScriptedServer { peer, _ in
            peer.write(bytes)
            peer.readToEnd()
        }
        let report = await run(HTTP2Probe.self, .http, port: server.port) { $0.timeout = 1 }
        #expect(report.state(Self.low) == .unknown)
        #expect(report.results.first?.isGood == false)
    }

    @Test func `A refused stream is told whatever the settings say`() async {
        let server = ScriptedServer { peer, _ in
            // SETTINGS, then RST_STREAM with REFUSED_STREAM for the first stream.
            peer.write([0, 0, 0, 4, 0, 0, 0, 0, 0])
            // The preface with SETTINGS, their acknowledgement, and the head of HEADERS.
            _ = peer.read(exactly: 24 + 9 + 12)
            _ = peer.read(exactly: 9 + 9)
            peer.write([0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 7])
            peer.readToEnd()
        }
        let report = await run(HTTP2Probe.self, .http, port: server.port) { $0.timeout = 2 }
        #expect(report.state(Self.low) == .present)
        #expect(report.summary(Self.low).contains("REFUSED_STREAM"))
    }

    private static let pings: FactID = "probe.h2.pings-punished"

    /// Answers the first request, then bears so many pings and says ENHANCE_YOUR_CALM to the next.
    private func strict(bears: Int) -> ScriptedServer {
        ScriptedServer { peer, _ in
            peer.write([0, 0, 0, 4, 0, 0, 0, 0, 0])
            _ = peer.read(exactly: 24)
            var seen = 0
            while true {
                let head = peer.read(exactly: 9)
                guard head.count == 9 else { return }
                _ = peer.read(exactly: Int(head[1]) << 8 | Int(head[2]))
                switch head[3] {
                case 1: peer.write([0, 0, 1, 1, 5, 0, 0, 0, 1, 0x88])
                case 6:
                    seen += 1
                    if seen <= bears { continue }
                    peer.write([0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 11])
                default: break
                }
            }
        }
    }

    @Test func `A server that bears two pings punishes the third`() async {
        let server = strict(bears: 2)
        defer { withExtendedLifetime(server) {} }
        let report = await run(HTTP2PingProbe.self, .http, port: server.port) {
            $0.http.pingInterval = 0.2
        }
        #expect(report.state(Self.pings) == .present)
        #expect(report.measure(Self.pings) == 3)
    }

    @Test func `nginx bears pings`() async throws {
        let (server, folder) = try await nginx("", tls: true)
        defer { withExtendedLifetime((server, folder)) {} }
        let report = await run(HTTP2PingProbe.self, .https, port: server.port) {
            $0.http.pingInterval = 0.2
        }
        #expect(report.state(Self.pings) == .absent)
        let plain = ScriptedServer.http { peer, _ in peer.answer() }
        let text = await run(HTTP2PingProbe.self, .http, port: plain.port) { $0.timeout = 2 }
        #expect(text.state(Self.pings) == .unknown)
    }
}
