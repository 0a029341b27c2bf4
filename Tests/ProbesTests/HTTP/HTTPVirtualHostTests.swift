import Casebook
import Foundation
import Probes
import Testing

struct HTTPVirtualHostTests {
    private static let wrong: FactID = "probe.http.wrong-vhost-on-reuse"

    private let one = ScriptedServer.http { peer, _ in peer.answer(body: "one\n") }
    private let two = ScriptedServer.http { peer, _ in peer.answer(body: "two\n") }

    /// HAProxy with one certificate for both names, that goes by SNI or by Host.
    private func terminator(
        _ rule: String, fallback: String = ""
    ) async throws -> (ServerProcess, TemporaryFolder) {
        let folder = TemporaryFolder()
        let leaf = try Certificates.shared.get().leaf(["one.test", "two.test"])
        let both = try [leaf.chain, leaf.key].map {
            try String(contentsOfFile: $0, encoding: .utf8)
        }
        let pem = try folder.file("both.pem", both.joined())
        let port = FreePort.take()
        let file = try folder.file(
            "haproxy.cfg",
            """
            defaults
                mode http
                timeout connect 5s
                timeout client 30s
                timeout server 30s
            frontend front
                bind 127.0.0.1:\(port) ssl crt \(pem)
                \(fallback)
                use_backend two if { \(rule) two.test }
                use_backend one if { \(rule) one.test }
            backend one
                server a 127.0.0.1:\(one.port)
            backend two
                server a 127.0.0.1:\(two.port)

            """)
        return (
            try await ServerProcess.start(["haproxy", "-db", "-f", file], port: port), folder
        )
    }

    private func probe(_ port: UInt16) async -> ProbeReport {
        await run(HTTPVirtualHostProbe.self, .https, port: port) {
            $0.tls.serverName = .name("one.test")
            $0.http.otherHost = "two.test"
        }
    }

    @Test func `A terminator that goes by SNI serves the first name's page`() async throws {
        let (server, folder) = try await terminator("ssl_fc_sni")
        defer { withExtendedLifetime((server, folder)) {} }
        let report = await probe(server.port)
        #expect(report.state(Self.wrong) == .present)
        #expect(report.summary(Self.wrong).contains("first's page"))
    }

    @Test func `A terminator that says 421 shows it too`() async throws {
        let (server, folder) = try await terminator(
            "ssl_fc_sni",
            fallback: "http-request deny deny_status 421 if { ssl_fc_sni one.test } "
                + "{ hdr(host) -m beg two.test }")
        defer { withExtendedLifetime((server, folder)) {} }
        let report = await probe(server.port)
        #expect(report.state(Self.wrong) == .present)
        #expect(report.summary(Self.wrong).contains("421"))
    }

    @Test func `A terminator that goes by Host serves both`() async throws {
        let (server, folder) = try await terminator("hdr(host) -m beg")
        defer { withExtendedLifetime((server, folder)) {} }
        let report = await run(HTTPVirtualHostProbe.self, .https, port: server.port) {
            $0.tls.serverName = .name("one.test")
            $0.http.otherHost = "two.test"
            $0.headers = []
        }
        #expect(report.state(Self.wrong) == .absent, "\(report.summary(Self.wrong))")
    }

    @Test func `A name that is not served at all tells nothing`() async {
        let server = ScriptedServer.http { peer, request in
            peer.answer(request.value(of: "host").hasPrefix("two.test") ? 404 : 200)
        }
        let report = await run(HTTPVirtualHostProbe.self, .http, port: server.port) {
            $0.http.otherHost = "two.test"
        }
        #expect(report.state(Self.wrong) == .unknown)
    }

    @Test func `Without a second name nothing is asked`() async {
        let report = await run(HTTPVirtualHostProbe.self, .http, port: one.port)
        #expect(report.state(Self.wrong) == .unknown)
        #expect(one.connections == 0)
    }
}
