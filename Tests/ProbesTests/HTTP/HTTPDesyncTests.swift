import Casebook
import Probes
import Testing

struct HTTPDesyncTests {
    private static let desync: FactID = "probe.http.desync"

    private func probe(_ port: UInt16) async -> ProbeReport {
        await run(HTTPDesyncProbe.self, .http, port: port) {
            $0.allowed = .disruptive
            $0.timeout = 2
        }
    }

    private static func status(_ request: ReadRequest) -> Int { request.path == "/" ? 200 : 404 }

    @Test func `nginx before a backend keeps requests apart`() async throws {
        let origin = ScriptedServer.http { peer, request in peer.answer(Self.status(request)) }
        let (server, folder) = try await Nginx.start(
            port: FreePort.take(), "location / { proxy_pass http://127.0.0.1:\(origin.port); }")
        defer { withExtendedLifetime((server, folder, origin)) {} }
        let report = await probe(server.port)
        #expect(report.state(Self.desync) == .absent, "\(report.summary(Self.desync))")
    }

    @Test func `A server that does not read a body takes it for a request`() async {
        let server = ScriptedServer { peer, _ in
            while let request = peer.readHead() {
                guard request.head.contains(" HTTP/1.1\r\n") else {
                    peer.answer(400)
                    continue
                }
                peer.answer(Self.status(request))
            }
        }
        let report = await probe(server.port)
        #expect(report.state(Self.desync) == .present)
    }

    @Test func `A server that answers the second request first`() async {
        let server = ScriptedServer { peer, _ in
            while let first = peer.readRequest() {
                guard peer.hasMore, let second = peer.readRequest() else {
                    peer.answer(Self.status(first))
                    continue
                }
                peer.answer(Self.status(second))
                peer.answer(Self.status(first))
            }
        }
        let report = await probe(server.port)
        #expect(report.state(Self.desync) == .present)
        #expect(report.summary(Self.desync).contains("each other's"))
    }

    @Test func `A server that keeps no connection, or answers all alike, cannot be judged`() async {
        let closing = ScriptedServer { peer, _ in
            guard let request = peer.readRequest() else { return }
            peer.answer(Self.status(request), ["Connection: close"])
            peer.finish()
            peer.readToEnd()
        }
        #expect(await probe(closing.port).state(Self.desync) == .unknown)
        let alike = ScriptedServer.http { peer, _ in peer.answer() }
        #expect(await probe(alike.port).state(Self.desync) == .unknown)
    }

    @Test func `Without consent nothing is sent`() async {
        let server = ScriptedServer.http { peer, _ in peer.answer() }
        let report = await run(HTTPDesyncProbe.self, .http, port: server.port)
        #expect(report.state(Self.desync) == .unknown)
        #expect(server.connections == 0)
    }
}
