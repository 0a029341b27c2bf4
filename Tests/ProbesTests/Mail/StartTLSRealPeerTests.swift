import Casebook
import Probes
import Testing

/// The servers that people run, with a certificate and without one.
@Suite struct StartTLSRealPeerTests {
    private static let missing = "probe.mail.starttls-missing"

    private func expect(
        _ scheme: ProbeTarget.Scheme, secure: UInt16, plain: UInt16
    ) async {
        let good = await run(StartTLSProbe.self, scheme, port: secure)
        #expect(good.results.first?.summary == "goes over to TLS 1.3", "\(good.results)")
        let bad = await run(StartTLSProbe.self, scheme, port: plain)
        #expect(bad.results.first?.isGood == false, "\(bad.results)")
        guard scheme == .imap || scheme == .pop3 else { return }
        #expect(good.state(Self.missing) == .absent)
        #expect(bad.state(Self.missing) == .present)
    }

    @Test(.enabled(if: Dovecot.isAvailable))  // packages dovecot-imapd, dovecot-pop3d, and root
    func `Dovecot goes over to TLS in IMAP and POP3 with a certificate`() async throws {
        let secure = try await Dovecot.start(Certificates.shared.get().leaf())
        let plain = try await Dovecot.start(nil)
        await expect(.imap, secure: secure.imap, plain: plain.imap)
        await expect(.pop3, secure: secure.pop3, plain: plain.pop3)
    }

    @Test(.enabled(if: LDAPServer.isAvailable))  // package slapd
    func `OpenLDAP goes over to TLS with a certificate`() async throws {
        let secure = try await LDAPServer.start(Certificates.shared.get().leaf())
        let plain = try await LDAPServer.start(nil)
        await expect(.ldap, secure: secure.port, plain: plain.port)
    }

    @Test(.enabled(if: PostgreSQL.isAvailable))  // package postgresql, and root
    func `PostgreSQL says yes to SSLRequest with a certificate`() async throws {
        let secure = try await PostgreSQL.start(Certificates.shared.get().leaf())
        let plain = try await PostgreSQL.start(nil)
        await expect(.postgres, secure: secure.port, plain: plain.port)
    }

    @Test(.enabled(if: MariaDB.isAvailable))  // package mariadb-server, and root
    func `MariaDB goes over to TLS with a certificate`() async throws {
        let secure = try await MariaDB.start(Certificates.shared.get().leaf())
        let plain = try await MariaDB.start(nil)
        await expect(.mysql, secure: secure.port, plain: plain.port)
    }
}
