import Foundation
import Glibc
import Testing

@testable import Probes

/// Real name servers on loopback ports.
enum DNSServers {
    static let hasDNSMasq = access("/usr/sbin/dnsmasq", X_OK) == 0
    static let hasUnbound = access("/usr/sbin/unbound", X_OK) == 0

    /// dnsmasq, authoritative for what `options` list.
    static func dnsmasq(_ options: [String], port: UInt16 = FreePort.take()) async throws
        -> ServerProcess
    {
        try await .start(
            [
                "/usr/sbin/dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null",
                "--port=\(port)", "--listen-address=127.0.0.1", "--bind-interfaces", "--no-resolv",
                "--no-hosts", "--pid-file=", "--user=root", "--local-ttl=60",
            ] + options, port: port)
    }

    /// unbound, which asks `upstream` for the zone `example.test`.
    /// - Parameter anchor: a trust anchor for that zone, so that unsigned answers are bogus.
    static func unbound(upstream: UInt16, anchor: String? = nil, in folder: TemporaryFolder)
        async throws -> ServerProcess
    {
        let port = FreePort.take()
        let configuration = """
            server:
              port: \(port)
              interface: 127.0.0.1
              do-ip6: no
              do-daemonize: no
              use-syslog: no
              username: ""
              chroot: ""
              directory: "\(folder.path)"
              pidfile: ""
              do-not-query-localhost: no
              local-zone: "test." nodefault
              module-config: "validator iterator"
              qname-minimisation: no
              \(anchor.map { "trust-anchor: \"\($0)\"" } ?? "")
            remote-control:
              control-enable: no
            stub-zone:
              name: "example.test"
              stub-addr: 127.0.0.1@\(upstream)
            """
        let file = try folder.file("unbound.conf", configuration)
        return try await .start(["/usr/sbin/unbound", "-d", "-p", "-c", file], port: port)
    }
}

func loopback(_ port: UInt16) -> SocketAddress {
    SocketAddress(numeric: "127.0.0.1", port: port)!
}

/// The probe of `www.example.test` with its own servers.
func probeDNS(
    resolvers: [UInt16], authoritative: [UInt16], name: String = "www.example.test",
    _ change: (inout ProbeOptions) -> Void = { _ in }
) async -> ProbeReport {
    await run(DNSProbe.self, .tcp, port: 443, host: name) {
        $0.dns.resolvers = resolvers.map(loopback)
        $0.dns.authoritative = authoritative.map(loopback)
        change(&$0)
    }
}
