import Casebook
import Foundation
import Glibc
import Probes
import Testing

/// The `tls` probe against real servers.
struct TLSProbeTests {
    let pki: Certificates
    let good: Certificates.Issued

    init() throws {
        pki = try Certificates.shared.get()
        good = try pki.leaf()
    }

    private func look(
        _ scheme: ProbeTarget.Scheme = .tls, port: UInt16,
        _ change: (inout ProbeOptions) -> Void = { _ in }
    ) async -> ProbeReport {
        await run(TLSProbe.self, scheme, port: port) {
            $0.tls.trustFile = pki.root.certificate
            change(&$0)
        }
    }

    private func expect(
        _ report: ProbeReport, present: [FactID] = [], absent: [FactID] = [],
        unknown: [FactID] = [], _ place: SourceLocation = #_sourceLocation
    ) {
        for (state, ids) in [(FactState.present, present), (.absent, absent), (.unknown, unknown)] {
            for id in ids {
                #expect(
                    report.state("probe.tls." + id) == state,
                    "\(report.summary("probe.tls." + id))",
                    sourceLocation: place)
            }
        }
    }

    @Test func `A healthy server shows no finding`() async throws {
        let server = try await nginx(
            ports: [FreePort.take()], listen: "ssl http2",
            nginxCertificate(good) + "ssl_protocols TLSv1.2 TLSv1.3; location / { return 200 ok; }")
        let report = await look(.https, port: server.port)
        expect(
            report,
            absent: [
                "handshake-timeout", "slow-server-flight", "alert", "cut-after-hello",
                "client-cert-wanted", "alpn-not-h2", "no-secure-renegotiation",
                "port-speaks-plain", "no-close-notify", "leaf-expired", "name-mismatch",
                "chain-incomplete", "root-untrusted", "chain-carries-expired",
            ])
        #expect(report.results.map(\.isGood) == [true])
        #expect(Set(report.evidence.map(\.id)) == Set(TLSProbe.findings))
    }

    @Test func `An IPv6 address is asked like any other`() async throws {
        let port = FreePort.take()
        let server = try await nginx(
            ports: [port], nginxCertificate(good) + "listen [::1]:\(port) ssl;")
        let report = await run(TLSProbe.self, .tls, port: server.port, host: "::1") {
            $0.tls.trustFile = pki.root.certificate
        }
        expect(report, absent: ["alert", "handshake-timeout", "name-mismatch", "root-untrusted"])
        #expect(report.results.map(\.address) == ["[::1]:\(port)"])
    }

    @Test(arguments: ["TLSv1.2", "TLSv1.3"])
    func `A Java server is found healthy in both versions`(version: String) async throws {
        let server = try await javaServer(good, protocols: version)
        let report = await look(port: server.port)
        expect(
            report,
            absent: [
                "alert", "cut-after-hello", "handshake-timeout", "slow-server-flight",
                "client-cert-wanted", "chain-incomplete", "root-untrusted", "leaf-expired",
            ])
        let shown = report.results.flatMap(\.details).first { $0.name == "version" }?.value
        #expect(shown == (version == "TLSv1.2" ? "TLS 1.2" : "TLS 1.3"))
    }

    @Test(arguments: [600, 1400, 4000])
    func `The ClientHello is as long as asked for`(size: Int) async throws {
        let server = try await opensslServer(good)
        let report = await look(port: server.port) { $0.tls.helloSize = size }
        #expect(report.results.map(\.isGood) == [true])
        let stages = report.timelines.compactMap { $0.stage("tls.client-hello")?.detail }
        #expect(stages == Array(repeating: "sent, \(size) bytes", count: 2))
    }

    @Test func `Each message of the handshake is a stage with a time`() async throws {
        let server = try await opensslServer(good)
        let report = await look(port: server.port)
        let timeline = try #require(report.timelines.first { $0.label == "handshake" })
        #expect(
            timeline.stages.map(\.name).starts(with: [
                "connect", "tls.client-hello", "tls.server-hello", "tls.encrypted-extensions",
                "tls.certificate", "tls.certificate-verify", "tls.finished",
            ]), "\(timeline.stages.map(\.name))")
        #expect(timeline.tcpInfo?.bytesReceived ?? 0 > 500)
        #expect(report.log.contains { $0.text.contains("connected") })
    }

    @Test func `A server without a common version answers with an alert`() async throws {
        let server = try await opensslServer(
            good, ["-www", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"])
        let report = await look(port: server.port)
        expect(
            report, present: ["alert"], absent: ["cut-after-hello", "port-speaks-plain"],
            unknown: ["leaf-expired", "client-cert-wanted"])
        #expect(report.summary("probe.tls.alert").contains("70 (protocol_version)"))
        // Its ServerHello is read, though we go no further with TLS 1.1.
        expect(report, absent: ["no-secure-renegotiation"])
        let old = await look(port: server.port) { $0.tls.lowest = .tls10 }
        expect(old, absent: ["alert", "leaf-expired", "no-secure-renegotiation", "root-untrusted"])
        #expect(old.results.first?.summary.hasPrefix("TLS 1.1, ") == true, "\(old.results)")
    }

    @Test func `With TLS 1.3 as the lowest version nothing older is tried, and nothing breaks`()
        async throws
    {
        let server = try await opensslServer(good, ["-rev"])
        let report = await look(port: server.port) { $0.tls.lowest = .tls13 }
        expect(report, absent: ["alert", "handshake-timeout"])
    }

    @Test func `Two quick answers are enough, and a third try is made where they are not`()
        async throws
    {
        func labels(_ report: ProbeReport) -> [String] {
            report.timelines.map(\.label).filter { $0 != "resolve" }
        }
        let server = try await nginx(
            ports: [FreePort.take()],
            nginxCertificate(good) + "ssl_protocols TLSv1.2 TLSv1.3; location / { return 200 ok; }")
        let quick = await look(.https, port: server.port)
        #expect(labels(quick) == ["handshake", "request, at most TLS 1.2"])
        expect(quick, absent: ["no-close-notify", "no-secure-renegotiation", "slow-server-flight"])
        let new = try await nginx(
            ports: [FreePort.take()],
            nginxCertificate(good) + "ssl_protocols TLSv1.3; location / { return 200 ok; }")
        let refused = await look(.https, port: new.port)
        #expect(labels(refused) == ["handshake", "request, at most TLS 1.2", "request"])
        expect(
            refused, absent: ["no-close-notify", "slow-server-flight"],
            unknown: ["no-secure-renegotiation"])
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"])
    func `A server that demands a client certificate is recognised`(version: String) async throws {
        let server = try await opensslServer(
            good,
            [
                "-www", "-Verify", "2", "-verify_return_error", "-CAfile", pki.root.certificate,
                version,
            ])
        let report = await look(port: server.port)
        expect(report, present: ["client-cert-wanted", "alert"], absent: ["handshake-timeout"])
    }

    @Test func `With the client certificate that is wanted the handshake succeeds`() async throws {
        let server = try await opensslServer(
            good, ["-www", "-Verify", "2", "-verify_return_error", "-CAfile", pki.root.certificate])
        let client = try pki.leaf(["client.test"])
        let report = await look(port: server.port) {
            $0.tls.clientCertificateFile = client.chain
            $0.tls.clientKeyFile = client.key
        }
        expect(report, present: ["client-cert-wanted"], absent: ["alert"])
    }

    @Test func `An expired leaf is seen at the reference time and not before`() async throws {
        let leaf = try pki.leaf(days: 1)
        let server = try await opensslServer(leaf)
        let now = await look(port: server.port)
        expect(now, absent: ["leaf-expired"])
        let later = await look(port: server.port) { $0.referenceTime = inDays(3) }
        expect(later, present: ["leaf-expired"], absent: ["chain-incomplete", "root-untrusted"])
        let seconds = try #require(later.measure("probe.tls.leaf-expired"))
        #expect(seconds > 86_400 && seconds < 3 * 86_400)
    }

    @Test func `A leaf that is not valid yet is seen at an earlier reference time`() async throws {
        let server = try await opensslServer(good)
        let report = await look(port: server.port) { $0.referenceTime = inDays(-2) }
        expect(report, present: ["leaf-not-yet-valid"], absent: ["leaf-expired"])
        expect(await look(port: server.port), absent: ["leaf-not-yet-valid"])
    }

    @Test func `A long list of authorities in the server's request is seen`() async throws {
        let many = try (1...140).map { number in
            try String(
                contentsOfFile: Certificates.selfSigned(
                    "Authority \(number) of a list that is long",
                    key: pki.root.key, in: pki.folder.path), encoding: .utf8)
        }
        let list = try pki.folder.file("many.pem", many.joined())
        let long = try await opensslServer(good, ["-www", "-verify", "2", "-CAfile", list])
        let short = try await opensslServer(
            good, ["-www", "-verify", "2", "-CAfile", pki.root.certificate])
        expect(await look(port: long.port), present: ["ca-list-large", "client-cert-wanted"])
        expect(
            await look(port: short.port), present: ["client-cert-wanted"], absent: ["ca-list-large"]
        )
    }

    @Test func `A ServerHello of TLS 1.2 without renegotiation_info is seen`() async throws {
        // TLS 1.2, suite 0xC02F, no extensions: what old servers say, and then no more.
        let hello: [UInt8] =
            [22, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3] + [UInt8](repeating: 9, count: 32)
            + [0, 0xC0, 0x2F, 0]
        let old = ScriptedServer { peer, _ in
            _ = peer.readRecord()
            peer.write(hello)
            peer.finish()
            peer.readToEnd()
        }
        expect(await look(port: old.port), present: ["no-secure-renegotiation"])
        let new = try await opensslServer(good, ["-www", "-tls1_3"])
        expect(await look(port: new.port), unknown: ["no-secure-renegotiation"])
    }

    @Test func `Secrets go to the key log that was asked for`() async throws {
        let server = try await opensslServer(good, ["-www", "-tls1_3"])
        let folder = TemporaryFolder()
        let path = folder.path + "/keys.log"
        _ = await look(port: server.port) { $0.tls.keyLogFile = path }
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("CLIENT_HANDSHAKE_TRAFFIC_SECRET ") })
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
        #expect(mode as? Int == 0o600)
    }

    @Test func `A missing intermediate is told from an untrusted root by fetching it`() async throws
    {
        let issuer = ScriptedServer { [pki] peer, _ in
            _ = peer.read()
            guard
                let der = try? command(
                    ["openssl", "x509", "-in", pki.intermediate.certificate], in: pki.folder.path)
            else { return }
            peer.write("HTTP/1.0 200 OK\r\n\r\n" + der)
            peer.finish()
            peer.readToEnd()
        }
        let access = "authorityInfoAccess=caIssuers;URI:http://127.0.0.1:\(issuer.port)/ca.cer"
        let leaf = try pki.leaf(with: [], extensions: [access])
        let server = try await opensslServer(leaf)
        let report = await look(port: server.port)
        expect(report, present: ["chain-incomplete"], absent: ["root-untrusted"])

        let quiet = await look(port: server.port) { $0.tls.fetchesIssuers = false }
        expect(quiet, unknown: ["chain-incomplete", "root-untrusted"])
    }

    @Test func `An incomplete chain that names no issuer's place stays unknown`() async throws {
        let server = try await opensslServer(try pki.leaf(with: []))
        let report = await look(port: server.port)
        expect(report, unknown: ["chain-incomplete", "root-untrusted"])
    }

    @Test func `A complete chain to a private root is an untrusted root`() async throws {
        let other = try Certificates()
        let leaf = try other.leaf(with: [
            other.intermediate.certificate, other.root.certificate,
        ])
        let server = try await opensslServer(leaf)
        let report = await look(port: server.port)
        expect(report, present: ["root-untrusted"], absent: ["chain-incomplete"])
    }

    @Test func `A chain that carries an expired cross-signed root is seen`() async throws {
        // The new root signs the intermediate; the server also sends the new root as signed by an
        // old one, and that signature has expired.
        let old = try Certificates.makeCA("old-root", in: pki.folder.path, days: 2, issuer: nil)
        let cross = try Certificates.makeCA(
            "cross-\(UInt32.random(in: 0..<UInt32.max))", in: pki.folder.path, days: 1, issuer: old,
            key: pki.root.key, subject: "Test root")
        let leaf = try pki.leaf(with: [pki.intermediate.certificate, cross.certificate])
        let server = try await opensslServer(leaf)
        let before = await look(port: server.port)
        expect(before, absent: ["chain-carries-expired", "chain-incomplete"])
        let after = await look(port: server.port) { $0.referenceTime = inDays(3) }
        expect(
            after, present: ["chain-carries-expired"], absent: ["leaf-expired", "root-untrusted"])
    }

    @Test func `A name that the leaf does not cover is a mismatch`() async throws {
        let leaf = try pki.leaf(["www.example.test", "*.shop.example.test"])
        let server = try await opensslServer(leaf)
        func ask(_ name: String) async -> ProbeReport {
            await look(port: server.port) { $0.tls.serverName = .name(name) }
        }
        expect(await ask("www.example.test"), absent: ["name-mismatch"])
        expect(await ask("a.shop.example.test"), absent: ["name-mismatch"])
        expect(await ask("example.test"), present: ["name-mismatch"])
        expect(await look(port: server.port), unknown: ["name-mismatch"])
    }

    @Test func `ALPN without h2 is seen`() async throws {
        let server = try await nginx(
            ports: [FreePort.take()], nginxCertificate(good) + "location / { return 200 ok; }")
        expect(await look(.https, port: server.port), present: ["alpn-not-h2"])
        expect(await look(.tls, port: server.port), unknown: ["alpn-not-h2"])
    }

    @Test func `A server that ends with FIN alone has no close_notify`() async throws {
        // nginx says close_notify; a relay that hides alerts does not pass it on.
        let backend = try await nginx(
            ports: [FreePort.take()], nginxCertificate(good) + "location / { return 200 ok; }")
        let relay = Relay(to: backend.port, .init(hidesAlerts: true))
        expect(await look(.https, port: relay.port), present: ["no-close-notify"])
        expect(await look(.https, port: backend.port), absent: ["no-close-notify"])
    }

    @Test func `A server that is slow with its first record is seen over three tries`() async throws
    {
        let backend = try await opensslServer(good)
        let relay = Relay(to: backend.port, .init(delay: 1.2))
        let report = await look(port: relay.port)
        expect(report, present: ["slow-server-flight"], absent: ["handshake-timeout"])
        #expect((report.measure("probe.tls.slow-server-flight") ?? 0) >= 1.2)
    }
}

private func inDays(_ days: Int64) -> Int64 {
    (Int64(time(nil)) + days * 86_400) * 1_000_000_000
}
