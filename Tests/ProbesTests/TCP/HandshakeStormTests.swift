import Casebook
import Foundation
import Glibc
import Probes
import Testing

/// A client, a router and a real TLS server whose handshake timer is one second.
@Suite(.enabled(if: TestNetwork.isAvailable && access("/usr/sbin/nginx", X_OK) == 0))
struct HandshakeStormTests {
    private static let ports = "probe.tcp.source-port-decides"
    private static let connects = "probe.tcp.connect-fails-sometimes"

    private func serve(_ network: TestNetwork, in folder: TemporaryFolder) async throws
        -> ChildProcess
    {
        let leaf = try Certificates.shared.get().leaf()
        let path = folder.path
        let file = try folder.file(
            "nginx.conf",
            """
            daemon off; master_process off; worker_processes 1; pid \(path)/pid;
            error_log stderr; events { worker_connections 256; }
            http { access_log off; client_header_timeout 1s;
              client_body_temp_path \(path)/b; proxy_temp_path \(path)/p;
              fastcgi_temp_path \(path)/f; uwsgi_temp_path \(path)/u; scgi_temp_path \(path)/s;
              server { listen \(network.server):8443 ssl; \(nginxCertificate(leaf))
                location / { return 200 ok; } } }
            """)
        let node = network.nodes - 1
        let server = try ChildProcess(
            [
                "ip", "netns", "exec", network.name(node), "nginx", "-p", path, "-c", file, "-e",
                "stderr",
            ], seconds: 200)
        for _ in 0..<400 {
            if try network.run("ss -Hltn", on: node).contains(":8443") { return server }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw ChildProcess.Failed(description: "nginx: \(server.output)")
    }

    @Test func `handshakes over a sound path all succeed`() async throws {
        let network = try TestNetwork(nodes: 3)
        let folder = TemporaryFolder()
        let server = try await serve(network, in: folder)
        defer { server.stop() }
        let report = await network.probe(HandshakeStormProbe.self, .tls, port: 8443) {
            $0.connectionsPerSecond = 200
        }
        #expect(report.state(Self.ports) == .absent, "\(report.summary(Self.ports))")
        let failed = report.log.map(\.text).filter { $0.hasPrefix("connect to") }
        #expect(report.state(Self.connects) == .absent, "\(failed.prefix(5))")
        #expect(report.results.first?.summary.hasPrefix("200 of 200") == true)
    }

    @Test func `data of certain ports is lost behind the handshake of TCP`() async throws {
        let network = try TestNetwork(nodes: 3)
        let folder = TemporaryFolder()
        let server = try await serve(network, in: folder)
        defer { server.stop() }
        // As behind a switch that spreads the packets of some flows over two balancers.
        try network.filter(
            """
            table ip split {
              chain forward {
                type filter hook forward priority 0;
                tcp sport 26003-26004 tcp flags & (syn | fin | rst) == 0 ip length > 52 drop
              }
            }
            """, on: 1)
        let report = await network.probe(HandshakeStormProbe.self, .tls, port: 8443) {
            $0.sourcePort = 26_000
            $0.count = 50
        }
        #expect(report.state(Self.ports) == .present, "\(report.results)")
        #expect(report.measure(Self.ports) == 2)
        #expect(report.state(Self.connects) == .unknown)
        // One stage, and one time: the server's timer.
        let bars = report.results.first?.details ?? []
        #expect(bars.first?.name.hasPrefix("tls.server-hello") == true, "\(bars)")
        #expect(bars.last?.value == "26003 26004")
        #expect(report.results.last?.summary.contains("it is not TLS") == true)
    }
}
