import Casebook
import Probes
import Testing

struct HTTPDirectTests {
    private static let fails: FactID = "probe.http.direct-ok-proxied-fails"
    private static let together: FactID = "probe.http.chunks-arrive-together"

    /// Five parts, 0.15 s apart.
    private func ticking() -> ScriptedServer {
        ScriptedServer.http { peer, _ in
            // Not chunked: nginx passes each chunk on as it comes, even when it buffers.
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 35\r\n\r\n")
            for number in 0..<5 {
                peer.write("part \(number)\n")
                peer.pause(seconds: 0.15)
            }
        }
    }

    private func compare(
        proxy: UInt16, backend: UInt16, timeout: Double = 5
    ) async -> ProbeReport {
        await run(HTTPDirectProbe.self, .http, port: proxy) {
            $0.backend = ProbeTarget(scheme: .http, host: "127.0.0.1", port: backend)
            $0.timeout = timeout
        }
    }

    @Test func `nginx that buffers delivers all parts at the end`() async throws {
        let origin = ticking()
        let (server, folder) = try await Nginx.start(
            port: FreePort.take(), "location / { proxy_pass http://127.0.0.1:\(origin.port); }")
        defer { withExtendedLifetime((server, folder)) {} }
        let report = await compare(proxy: server.port, backend: origin.port)
        #expect(report.state(Self.together) == .present, "\(report.summary(Self.together))")
        #expect(report.state(Self.fails) == .absent)
    }

    @Test func `nginx that does not buffer passes the parts as they come`() async throws {
        let origin = ticking()
        let (server, folder) = try await Nginx.start(
            port: FreePort.take(),
            "location / { proxy_pass http://127.0.0.1:\(origin.port); proxy_buffering off; }")
        defer { withExtendedLifetime((server, folder)) {} }
        let report = await compare(proxy: server.port, backend: origin.port)
        #expect(report.state(Self.together) == .absent)
        #expect(report.state(Self.fails) == .absent)
    }

    @Test func `A proxy that gives up before its backend is done fails where direct works`()
        async throws
    {
        let origin = ScriptedServer.http { peer, _ in
            peer.pause(seconds: 2)
            peer.answer()
        }
        let (server, folder) = try await Nginx.start(
            port: FreePort.take(),
            """
            location / { proxy_pass http://127.0.0.1:\(origin.port); proxy_read_timeout 1s; }
            """)
        defer { withExtendedLifetime((server, folder)) {} }
        let report = await compare(proxy: server.port, backend: origin.port)
        #expect(report.state(Self.fails) == .present)
        #expect(report.summary(Self.fails).contains("504"))
        #expect(report.state(Self.together) == .unknown)
    }

    @Test func `A proxy that is silent fails where direct works`() async {
        let origin = ScriptedServer.http { peer, _ in peer.answer() }
        let proxy = ScriptedServer { peer, _ in peer.readToEnd() }
        let report = await compare(proxy: proxy.port, backend: origin.port, timeout: 1)
        #expect(report.state(Self.fails) == .present)
    }

    @Test func `A backend that fails by itself is not the proxy's fault`() async {
        let origin = ScriptedServer.http { peer, _ in peer.answer(500) }
        let report = await compare(proxy: origin.port, backend: origin.port)
        #expect(report.state(Self.fails) == .absent)
        #expect(report.state(Self.together) == .unknown)
    }

    @Test func `Without a backend's address nothing is asked`() async {
        let origin = ScriptedServer.http { peer, _ in peer.answer() }
        let report = await run(HTTPDirectProbe.self, .http, port: origin.port)
        #expect(report.state(Self.fails) == .unknown)
        #expect(report.failure?.contains("--backend") == true)
        #expect(origin.connections == 0)
    }
}

struct HTTPHealthTests {
    private static let fails: FactID = "probe.http.health-ok-real-path-fails"

    private func probe(_ server: ScriptedServer) async -> ProbeReport {
        await run(HTTPHealthProbe.self, .http, port: server.port) {
            $0.http.healthPath = "/health"
            $0.timeout = 1
        }
    }

    @Test func `A green check beside a broken path`() async {
        let broken = ScriptedServer.http { peer, request in
            peer.answer(request.path == "/health" ? 200 : 500)
        }
        #expect(await probe(broken).state(Self.fails) == .present)
        let hung = ScriptedServer.http { peer, request in
            if request.path == "/health" { peer.answer() }
        }
        #expect(await probe(hung).state(Self.fails) == .present)
    }

    @Test func `A check that is as good or as bad as the path`() async {
        let good = ScriptedServer.http { peer, _ in peer.answer() }
        #expect(await probe(good).state(Self.fails) == .absent)
        let bad = ScriptedServer.http { peer, _ in peer.answer(500) }
        #expect(await probe(bad).state(Self.fails) == .absent)
    }

    @Test func `A path that is not there may be a slip of the operator`() async {
        let server = ScriptedServer.http { peer, request in
            peer.answer(request.path == "/health" ? 204 : 404, body: "")
        }
        #expect(await probe(server).state(Self.fails) == .unknown)
    }

    @Test func `Without the check's path nothing is asked`() async {
        let server = ScriptedServer.http { peer, _ in peer.answer() }
        let report = await run(HTTPHealthProbe.self, .http, port: server.port)
        #expect(report.state(Self.fails) == .unknown)
        #expect(server.connections == 0)
    }
}
