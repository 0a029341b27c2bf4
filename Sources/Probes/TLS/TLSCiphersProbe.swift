public import Casebook

/// Which cipher suites does the server accept? A list, not a finding.
public enum TLSCiphersProbe: Probe {
    public static let name = "tls-ciphers"
    public static let summary =
        "every suite that the server accepts, by offering those that it has not chosen yet"
    public static let findings: [FactID] = []
    public static let effect = EffectClass.load
    public static let schemes: Set<ProbeTarget.Scheme> = [.tls, .https]

    /// OpenSSL 3.0 has some 160 suites up to TLS 1.2; a server accepts a few dozen.
    private static let mostConnections = 80
    private static let newSuites = [
        "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256",
        "TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256",
    ]

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        let most = (mostConnections + newSuites.count) * addresses
        return ProbePlan(
            connections: most, bytes: 1000 * most, seconds: Double(2 * most) * options.timeout,
            description: "up to \(most) handshakes one after the other, weak suites offered too")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        context.reportOfAddresses { address, report in
            let old = upToTLS12(address, context)
            let new = newSuites.filter { suite in
                var configuration = context.tlsConfiguration.only(.tls13)
                configuration.ciphersuites = suite
                return attempt(address, configuration, suite, context).hasServerHello
            }
            report.results.append(
                .init(
                    address: address.description, isGood: !(old.isEmpty && new.isEmpty),
                    summary: "\(old.count) suites up to TLS 1.2, \(new.count) of TLS 1.3",
                    details: (new + old).map { .init("suite", $0) }))
            return [:]
        }
    }

    private static func upToTLS12(_ address: SocketAddress, _ context: ProbeContext) -> [String] {
        var found: [String] = []
        var excluded: [String] = []
        while found.count < mostConnections, !context.cancellation.isCancelled {
            var configuration = context.tlsConfiguration
            configuration.lowest = .tls10
            configuration.highest = .tls12
            configuration.allowsLegacy = true
            configuration.ciphers =
                (["ALL:COMPLEMENTOFALL"] + excluded.map { "!" + $0 } + ["@SECLEVEL=0"])
                .joined(separator: ":")
            let one = attempt(address, configuration, "suite \(found.count + 1)", context)
            guard let suite = one.suite, let name = one.librarySuite, one.hasServerHello,
                !excluded.contains(name)
            else { break }
            found.append(suite)
            excluded.append(name)
        }
        return found
    }

    private static func attempt(
        _ address: SocketAddress, _ configuration: TLSConfiguration, _ label: String,
        _ context: ProbeContext
    ) -> TLSAttempt {
        TLSAttempt.make(
            context, address,
            .init(configuration: configuration, name: context.serverName, label: label))
    }
}
