import Foundation
import Testing
import Triage

/// The real load balancer and web servers (packages haproxy, nginx, apache2), asked for their
/// status as a person would have it.
@Suite struct ServiceTests {
    private static let haproxy = "/usr/sbin/haproxy"
    private static let nginx = "/usr/sbin/nginx"
    private static let apache = "/usr/sbin/apache2"

    /// A HAProxy with one server whose health check can be made to fail.
    private final class Balancer {
        let folder = Inquest.temporaryFolder()
        let socket: String
        private let service: Service

        init(backend: UInt16) throws {
            socket = folder + "/s.sock"
            try Service.write(
                """
                global
                    stats socket \(socket) level user
                    maxconn 100
                defaults
                    mode tcp
                    timeout connect 1s
                    timeout client 5s
                    timeout server 5s
                frontend front
                    bind 127.0.0.1:\(Service.freePort())
                    default_backend web
                backend web
                    server s1 127.0.0.1:\(backend) check inter 100ms fastinter 100ms \
                downinter 100ms rise 1 fall 1
                    server s2 127.0.0.1:\(backend) disabled

                """, folder + "/haproxy.cfg")
            let path = socket
            service = try Service(
                ServiceTests.haproxy, ["-db", "-f", "haproxy.cfg"], folder: folder
            ) { FileManager.default.fileExists(atPath: path) }
        }
    }

    private func findings(_ node: JSONNode) -> [String: JSONNode] {
        Dictionary(
            (node["findings"]?.array ?? []).map { ($0["id"]?.string ?? "", $0) },
            uniquingKeysWith: { $1 })
    }

