import Casebook
import Foundation
import Probes
import Synchronization
import Testing

struct HTTPRampTests {
    private static let limited: FactID = "probe.http.limited"
    private static let hangs: FactID = "probe.tcp.parallel-connects-hang"

    /// HAProxy as in incident 4: more than `most` connections of one source are accepted and left
    /// without an answer.
    private func tarpit(most: Int, deny: String = "tarpit") async throws -> (
        ServerProcess, TemporaryFolder, ScriptedServer
    ) {
        let origin = ScriptedServer.http { peer, _ in
            // Long enough for the others of one step to be there.
            Thread.sleep(forTimeInterval: 0.2)
            peer.answer()
        }
        let port = FreePort.take()
        let folder = TemporaryFolder()
        let file = try folder.file(
            "haproxy.cfg",
            """
            defaults
                mode http
                timeout connect 5s
                timeout client 30s
                timeout server 30s
                timeout tarpit 20s
            frontend front
                bind 127.0.0.1:\(port)
                stick-table type ip size 1k store conn_cur
                http-request track-sc0 src
                http-request \(deny) if { sc0_conn_cur gt \(most) }
                default_backend origin
            backend origin
                http-reuse never
                server a 127.0.0.1:\(origin.port)

            """)
        return (
            try await ServerProcess.start(["haproxy", "-db", "-f", file], port: port), folder,
            origin
        )
    }

    @Test func `A server that holds the third request silent is limited at three`() async throws {
        let (server, folder, origin) = try await tarpit(most: 2)
        defer { withExtendedLifetime((server, folder, origin)) {} }
        let report = await run(HTTPRampProbe.self, .http, port: server.port) { $0.allowed = .load }
        #expect(report.state(Self.limited) == .present)
        #expect(report.measure(Self.limited) == 3)
        #expect(report.state(Self.hangs) == .present)
        #expect(report.measure(Self.hangs) == 2)
        // The ladder stopped at the first silence.
        #expect(report.results.count == 3)
    }

    @Test func `A server that answers 429 to the second is limited and nothing hangs`()
        async throws
    {
        let (server, folder, origin) = try await tarpit(most: 1, deny: "deny deny_status 429")
        defer { withExtendedLifetime((server, folder, origin)) {} }
        let report = await run(HTTPRampProbe.self, .http, port: server.port) { $0.allowed = .load }
        #expect(report.state(Self.limited) == .present)
        #expect(report.measure(Self.limited) == 2)
        #expect(report.state(Self.hangs) != .present)
    }

    @Test func `A server that answers all at once has no limit`() async throws {
        let (server, folder, origin) = try await tarpit(most: 100)
        defer { withExtendedLifetime((server, folder, origin)) {} }
        let report = await run(HTTPRampProbe.self, .http, port: server.port) { $0.allowed = .load }
        #expect(report.state(Self.limited) == .absent)
        #expect(report.state(Self.hangs) == .absent)
        #expect(report.results.count == 4)
    }

    @Test func `A server that answers nobody shows no limit`() async {
        let server = ScriptedServer { peer, _ in peer.readToEnd() }
        let report = await run(HTTPRampProbe.self, .http, port: server.port) { $0.allowed = .load }
        #expect(report.state(Self.limited) == .unknown)
        #expect(report.state(Self.hangs) == .unknown)
    }

    @Test func `Stalls after the first byte are told apart from silence before it`() async {
        let open = Mutex(0)
        let server = ScriptedServer { peer, _ in
            let number = open.withLock { count in
                count += 1
                return count
            }
            defer { open.withLock { $0 -= 1 } }
            guard peer.readRequest() != nil else { return }
            Thread.sleep(forTimeInterval: 0.2)
            if number > 1 {
                peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")
            } else {
                peer.answer()
            }
            peer.readToEnd()
        }
        let report = await run(HTTPRampProbe.self, .http, port: server.port) { $0.allowed = .load }
        #expect(report.state(Self.hangs) == .present)
        #expect(report.measure(Self.hangs) == 1)
        #expect(report.state(Self.limited) == .unknown)
        #expect(report.results.last?.summary.contains("stalled after it") == true)
    }

    @Test func `Without consent nothing is sent`() async {
        let server = ScriptedServer.http { peer, _ in peer.answer() }
        let report = await run(HTTPRampProbe.self, .http, port: server.port)
        #expect(report.state(Self.limited) == .unknown)
        #expect(server.connections == 0)
    }
}
