import Casebook
import Probes
import Testing

struct TLSRevocationProbeTests {
    private let id = "probe.tls.revocation-host-slow"

    private func ask(_ extensions: [String]) async throws -> ProbeReport {
        let pki = try Certificates.shared.get()
        let server = try await opensslServer(try pki.leaf(extensions: extensions))
        return await run(TLSRevocationProbe.self, .tls, port: server.port)
    }

    @Test func `An OCSP host that is silent is slow`() async throws {
        let ocsp = ScriptedServer { peer, _ in peer.readToEnd() }
        let report = try await ask([
            "authorityInfoAccess=OCSP;URI:http://127.0.0.1:\(ocsp.port)/"
        ])
        #expect(report.state(id) == .present)
        #expect((report.measure(id) ?? 0) >= 3)
    }

    @Test func `A CRL host whose connection hangs is slow`() async throws {
        let silent = SilentPort()
        let report = try await ask([
            "crlDistributionPoints=URI:http://127.0.0.1:\(silent.port)/a.crl"
        ])
        #expect(report.state(id) == .present)
    }

    @Test func `Hosts that answer or refuse at once are not slow`() async throws {
        let ocsp = ScriptedServer { peer, _ in
            _ = peer.read()
            peer.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            peer.readToEnd()
        }
        let answered = try await ask([
            "authorityInfoAccess=OCSP;URI:http://127.0.0.1:\(ocsp.port)/",
            "crlDistributionPoints=URI:http://127.0.0.1:\(FreePort.take())/a.crl",
        ])
        #expect(answered.state(id) == .absent)
        #expect(answered.results.map(\.isGood) == [true, true, false])
    }

    @Test func `A certificate that names no host has none that is slow`() async throws {
        #expect(try await ask([]).state(id) == .absent)
    }
}
