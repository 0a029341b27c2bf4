import Casebook
import Foundation
import Probes
import Testing

/// `tls-resumption` against servers with different memories.
struct ResumptionProbeTests {
    let leaf: Certificates.Issued

    init() throws { leaf = try Certificates.shared.get().leaf() }

    private func ask(_ port: UInt16, allowed: EffectClass = .normal) async -> ProbeReport {
        await run(ResumptionProbe.self, .tls, port: port) {
            $0.allowed = allowed
            $0.connectionsPerSecond = 1000
        }
    }

    private func expect(
        _ report: ProbeReport, works: FactState, never: FactState, refused: FactState,
        needsCleanClose: FactState, _ place: SourceLocation = #_sourceLocation
    ) {
        for (id, state) in [
            ("resumption-works", works), ("never-resumes", never), ("resumption-refused", refused),
            ("resumption-needs-clean-close", needsCleanClose),
        ] {
            #expect(
                report.state("probe.tls." + id) == state,
                "\(report.summary("probe.tls." + id)) \(report.results.map(\.summary))",
                sourceLocation: place)
        }
    }

    @Test func `A server with a shared cache resumes after every close`() async throws {
        let server = try await nginx(
            ports: [FreePort.take()],
            nginxCertificate(leaf) + "ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache shared:a:1m;"
        )
        let report = await ask(server.port, allowed: .disruptive)
        expect(
            report, works: .present, never: .absent, refused: .absent, needsCleanClose: .absent)
        #expect(report.results.map(\.isGood) == [true, true, true])
    }

    @Test func `Java that insists on close_notify forgets sessions that end without`() async throws
    {
        let strict = try await javaServer(
            leaf,
            [
                "com.sun.net.ssl.requireCloseNotify=true",
                "jdk.tls.server.enableSessionTicketExtension=false",
            ])
        let report = await ask(strict.port)
        expect(
            report, works: .present, never: .absent, refused: .absent, needsCleanClose: .present)
        #expect(report.measure("probe.tls.resumption-needs-clean-close") == 100)
    }

    @Test func `HAProxy forgets sessions that end in RST, which needs consent to be seen`()
        async throws
    {
        let port = FreePort.take()
        let store = TemporaryFolder()
        let pem = try [leaf.chain, leaf.key].map { try String(contentsOfFile: $0, encoding: .utf8) }
        let file = try store.file("both.pem", pem.joined())
        let proxy = try await haproxy(
            """
            frontend tls
                bind 127.0.0.1:\(port) ssl crt \(file) no-tls-tickets ssl-max-ver TLSv1.2
                mode http
                http-request return status 200
            """, port: port)
        expect(
            await ask(proxy.port, allowed: .disruptive), works: .present, never: .absent,
            refused: .absent, needsCleanClose: .present)
        let careful = await ask(proxy.port)
        #expect(Set(careful.timelines.compactMap(\.ending)) == ["close"])
        #expect(
            careful.summary("probe.tls.resumption-needs-clean-close").contains("RST was not tried"))
    }

    @Test(arguments: ["TLSv1.2", "TLSv1.2,TLSv1.3"])
    func `Java as it comes resumes after every close`(protocols: String) async throws {
        let server = try await javaServer(leaf, protocols: protocols)
        expect(
            await ask(server.port), works: .present, never: .absent, refused: .absent,
            needsCleanClose: .absent)
    }

    @Test func `A server that keeps nothing never resumes`() async throws {
        let server = try await nginx(
            ports: [FreePort.take()],
            nginxCertificate(leaf)
                + "ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache none; ssl_session_tickets off;")
        let report = await ask(server.port)
        expect(
            report, works: .absent, never: .present, refused: .present, needsCleanClose: .unknown)
    }

    @Test func `A server without a cache that takes tickets refuses nothing`() async throws {
        let server = try await nginx(
            ports: [FreePort.take()],
            nginxCertificate(leaf) + "ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache none;")
        let report = await ask(server.port)
        expect(
            report, works: .present, never: .absent, refused: .absent, needsCleanClose: .absent)
        #expect(report.summary("probe.tls.resumption-refused").contains("by session id 0 of"))
    }

    @Test(arguments: ["random(1)", "roundrobin"])
    func `Servers behind a balancer that share no cache resume sometimes`(
        balance: String
    ) async throws {
        let servers = [
            try await nginx(ports: [FreePort.take()], nginxCertificate(leaf) + noTickets),
            try await nginx(ports: [FreePort.take()], nginxCertificate(leaf) + noTickets),
        ]
        let port = FreePort.take()
        let balancer = try await haproxy(
            """
            listen farm
                bind 127.0.0.1:\(port)
                balance \(balance)
                server a 127.0.0.1:\(servers[0].port)
                server b 127.0.0.1:\(servers[1].port)
            """, port: port)
        func ask(_ port: UInt16) async -> ProbeReport {
            await run(ResumptionFarmProbe.self, .tls, port: port) { $0.allowed = .load }
        }
        let varies = await ask(balancer.port)
        #expect(
            varies.state("probe.tls.resumption-varies") == .present,
            "\(varies.results.map(\.summary))")
        #expect(await ask(servers[0].port).state("probe.tls.resumption-varies") == .absent)
    }

    private var noTickets: String {
        "ssl_protocols TLSv1.2; ssl_session_cache shared:a:1m; ssl_session_tickets off;"
    }

    @Test func `A server that wants a client certificate leaves all unknown`() async throws {
        let pki = try Certificates.shared.get()
        let server = try await opensslServer(
            leaf, ["-www", "-Verify", "2", "-verify_return_error", "-CAfile", pki.root.certificate])
        expect(
            await ask(server.port), works: .unknown, never: .unknown, refused: .unknown,
            needsCleanClose: .unknown)
    }
}
