import Casebook
import Foundation
import Probes
import Testing

/// The http probe against servers that people run, over TLS and in clear.
struct HTTPRealServerTests {
    private static let healthy: [FactID] = [
        "probe.http.gateway-error", "probe.http.odd-4xx", "probe.http.body-shorter-than-length",
        "probe.app.no-answer-after-connect",
    ]

    private func expectHealthy(_ report: ProbeReport) {
        for id in Self.healthy { #expect(report.state(id) == .absent, "\(report.summary(id))") }
        #expect(!report.results.contains { !$0.isGood })
    }

    @Test func `nginx over TLS`() async throws {
        let leaf = try Certificates.shared.get().leaf()
        let (server, folder) = try await Nginx.start(
            port: FreePort.take(), listen: "ssl http2",
            """
            ssl_certificate \(leaf.chain); ssl_certificate_key \(leaf.key);
            location / { return 200 "ok\\n"; }
            """)
        defer { withExtendedLifetime((server, folder)) {} }
        let report = await run(HTTPProbe.self, .https, port: server.port)
        expectHealthy(report)
        let stages = report.timelines.flatMap(\.stages).map(\.name)
        #expect(stages.contains { $0.hasPrefix("tls.") })
    }

    @Test func `Python's http.server`() async throws {
        let port = FreePort.take()
        let folder = TemporaryFolder()
        let server = try await ServerProcess.start(
            ["python3", "-m", "http.server", "--bind", "127.0.0.1", "-d", folder.path, "\(port)"],
            port: port)
        defer { withExtendedLifetime((server, folder)) {} }
        expectHealthy(await run(HTTPProbe.self, .http, port: port))
    }

    @Test func `Apache, and a path that it does not have`() async throws {
        let port = FreePort.take()
        let folder = TemporaryFolder()
        let modules = "/usr/lib/apache2/modules"
        let file = try folder.file(
            "httpd.conf",
            """
            ServerRoot \(folder.path)
            ServerName localhost
            PidFile \(folder.path)/pid
            ErrorLog /dev/stderr
            Listen 127.0.0.1:\(port)
            LoadModule mpm_event_module \(modules)/mod_mpm_event.so
            LoadModule authz_core_module \(modules)/mod_authz_core.so
            LoadModule alias_module \(modules)/mod_alias.so
            Redirect 404 /missing
            Redirect 302 /here http://localhost/there
            KeepAliveTimeout 1
            User nobody
            Group nogroup

            """)
        let server = try await ServerProcess.start(
            ["apache2", "-X", "-f", file, "-d", folder.path], port: port)
        defer { withExtendedLifetime((server, folder)) {} }
        let target = { (path: String) in
            ProbeTarget(scheme: .http, host: "127.0.0.1", port: port, path: path)
        }
        let (missing, here) = (target("/missing"), target("/here"))
        let odd = await onThread { ProbeRunner.run(HTTPProbe.self, missing, ProbeOptions()) }
        #expect(odd.state("probe.http.odd-4xx") == .present)
        let good = await onThread { ProbeRunner.run(HTTPProbe.self, here, ProbeOptions()) }
        #expect(good.state("probe.http.odd-4xx") == .absent)
        let idle = await onThread { ProbeRunner.run(HTTPKeepAliveProbe.self, here, ProbeOptions()) }
        #expect(idle.state("probe.http.backend-idle-close-early") == .present)
        #expect(idle.results.first?.summary.contains("announces 1 s") == true)
    }

    @Test func `HAProxy whose backend is down`() async throws {
        let port = FreePort.take()
        let folder = TemporaryFolder()
        let file = try folder.file(
            "haproxy.cfg",
            """
            defaults
                mode http
                timeout connect 1s
                timeout client 5s
                timeout server 5s
            listen front
                bind 127.0.0.1:\(port)
                server a 127.0.0.1:\(FreePort.take())

            """)
        let server = try await ServerProcess.start(["haproxy", "-db", "-f", file], port: port)
        defer { withExtendedLifetime((server, folder)) {} }
        let report = await run(HTTPProbe.self, .http, port: port) { $0.timeout = 10 }
        #expect(report.state("probe.http.gateway-error") == .present)
        #expect(report.summary("probe.http.gateway-error").contains("503"))
    }

    @Test func `TLS that fails is a failed connection, and no silence`() async {
        let server = ScriptedServer.http { peer, _ in peer.answer() }
        let report = await run(HTTPProbe.self, .https, port: server.port) { $0.timeout = 2 }
        for id in HTTPProbe.findings { #expect(report.state(id) == .unknown) }
        #expect(report.results.first?.summary.contains("no connection") == true)
    }

    @Test func `Each address of a name gets its own answer`() async {
        let good = ScriptedServer.http { peer, _ in peer.answer() }
        let bad = ScriptedServer(address: "127.0.0.2", port: good.port) { peer, _ in
            while peer.readRequest() != nil { peer.answer(502) }
        }
        defer { withExtendedLifetime(bad) {} }
        let report = await run(HTTPProbe.self, .http, port: good.port) {
            $0.addresses = ["127.0.0.1", "127.0.0.2"]
        }
        #expect(report.results.map(\.isGood) == [true, false])
        #expect(report.state("probe.http.gateway-error") == .present)
        #expect(report.summary("probe.http.gateway-error").contains("127.0.0.2"))
        #expect(report.state("probe.http.odd-4xx") == .absent)
        // An address that cannot be asked leaves open what only it could have shown.
        let closed = await run(HTTPProbe.self, .http, port: good.port) {
            $0.addresses = ["127.0.0.1", "127.0.0.3"]
        }
        #expect(closed.state("probe.http.gateway-error") == .unknown)
    }

    @Test func `Outcomes that go with an address of the name`() async {
        let good = ScriptedServer.http { peer, _ in peer.answer() }
        let bad = ScriptedServer(address: "127.0.0.2", port: good.port) { peer, _ in peer.reset() }
        defer { withExtendedLifetime(bad) {} }
        let report = await run(HTTPRepeatProbe.self, .http, port: good.port) {
            $0.addresses = ["127.0.0.1", "127.0.0.2"]
        }
        let id: FactID = "probe.http.outcome-varies-by-backend"
        #expect(report.state(id) == .present)
        #expect(report.summary(id).contains("address 127.0.0.2"))
    }
}
