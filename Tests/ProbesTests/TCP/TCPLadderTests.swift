import Casebook
import Foundation
import Glibc
import Probes
import Synchronization
import Testing

@Suite struct TCPLadderTests {
    private static let answer = "HTTP/1.1 204 No Content\r\n\r\n"

    /// Answers every request on each connection.
    @Sendable private static func serve(_ peer: Peer, _ number: Int) {
        while !peer.read().isEmpty { peer.write(answer) }
    }

    @Test func `the remote keeps connections beyond two waiting`() async {
        let open = Atomic<Int>(0)
        let capped = ScriptedServer { peer, _ in
            let others = open.add(1, ordering: .relaxed).oldValue
            defer { open.subtract(1, ordering: .relaxed) }
            if others >= 2 {
                peer.readToEnd()
            } else {
                Self.serve(peer, 0)
            }
        }
        let id = "probe.tcp.parallel-connects-hang"
        let bad = await run(TCPParallelProbe.self, .http, port: capped.port) { $0.allowed = .load }
        #expect(bad.state(id) == .present && bad.measure(id) == 2, "\(bad.summary(id))")
        #expect(capped.connections == 3)
        let free = ScriptedServer(Self.serve)
        let good = await run(TCPParallelProbe.self, .http, port: free.port) { $0.allowed = .load }
        #expect(good.state(id) == .absent && free.connections == 5)
    }

    @Test func `a server that answers nobody is not one that limits connections`() async {
        let mute = ScriptedServer { peer, _ in peer.readToEnd() }
        let report = await run(TCPParallelProbe.self, .http, port: mute.port) {
            $0.allowed = .load
        }
        #expect(report.state("probe.tcp.parallel-connects-hang") == .unknown)
    }

    @Test func `many connects need consent`() async {
        let server = ScriptedServer(Self.serve)
        for probe in [TCPParallelProbe.self, TCPRepeatProbe.self] as [any Probe.Type] {
            let report = await run(probe, .http, port: server.port)
            #expect(report.failure?.contains("--allow load") == true)
        }
        #expect(server.connections == 0)
    }

    @Test func `a peer that closes idle connections by FIN loses none`() async {
        let closing = ScriptedServer { peer, _ in
            while true {
                var limit = timeval(tv_sec: 0, tv_usec: 700_000)
                setsockopt(
                    peer.descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit,
                    socklen_t(MemoryLayout<timeval>.size))
                if peer.read().isEmpty { return }
                peer.write(Self.answer)
            }
        }
        let report = await run(TCPIdleProbe.self, .http, port: closing.port) {
            $0.tcp.idleLimit = 2
            $0.tcp.controlInterval = 0.3
        }
        #expect(
            report.state("probe.tcp.idle-connection-lost") == .absent,
            "\(report.summary("probe.tcp.idle-connection-lost")) \(report.results)")
        #expect(report.results.first?.summary.contains("closed by the server") == true)
    }

    @Test func `a peer that forgets idle connections loses them, and the busy one lives`() async {
        let forgetful = ScriptedServer { peer, _ in
            while true {
                let begin = ContinuousClock.now
                if peer.read().isEmpty { return }
                // What comes after too long a pause goes nowhere, as behind a NAT that forgot.
                if ContinuousClock.now - begin > .seconds(1.5) { continue }
                peer.write(Self.answer)
            }
        }
        let id = "probe.tcp.idle-connection-lost"
        let report = await run(TCPIdleProbe.self, .http, port: forgetful.port) {
            $0.tcp.idleLimit = 4
            $0.tcp.controlInterval = 0.5
        }
        #expect(report.state(id) == .present, "\(report.summary(id))")
        #expect(1.4...2.5 ~= report.measure(id) ?? 0)
    }

    @Test func `connections that live through the pauses are not lost`() async {
        let patient = ScriptedServer(Self.serve)
        let report = await run(TCPIdleProbe.self, .http, port: patient.port) {
            $0.tcp.idleLimit = 2
        }
        #expect(report.state("probe.tcp.idle-connection-lost") == .absent)
    }

    @Test(.enabled(if: access("/usr/sbin/nginx", X_OK) == 0))  // package nginx
    func `over TLS too: a limit of two connections, and idle ones that live`() async throws {
        let leaf = try Certificates.shared.get().leaf()
        let server = try await nginx(
            ports: [FreePort.take()], nginxCertificate(leaf) + "location / { return 200 ok; }")
        let idle = await run(TCPIdleProbe.self, .https, port: server.port) { $0.tcp.idleLimit = 2 }
        #expect(idle.state("probe.tcp.idle-connection-lost") == .absent, "\(idle.results)")
        let parallel = await run(TCPParallelProbe.self, .https, port: server.port) {
            $0.allowed = .load
        }
        #expect(parallel.state("probe.tcp.parallel-connects-hang") == .absent)
    }
}
