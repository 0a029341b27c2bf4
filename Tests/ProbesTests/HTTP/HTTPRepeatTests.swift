import Casebook
import Probes
import Testing

/// HAProxy before backends, each with its mark.
enum Balancer {
    static func start(
        _ origins: [ScriptedServer], weights: [Int]? = nil,
        mark: String = "http-response set-header X-Served-By %s",
        timeout: String = "10s"
    ) async throws -> (ServerProcess, TemporaryFolder) {
        let port = FreePort.take()
        let folder = TemporaryFolder()
        let servers = origins.enumerated().map { number, origin in
            "server b\(number) 127.0.0.1:\(origin.port) weight \(weights?[number] ?? 1)"
        }
        let file = try folder.file(
            "haproxy.cfg",
            """
            defaults
                mode http
                timeout connect 5s
                timeout client 60s
                timeout server \(timeout)
            frontend front
                bind 127.0.0.1:\(port)
                default_backend origins
            backend origins
                balance roundrobin
                \(mark)
                \(servers.joined(separator: "\n    "))

            """)
        return (
            try await ServerProcess.start(["haproxy", "-db", "-f", file], port: port), folder
        )
    }
}

struct HTTPRepeatTests {
    private static let varies: FactID = "probe.http.outcome-varies-by-backend"
    private static let round: FactID = "probe.http.fails-at-round-seconds"

    private let good = ScriptedServer.http { peer, _ in peer.answer() }
    private let bad = ScriptedServer.http { peer, _ in peer.answer(500) }

    @Test func `One of two backends fails, and its mark tells`() async throws {
        let (server, folder) = try await Balancer.start([good, bad])
        defer { withExtendedLifetime((server, folder)) {} }
        let report = await run(HTTPRepeatProbe.self, .http, port: server.port)
        #expect(report.state(Self.varies) == .present)
        #expect(report.summary(Self.varies).contains("x-served-by b1"))
        #expect(report.measure(Self.varies) == 50)
        #expect(report.state(Self.round) == .absent)
    }

    @Test func `Backends that are alike do not vary`() async throws {
        let (server, folder) = try await Balancer.start([good, good])
        defer { withExtendedLifetime((server, folder)) {} }
        let report = await run(HTTPRepeatProbe.self, .http, port: server.port)
        #expect(report.state(Self.varies) == .absent)
        #expect(report.state(Self.round) == .unknown)
    }

    @Test func `Without a mark nobody can say which backend it was`() async throws {
        let (server, folder) = try await Balancer.start([good, bad], mark: "")
        defer { withExtendedLifetime((server, folder)) {} }
        let report = await run(HTTPRepeatProbe.self, .http, port: server.port)
        #expect(report.state(Self.varies) == .unknown)
    }

    @Test func `A number of its own for each request is no mark`() async throws {
        let (server, folder) = try await Balancer.start(
            [good, bad], mark: "http-response set-header X-Node-Request %[rand()]")
        defer { withExtendedLifetime((server, folder)) {} }
        let report = await run(HTTPRepeatProbe.self, .http, port: server.port)
        #expect(report.state(Self.varies) == .unknown)
    }

    @Test func `A proxy that gives up after five seconds each time`() async throws {
        let silent = ScriptedServer { peer, _ in peer.readToEnd() }
        let (server, folder) = try await Balancer.start([silent], timeout: "5s")
        defer { withExtendedLifetime((server, folder)) {} }
        let report = await run(HTTPRepeatProbe.self, .http, port: server.port) { $0.timeout = 8 }
        #expect(report.state(Self.round) == .present)
        #expect(report.measure(Self.round) == 5)
        // Three slow failures are enough.
        #expect(report.timelines.count { $0.label.hasPrefix("request") } == 3)
        #expect(report.state(Self.varies) == .unknown)
    }

    @Test func `Our own deadline is no timer of the other side`() async {
        let silent = ScriptedServer { peer, _ in peer.readToEnd() }
        let report = await run(HTTPRepeatProbe.self, .http, port: silent.port) {
            $0.timeout = 2.1
        }
        #expect(report.state(Self.round) == .unknown)
        #expect(report.summary(Self.round).contains("--timeout"))
    }
}

struct HTTPSpreadTests {
    private static let uneven: FactID = "probe.lb.uneven"
    private let origin = ScriptedServer.http { peer, _ in peer.answer() }

    private func probe(
        _ port: UInt16, backends: Int? = nil
    ) async -> ProbeReport {
        await run(HTTPSpreadProbe.self, .http, port: port) {
            $0.allowed = .load
            $0.connectionsPerSecond = 1000
            $0.http.backends = backends
        }
    }

    @Test func `Equal weights are even`() async throws {
        let (server, folder) = try await Balancer.start([origin, origin, origin, origin])
        defer { withExtendedLifetime((server, folder)) {} }
        let report = await probe(server.port)
        #expect(report.state(Self.uneven) == .absent)
        #expect(report.results.count == 4)
    }

    @Test func `A backend with nearly all of the weight gets too much`() async throws {
        let (server, folder) = try await Balancer.start(
            [origin, origin, origin, origin], weights: [200, 10, 10, 10])
        defer { withExtendedLifetime((server, folder)) {} }
        let report = await probe(server.port)
        #expect(report.state(Self.uneven) == .present)
        #expect((report.measure(Self.uneven) ?? 0) > 75)
    }

    @Test func `A backend that the operator knows of and that gets nothing`() async throws {
        let (server, folder) = try await Balancer.start(
            [origin, origin, origin], weights: [1, 1, 0])
        defer { withExtendedLifetime((server, folder)) {} }
        #expect(await probe(server.port, backends: 3).state(Self.uneven) == .present)
        // Who does not know of it sees two even ones.
        #expect(await probe(server.port).state(Self.uneven) == .absent)
    }

    @Test func `One backend alone, or none with a mark, tells nothing`() async throws {
        let (server, folder) = try await Balancer.start([origin])
        defer { withExtendedLifetime((server, folder)) {} }
        #expect(await probe(server.port).state(Self.uneven) == .unknown)
        #expect(await probe(origin.port).state(Self.uneven) == .unknown)
    }
}
