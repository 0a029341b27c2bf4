import Casebook
import Glibc
import Probes
import Testing

@Suite struct StartTLSProbeTests {
    private static let missing = "probe.mail.starttls-missing"
    private static let masked = "probe.mail.banner-masked"

    @Test(.enabled(if: Postfix.isAvailable))  // package postfix, and root
    func `Postfix with a certificate goes over to TLS, without one it does not offer it`()
        async throws
    {
        let leaf = try Certificates.shared.get().leaf()
        let secure = try await Postfix(settings: [
            "smtpd_tls_security_level": "may", "smtpd_tls_cert_file": leaf.chain,
            "smtpd_tls_key_file": leaf.key,
        ])
        let good = await run(StartTLSProbe.self, .smtp, port: secure.port)
        #expect(good.state(Self.missing) == .absent, "\(good.results)")
        #expect(good.state(Self.masked) == .absent)
        #expect(good.results.first?.summary == "goes over to TLS 1.3", "\(good.results)")
        let plain = try await Postfix(settings: ["smtpd_tls_security_level": "none"])
        let bad = await run(StartTLSProbe.self, .smtp, port: plain.port)
        #expect(bad.state(Self.missing) == .present, "\(bad.results)")
        #expect(bad.state(Self.masked) == .absent)
    }

    @Test func `a firewall that rewrites SMTP masks greeting and capability`() async {
        let fixup = ScriptedServer { peer, _ in
            peer.write("220 ****************************2***0*****\r\n")
            while true {
                let line = peer.readLine()
                if line.isEmpty { return }
                if line.hasPrefix("EHLO") {
                    peer.write("250-mail.example.test\r\n250-SIZE 10240000\r\n250 XXXXXXXA\r\n")
                } else if line.hasPrefix("QUIT") {
                    peer.write("221 bye\r\n")
                    return
                } else {
                    peer.write("500 unrecognized\r\n")
                }
            }
        }
        let report = await run(StartTLSProbe.self, .smtp, port: fixup.port)
        #expect(report.state(Self.masked) == .present, "\(report.results)")
        #expect(report.state(Self.missing) == .present)
    }

    /// What each protocol says before TLS begins.
    static let preambles: [(ProbeTarget.Scheme, @Sendable (Peer) -> Bool)] = [
        (
            .imap,
            { peer in
                peer.write("* OK ready\r\n")
                guard peer.readLine().hasPrefix("a CAPABILITY") else { return false }
                peer.write("* CAPABILITY IMAP4rev1 STARTTLS\r\na OK done\r\n")
                guard peer.readLine() == "b STARTTLS\r\n" else { return false }
                return peer.write("b OK begin\r\n")
            }
        ),
        (
            .pop3,
            { peer in
                peer.write("+OK ready\r\n")
                guard peer.readLine() == "CAPA\r\n" else { return false }
                peer.write("+OK list\r\nUIDL\r\nSTLS\r\n.\r\n")
                guard peer.readLine() == "STLS\r\n" else { return false }
                return peer.write("+OK begin\r\n")
            }
        ),
        (
            .ldap,
            { peer in
                guard peer.read(exactly: 31).suffix(22) == Array("1.3.6.1.4.1.1466.20037".utf8)[...]
                else { return false }
                return peer.write([
                    0x30, 0x0C, 2, 1, 1, 0x78, 7, 0x0A, 1, 0, 4, 0, 4, 0,
                ])
            }
        ),
        (
            .mysql,
            { peer in
                let payload: [UInt8] =
                    [10] + Array("8.0.36".utf8) + [0, 1, 0, 0, 0] + Array("saltsalt".utf8)
                    + [0, 0xFF, 0xFF, 33, 2, 0, 0xFF, 0xDF, 21] + Array(repeating: 0, count: 23)
                peer.write([UInt8(payload.count), 0, 0, 0] + payload)
                let request = peer.read(exactly: 36)
                return request.prefix(4) == [32, 0, 0, 1] && request[5] & 0x08 != 0
            }
        ),
    ]

    @Test(arguments: preambles)
    func `other protocols go over to TLS`(
        _ scheme: ProbeTarget.Scheme, _ preamble: @escaping @Sendable (Peer) -> Bool
    ) async throws {
        let leaf = try Certificates.shared.get().leaf()
        let backend = try await opensslServer(leaf)
        let server = ScriptedServer { peer, _ in
            if preamble(peer) { relayBytes(peer, to: backend.port) }
        }
        let report = await run(StartTLSProbe.self, scheme, port: server.port)
        #expect(report.results.first?.summary == "goes over to TLS 1.3", "\(report.results)")
        let isMail = scheme == .imap || scheme == .pop3
        #expect(report.state(Self.missing) == (isMail ? .absent : .unknown))
    }

