import Casebook
import Probes
import Testing

struct HTTPProbeTests {
    private static let gateway: FactID = "probe.http.gateway-error"
    private static let odd: FactID = "probe.http.odd-4xx"
    private static let limited: FactID = "probe.http.limited"
    private static let short: FactID = "probe.http.body-shorter-than-length"
    private static let silent: FactID = "probe.app.no-answer-after-connect"

    @Test func `A good answer shows no fault and its stages`() async throws {
        let server = ScriptedServer.http { peer, _ in peer.answer() }
        let report = await run(HTTPProbe.self, .http, port: server.port)
        for id in [Self.gateway, Self.odd, Self.short, Self.silent] {
            #expect(report.state(id) == .absent)
        }
        // One request cannot show that there is no limit.
        #expect(report.state(Self.limited) == .unknown)
        #expect(report.results.first?.isGood == true)
        let timeline = try #require(report.timelines.first { $0.label == "request" })
        #expect(
            timeline.stages.map(\.name) == ["connect", "request", "first-byte", "body", "close"])
        #expect(timeline.stages.allSatisfy { $0.outcome == .ok })
    }

    @Test(arguments: [502, 503, 504]) func `A gateway's error is told`(status: Int) async {
        let server = ScriptedServer.http { peer, _ in peer.answer(status) }
        let report = await run(HTTPProbe.self, .http, port: server.port)
        #expect(report.state(Self.gateway) == .present)
        #expect(report.state(Self.odd) == .absent)
        #expect(report.state(Self.short) == .absent)
    }

    @Test(arguments: [400, 403, 404, 408, 421, 431])
    func `A client's error without the client's fault is told`(status: Int) async {
        let server = ScriptedServer.http { peer, _ in peer.answer(status) }
        let report = await run(HTTPProbe.self, .http, port: server.port)
        #expect(report.state(Self.odd) == .present)
        #expect(report.state(Self.gateway) == .absent)
    }

    @Test func `429 and a block page are limits`() async {
        let busy = ScriptedServer.http { peer, _ in peer.answer(429) }
        #expect(await run(HTTPProbe.self, .http, port: busy.port).state(Self.limited) == .present)
        let blocker = ScriptedServer.http { peer, _ in
            peer.answer(403, body: "<h1>Access Administratively Blocked</h1>")
        }
        let report = await run(HTTPProbe.self, .http, port: blocker.port)
        #expect(report.state(Self.limited) == .present)
        #expect(report.state(Self.odd) == .present)
    }

    @Test func `A body that ends before its length is short by so many bytes`() async {
        for resets in [false, true] {
            let server = ScriptedServer { peer, _ in
                _ = peer.readRequest()
                peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + "half a body")
                if !resets { return }
                // The client must have read the part before the RST discards it.
                while peer.unacknowledged > 0 {}
                peer.reset()
            }
            let report = await run(HTTPProbe.self, .http, port: server.port)
            #expect(report.state(Self.short) == .present)
            #expect(report.measure(Self.short) == 89)
        }
    }

    @Test func `A body that stops for five seconds is short`() async {
        let server = ScriptedServer { peer, _ in
            _ = peer.readRequest()
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + "half a body")
            peer.readToEnd()
        }
        let patient = await run(HTTPProbe.self, .http, port: server.port) { $0.timeout = 5.5 }
        #expect(patient.state(Self.short) == .present)
        let hasty = await run(HTTPProbe.self, .http, port: server.port) { $0.timeout = 1 }
        #expect(hasty.state(Self.short) == .unknown)
    }

    @Test func `Silence after the request is told after ten seconds, and unknown before`() async {
        let server = ScriptedServer { peer, _ in peer.readToEnd() }
        async let patient = run(HTTPProbe.self, .http, port: server.port) { $0.timeout = 10 }
        async let hasty = run(HTTPProbe.self, .http, port: server.port) { $0.timeout = 1 }
        #expect(await patient.state(Self.silent) == .present)
        #expect(await patient.state(Self.gateway) == .unknown)
        #expect(await hasty.state(Self.silent) == .unknown)
    }

    @Test func `A closed port leaves everything unknown`() async {
        let report = await run(HTTPProbe.self, .http, port: FreePort.take())
        for id in HTTPProbe.findings { #expect(report.state(id) == .unknown) }
        #expect(report.results.first?.isGood == false)
    }
}
