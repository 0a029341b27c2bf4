public import Casebook

/// Does the server answer otherwise when the ClientHello carries no name?
public enum TLSNameProbe: Probe {
    public static let name = "tls-sni"
    public static let summary = "one handshake with the name (SNI) and one without, each address"
    public static let findings: [FactID] = [
        "probe.tls.sni-decides", "probe.tls.legacy-sni-unrecognized",
    ]
    public static let effect = EffectClass.normal
    public static let schemes: Set<ProbeTarget.Scheme> = [.tls, .https]

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        ProbePlan(
            connections: 2 * addresses, bytes: 2400 * addresses,
            seconds: 4 * Double(addresses) * options.timeout,
            description: "two handshakes with each address, closed politely")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        guard let name = context.serverName else {
            return context.failed("there is no name to send: give one with --sni NAME")
        }
        return context.reportOfAddresses { address, report in
            let with = attempt(context, address, name)
            let without = attempt(context, address, nil)
            for (label, one) in [("with", with), ("without", without)] {
                report.results.append(
                    .init(
                        address: "\(address) \(label) SNI", isGood: one.isGood,
                        summary: "\(one.summary); \(one.leafName)", details: one.details))
            }
            return [
                findings[0]: judge(with, without), findings[1]: unrecognized(with, without),
            ]
        }
    }

    private static func attempt(
        _ context: ProbeContext, _ address: SocketAddress, _ name: String?
    ) -> TLSAttempt {
        TLSAttempt.make(
            context, address,
            .init(
                configuration: context.tlsConfiguration, name: name,
                label: name == nil ? "without SNI" : "with SNI", hello: context.helloShape))
    }

    /// unrecognized_name (RFC 6066 §3).
    private static func unrecognized(_ with: TLSAttempt, _ without: TLSAttempt) -> Judgement {
        for (label, one) in [("with", with), ("without", without)]
        where one.alerts.contains(112) {
            return .present("\(label) SNI the server sends alert 112 (unrecognized_name)")
        }
        return with.heardTLS && without.heardTLS
            ? .absent("no alert 112 came, with SNI or without")
            : .unknown("with SNI: \(with.summary); without: \(without.summary)")
    }

    private static func judge(_ with: TLSAttempt, _ without: TLSAttempt) -> Judgement {
        guard with.failure == nil else {
            return .unknown("the handshake with SNI failed too: \(with.summary)")
        }
        if let alert = without.alert, with.alert == nil {
            return .present("without SNI the server answers alert \(alert) (\(alertName(alert)))")
        }
        guard without.failure == nil else {
            return .unknown("without SNI the handshake ended without an alert: \(without.summary)")
        }
        return with.certificates.first == without.certificates.first
            ? .absent("the same certificate comes with SNI and without")
            : .present(
                "with SNI comes \(with.leafName), without \(without.leafName)")
    }
}