    // Needs the package haproxy.
    @Test(.enabled(if: Service.has(haproxy)))
    func `HAProxy tells its key rates, its servers and their last checks`() throws {
        let port = Service.freePort()
        let balancer = try Balancer(backend: port)
        var server: JSONNode?
        var node: JSONNode?
        // The first check takes a moment.
        for _ in 0..<60 {
            let outcome = try Inquest.run(["host", "--haproxy-socket", balancer.socket, "--json"])
            node = try document(outcome.output)
            server = node?["haproxy"]?.array?.first?["servers"]?.array?.first
            if server?["status"]?.string == "DOWN" { break }
            Thread.sleep(forTimeInterval: 0.1)
        }
        let found = try #require(node)
        #expect(SchemaValidator.faults(in: found) == [])
        #expect(server?["backend"]?.string == "web")
        #expect(server?["check"]?.string == "L4CON")
        #expect(server?["downs"]?.number == 1)
        let info = found["haproxy"]?.array?.first?["info"]?.array ?? []
        let names = Set(info.compactMap { $0["name"]?.string })
        #expect(
            names.isSuperset(of: ["SslBackendKeyRate", "SslFrontendSessionReuse_pct", "Idle_pct"]))
        #expect(findings(found)["host.cpu.tls-handshakes"]?["state"]?.string == "absent")
        #expect(findings(found)["host.lb.backends-flap"]?["state"]?.string == "absent")
        let text = try Inquest.run(["host", "--haproxy-socket", balancer.socket])
        #expect(text.output.contains("- web/s1 DOWN"))
        #expect(text.output.contains("TLS keys computed a second"))
    }

    // Needs the package haproxy.
    @Test(.enabled(if: Service.has(haproxy)))
    func `servers that go down and up again are seen to flap`() throws {
        let port = Service.freePort()
        let folder = Inquest.temporaryFolder()
        let balancer = try Balancer(backend: port)
        var state: String?
        for _ in 0..<20 {
            let server = try Service(
                "/usr/bin/python3", ["-m", "http.server", "\(port)", "--bind", "127.0.0.1"],
                folder: folder
            ) { Service.isListening(port) }
            Thread.sleep(forTimeInterval: 0.4)
            server.stop()
            Thread.sleep(forTimeInterval: 0.4)
            let outcome = try Inquest.run(
                ["diagnose", "--haproxy-socket", balancer.socket, "--json"])
            let evidence = try document(outcome.output)["evidence"]?.array ?? []
            state = evidence.first { $0["id"]?.string == "host.lb.backends-flap" }?["state"]?.string
            if state == "present" { break }
        }
        #expect(state == "present")
        withExtendedLifetime(balancer) {}
    }

    // Needs the package nginx.
    @Test(.enabled(if: Service.has(nginx)))
    func `nginx tells its connections by stub_status`() throws {
        let folder = Inquest.temporaryFolder()
        let port = Service.freePort()
        try Service.write(
            """
            daemon off;
            master_process off;
            pid \(folder)/nginx.pid;
            error_log \(folder)/error.log;
            events { worker_connections 32; }
            http {
              access_log off;
              client_body_temp_path \(folder)/a; proxy_temp_path \(folder)/b;
              fastcgi_temp_path \(folder)/c; uwsgi_temp_path \(folder)/d; scgi_temp_path \(folder)/e;
              server { listen 127.0.0.1:\(port); location = /status { stub_status; } }
            }
            """, folder + "/nginx.conf")
        let server = try Service(
            Self.nginx, ["-p", folder, "-c", folder + "/nginx.conf", "-e", folder + "/error.log"],
            folder: folder
        ) { Service.isListening(port) }
        let outcome = try Inquest.run(
            ["host", "--status-url", "http://127.0.0.1:\(port)/status", "--json"])
        let node = try document(outcome.output)
        #expect(SchemaValidator.faults(in: node) == [])
        #expect(node["status_pages"]?.array?.first?["server"]?.string == "nginx")
        let wrong = try Inquest.run(
            ["diagnose", "--status-url", "http://127.0.0.1:\(port)/", "--json"])
        let evidence = try document(wrong.output)["evidence"]?.array ?? []
        #expect(evidence.map { $0["state"]?.string } == ["unknown"])
        #expect(evidence.first?["summary"]?.string?.contains("404") == true)
        withExtendedLifetime(server) {}
    }

    // Needs the package apache2.
    @Test(.enabled(if: Service.has(apache)))
    func `Apache tells when all of its workers are busy`() throws {
        let folder = Inquest.temporaryFolder()
        let port = Service.freePort()
        let modules = "/usr/lib/apache2/modules"
        try Service.write(
            """
            ServerName localhost
            ServerRoot \(folder)
            DocumentRoot \(folder)
            PidFile \(folder)/pid
            Mutex file:\(folder)
            ErrorLog \(folder)/error.log
            Listen 127.0.0.1:\(port)
            LoadModule mpm_event_module \(modules)/mod_mpm_event.so
            LoadModule authz_core_module \(modules)/mod_authz_core.so
            LoadModule status_module \(modules)/mod_status.so
            StartServers 1
            ServerLimit 1
            ThreadsPerChild 4
            MaxRequestWorkers 4
            MinSpareThreads 1
            MaxSpareThreads 4
            User nobody
            Group nogroup
            <Location /server-status>
              SetHandler server-status
            </Location>

            """, folder + "/apache.conf")
        chmod(folder, 0o777)
        let server = try Service(
            Self.apache, ["-X", "-f", folder + "/apache.conf"], folder: folder
        ) { Service.isListening(port) }
        let url = "http://127.0.0.1:\(port)/server-status?auto"
        let outcome = try Inquest.run(["diagnose", "--status-url", url, "--json"])
        let evidence = try document(outcome.output)["evidence"]?.array ?? []
        #expect(evidence.map { $0["id"]?.string } == ["host.proc.slots-exhausted"])
        #expect(evidence.first?["state"]?.string == "absent")
        #expect(evidence.first?["summary"]?.string?.contains("workers of") == true)
        withExtendedLifetime(server) {}
    }
}
