import Casebook
import Probes
import Testing

struct HTTPExpectTests {
    private static let late: FactID = "probe.http.expect-delay"

    @Test func `A server that ignores Expect makes the upload a second late`() async {
        let server = ScriptedServer.http { peer, _ in peer.answer() }
        let report = await run(HTTPExpectProbe.self, .http, port: server.port) {
            $0.allowed = .load
        }
        #expect(report.state(Self.late) == .present)
        #expect((report.measure(Self.late) ?? 0) >= 0.9)
    }

    @Test func `nginx says go on at once`() async throws {
        let origin = ScriptedServer.http { peer, _ in peer.answer() }
        let (server, folder) = try await Nginx.start(
            port: FreePort.take(), "location / { proxy_pass http://127.0.0.1:\(origin.port); }")
        defer { withExtendedLifetime((server, folder, origin)) {} }
        let report = await run(HTTPExpectProbe.self, .http, port: server.port) {
            $0.allowed = .load
        }
        #expect(report.state(Self.late) == .absent)
    }

    @Test func `A server that refuses the expectation at once is not late`() async {
        let server = ScriptedServer { peer, _ in
            guard let head = peer.readHead() else { return }
            if head.value(of: "expect").isEmpty {
                _ = peer.read(exactly: Int(head.value(of: "content-length")) ?? 0)
                peer.answer()
            } else {
                peer.answer(417)
            }
        }
        let report = await run(HTTPExpectProbe.self, .http, port: server.port) {
            $0.allowed = .load
        }
        #expect(report.state(Self.late) == .absent)
    }

    @Test func `A server that is slow both ways is not late because of Expect`() async {
        let server = ScriptedServer.http { peer, _ in
            peer.pause(seconds: 1.2)
            peer.answer()
        }
        let report = await run(HTTPExpectProbe.self, .http, port: server.port) {
            $0.allowed = .load
        }
        // The client sends the body after 1 s, while the server only then begins its 1.2 s.
        #expect(report.state(Self.late) == .present)
        let prompt = ScriptedServer { peer, _ in
            guard let head = peer.readHead() else { return }
            if !head.value(of: "expect").isEmpty { peer.write("HTTP/1.1 100 Continue\r\n\r\n") }
            _ = peer.read(exactly: Int(head.value(of: "content-length")) ?? 0)
            peer.pause(seconds: 1.2)
            peer.answer()
        }
        let other = await run(HTTPExpectProbe.self, .http, port: prompt.port) { $0.allowed = .load }
        #expect(other.state(Self.late) == .absent)
    }

    @Test func `A server that never answers leaves it unknown`() async {
        let server = ScriptedServer { peer, _ in peer.readToEnd() }
        let report = await run(HTTPExpectProbe.self, .http, port: server.port) {
            $0.timeout = 1.5
            $0.allowed = .load
        }
        #expect(report.state(Self.late) == .unknown)
    }
}