    @Test func `an IMAP server without STARTTLS`() async {
        let server = ScriptedServer { peer, _ in
            peer.write("* OK ready\r\n")
            _ = peer.readLine()
            peer.write("* CAPABILITY IMAP4rev1\r\na OK done\r\n")
            _ = peer.readLine()
            peer.write("b BAD unknown\r\n")
            peer.readToEnd()
        }
        let report = await run(StartTLSProbe.self, .imap, port: server.port)
        #expect(report.state(Self.missing) == .present, "\(report.results)")
    }

    @Test func `PostgreSQL says yes or no in one byte`() async throws {
        let leaf = try Certificates.shared.get().leaf()
        let backend = try await opensslServer(leaf)
        let yes = ScriptedServer { peer, _ in
            _ = peer.read(exactly: 8)
            peer.write("S")
            relayBytes(peer, to: backend.port)
        }
        let good = await run(StartTLSProbe.self, .postgres, port: yes.port)
        #expect(good.results.first?.isGood == true, "\(good.results)")
        let no = ScriptedServer { peer, _ in
            _ = peer.read(exactly: 8)
            peer.write("N")
            peer.readToEnd()
        }
        let bad = await run(StartTLSProbe.self, .postgres, port: no.port)
        #expect(bad.results.first?.isGood == false)
    }

    /// What hostile servers say instead of a greeting.
    static let hostile: [(String, @Sendable (Peer) -> Void)] = [
        ("endless lines", { peer in while peer.write("250-more\r\n") {} }),
        ("an endless line", { peer in while peer.write([UInt8](repeating: 0x61, count: 4096)) {} }),
        (
            "escapes",
            { peer in
                peer.write("220 \u{1B}]0;owned\u{7}\r\n")
                peer.readToEnd()
            }
        ),
        ("reset", { peer in peer.reset() }),
        ("end", { peer in peer.finish() }),
        (
            "half a line",
            { peer in
                peer.write("220 mail")
                peer.readToEnd()
            }
        ),
    ]

    @Test(arguments: hostile)
    func `hostile servers end in bounded time and print nothing raw`(
        _ name: String, _ script: @escaping @Sendable (Peer) -> Void
    ) async {
        let server = ScriptedServer { peer, _ in script(peer) }
        let report = await run(StartTLSProbe.self, .smtp, port: server.port) { $0.timeout = 1 }
        #expect(report.results.first?.isGood == false)
        let texts = report.results.map(\.summary) + report.evidence.map(\.summary)
        let details = report.results.flatMap { $0.details.map(\.value) }
        for text in texts + details {
            #expect(text.unicodeScalars.allSatisfy { 0x20...0x7E ~= $0.value }, "\(name)")
        }
    }
}

@Suite struct ProxyProtocolProbeTests {
    private static let id = "probe.proxyproto.needed"

    @Test(.enabled(if: access("/usr/sbin/nginx", X_OK) == 0))  // package nginx
    func `nginx that wants a PROXY header, and one that does not`() async throws {
        let strict = try await nginx(
            ports: [FreePort.take()], listen: "proxy_protocol", "location / { return 200 ok; }")
        let bad = await run(ProxyProtocolProbe.self, .http, port: strict.port)
        #expect(bad.state(Self.id) == .present, "\(bad.results)")
        let plain = try await nginx(
            ports: [FreePort.take()], listen: "", "location / { return 200 ok; }")
        let good = await run(ProxyProtocolProbe.self, .http, port: plain.port)
        #expect(good.state(Self.id) == .absent, "\(good.results)")
    }

    @Test(.enabled(if: Postfix.isAvailable))  // package postfix, and root
    func `Postfix behind a balancer`() async throws {
        let strict = try await Postfix(settings: [
            "smtpd_upstream_proxy_protocol": "haproxy", "smtpd_upstream_proxy_timeout": "2s",
        ])
        let report = await run(ProxyProtocolProbe.self, .smtp, port: strict.port)
        #expect(report.state(Self.id) == .present, "\(report.results)")
    }
}
