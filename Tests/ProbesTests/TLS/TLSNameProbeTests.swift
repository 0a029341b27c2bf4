import Casebook
import Probes
import Testing

/// `tls-sni`, `tls-addresses`, `tls-plain` and `tls-versions` against real servers.
struct TLSNameProbeTests {
    let pki: Certificates
    let good: Certificates.Issued

    init() throws {
        pki = try Certificates.shared.get()
        good = try pki.leaf(["www.example.test"])
    }

    private func askNames(_ port: UInt16) async -> ProbeReport {
        await run(TLSNameProbe.self, .tls, port: port) {
            $0.tls.serverName = .name("www.example.test")
        }
    }

    @Test func `A server that rejects handshakes without a name decides by SNI`() async throws {
        let port = FreePort.take()
        let server = try await nginx(
            ports: [port], nginxCertificate(good) + "server_name www.example.test;",
            http: "server { listen 127.0.0.1:\(port) ssl default_server; ssl_reject_handshake on; }"
        )
        let report = await askNames(server.port)
        #expect(report.state("probe.tls.sni-decides") == .present)
        #expect(report.summary("probe.tls.sni-decides").contains("112 (unrecognized_name)"))
        #expect(report.state("probe.tls.legacy-sni-unrecognized") == .present)
    }

    @Test func `A server with another certificate for no name decides by SNI`() async throws {
        let port = FreePort.take()
        let other = try pki.leaf(["default.example.test"])
        let server = try await nginx(
            ports: [port], nginxCertificate(good) + "server_name www.example.test;",
            http:
                "server { listen 127.0.0.1:\(port) ssl default_server; \(nginxCertificate(other)) }"
        )
        #expect(await askNames(server.port).state("probe.tls.sni-decides") == .present)
    }

    @Test func `One certificate for everybody does not`() async throws {
        let server = try await opensslServer(good)
        let report = await askNames(server.port)
        #expect(report.state("probe.tls.sni-decides") == .absent)
        #expect(report.state("probe.tls.legacy-sni-unrecognized") == .absent)
    }

    @Test func `A warning that the name is not recognised is no fatal alert`() async throws {
        let server = try await opensslServer(good, ["-www", "-tls1_2"])
        // What Java 7 and 8 servers send: alert 112 as a warning, then their ServerHello.
        let warning = Relay(to: server.port, .init(preface: [21, 3, 3, 0, 2, 1, 112]))
        let report = await askNames(warning.port)
        #expect(report.state("probe.tls.legacy-sni-unrecognized") == .present)
        #expect(report.state("probe.tls.sni-decides") == .absent)
        let handshake = await run(TLSProbe.self, .tls, port: warning.port)
        #expect(handshake.state("probe.tls.alert") == .absent)
    }

    @Test func `Without a name to send it stays unknown`() async throws {
        let server = try await opensslServer(good)
        let report = await run(TLSNameProbe.self, .tls, port: server.port)
        #expect(report.state("probe.tls.sni-decides") == .unknown)
        #expect(server.output.isEmpty)
    }

    @Test func `Addresses with different leaves differ, the same leaf does not`() async throws {
        let port = FreePort.take()
        let other = try pki.leaf(["www.example.test"])
        let server = try await nginx(
            ports: [port], nginxCertificate(good),
            http: """
                server { listen 127.0.0.2:\(port) ssl; \(nginxCertificate(other)) }
                server { listen 127.0.0.3:\(port) ssl; \(nginxCertificate(good)) }
                """)
        func ask(_ addresses: [String]) async -> ProbeReport {
            await run(TLSAddressesProbe.self, .tls, port: server.port) { $0.addresses = addresses }
        }
        let differ = await ask(["127.0.0.1", "127.0.0.2"])
        #expect(differ.state("probe.tls.addresses-differ") == .present)
        #expect(differ.summary("probe.tls.addresses-differ").contains("serial"))
        #expect(
            await ask(["127.0.0.1", "127.0.0.3"]).state("probe.tls.addresses-differ") == .absent)
        #expect(await ask(["127.0.0.1"]).state("probe.tls.addresses-differ") == .unknown)
        #expect(
            await ask(["127.0.0.1", "127.0.0.3", "127.0.0.4"]).state("probe.tls.addresses-differ")
                == .unknown)
    }

    @Test func `A TLS port answers plain text with TLS or says so`() async throws {
        let java = try await javaServer(good)
        let web = try await nginx(ports: [FreePort.take()], nginxCertificate(good))
        let plain = try await nginx(ports: [FreePort.take()], listen: "", "")
        let mute = ScriptedServer { peer, _ in peer.readToEnd() }
        func state(_ port: UInt16, timeout: Double = 10) async -> FactState? {
            await run(PlainOnTLSProbe.self, .http, port: port) { $0.timeout = timeout }
                .state("probe.tls.plain-port-speaks-tls")
        }
        #expect(await state(java.port) == .present)
        #expect(await state(web.port) == .present)
        #expect(await state(plain.port) == .absent)
        #expect(await state(mute.port, timeout: 1) == .unknown)
    }

    @Test func `A server with old versions only is seen`() async throws {
        let old = try await opensslServer(good, ["-www", "-tls1", "-cipher", "ALL:@SECLEVEL=0"])
        let new = try await opensslServer(good)
        let report = await run(TLSVersionsProbe.self, .tls, port: old.port)
        #expect(
            report.state("probe.tls.old-versions-only") == .present,
            "\(report.summary("probe.tls.old-versions-only"))")
        let modern = await run(TLSVersionsProbe.self, .tls, port: new.port)
        #expect(modern.state("probe.tls.old-versions-only") == .absent)
        #expect(modern.state("probe.tls.tls13-fails-tls12-ok") == .absent)
        #expect(modern.state("probe.tls.version-floor-too-high") == .unknown)
        let floor = await run(TLSVersionsProbe.self, .tls, port: new.port) {
            $0.tls.lowest = .tls10
            $0.tls.highest = .tls11
        }
        #expect(floor.state("probe.tls.version-floor-too-high") == .present)
        let fits = await run(TLSVersionsProbe.self, .tls, port: new.port) {
            $0.tls.highest = .tls12
        }
        #expect(fits.state("probe.tls.version-floor-too-high") == .absent)
    }

    @Test func `A box that cuts every offer of TLS 1.3 is seen`() async throws {
        let server = try await opensslServer(good)
        // supported_versions with TLS 1.3 first.
        let relay = Relay(
            to: server.port, .init(judge: { contains($0, [0, 43]) ? .reset : .pass }))
        let report = await run(TLSVersionsProbe.self, .tls, port: relay.port)
        #expect(report.state("probe.tls.tls13-fails-tls12-ok") == .present)
    }

    @Test func `The suites that a server accepts are listed, and nothing else`() async throws {
        let server = try await opensslServer(
            good,
            [
                "-www", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384",
                "-ciphersuites", "TLS_AES_128_GCM_SHA256",
            ])
        let report = await run(TLSCiphersProbe.self, .tls, port: server.port) { $0.allowed = .load }
        #expect(
            Set(report.results.flatMap(\.details).map(\.value)) == [
                "TLS_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            ])
    }
}

/// Whether the extension stands in a ClientHello: its type, then a length below 256.
private func contains(_ bytes: [UInt8], _ type: [UInt8]) -> Bool {
    let needle = type + [0]
    return bytes.indices.dropLast(2).contains { Array(bytes[$0..<$0 + 3]) == needle }
}
