import Casebook
import Probes
import Testing

struct HTTPLimitsTests {
    private static let header: FactID = "probe.http.large-header-fails"
    private static let body: FactID = "probe.http.large-body-stalls"

    @Test func `nginx refuses a line above its buffer`() async throws {
        let (server, folder) = try await Nginx.start(
            port: FreePort.take(), "location / { return 200 ok; }",
            http: "large_client_header_buffers 4 4k;")
        defer { withExtendedLifetime((server, folder)) {} }
        let report = await run(HTTPLimitsProbe.self, .http, port: server.port) {
            $0.allowed = .load
        }
        #expect(report.state(Self.header) == .present)
        let size = try #require(report.measure(Self.header))
        #expect(abs(size - 4096) < 256)
        #expect(report.state(Self.body) == .absent)
    }

    @Test func `nginx with large buffers takes it`() async throws {
        let (server, folder) = try await Nginx.start(
            port: FreePort.take(), "location / { return 200 ok; }",
            http: "large_client_header_buffers 4 64k;")
        defer { withExtendedLifetime((server, folder)) {} }
        let report = await run(HTTPLimitsProbe.self, .http, port: server.port) {
            $0.allowed = .load
        }
        #expect(report.state(Self.header) == .absent)
        #expect(report.state(Self.body) == .absent)
    }

    @Test func `A body above a size makes no progress`() async {
        let server = ScriptedServer { peer, _ in
            guard let head = peer.readHead() else { return }
            let length = Int(head.value(of: "content-length")) ?? 0
            if length > 1400 {
                peer.readToEnd()
            } else {
                _ = peer.read(exactly: length)
                peer.answer()
                peer.readToEnd()
            }
        }
        let report = await run(HTTPLimitsProbe.self, .http, port: server.port) {
            $0.allowed = .load
        }
        #expect(report.state(Self.body) == .present)
        #expect(report.measure(Self.body) == 2000)
        #expect(report.state(Self.header) == .absent)
    }

    @Test func `A server that refuses uploads refuses promptly and does not stall`() async {
        let server = ScriptedServer { peer, _ in
            guard let head = peer.readHead() else { return }
            peer.answer(head.method == "POST" ? 413 : 200)
            peer.finish()
            peer.readToEnd()
        }
        let report = await run(HTTPLimitsProbe.self, .http, port: server.port) {
            $0.allowed = .load
        }
        #expect(report.state(Self.body) == .absent)
    }

    @Test func `A server that fails at any size says nothing of sizes`() async {
        let server = ScriptedServer.http { peer, _ in peer.answer(503) }
        let report = await run(HTTPLimitsProbe.self, .http, port: server.port) {
            $0.allowed = .load
        }
        #expect(report.state(Self.header) == .unknown)
        let gone = await run(HTTPLimitsProbe.self, .http, port: FreePort.take()) {
            $0.allowed = .load
        }
        #expect(gone.state(Self.header) == .unknown)
        #expect(gone.state(Self.body) == .unknown)
    }
}
