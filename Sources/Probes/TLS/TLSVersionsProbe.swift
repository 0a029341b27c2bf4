public import Casebook

/// Which versions of TLS and which groups does the server accept?
public enum TLSVersionsProbe: Probe {
    public static let name = "tls-versions"
    public static let summary = "one handshake for each version of TLS and each common group"
    public static let findings: [FactID] = [
        "probe.tls.old-versions-only", "probe.tls.tls13-fails-tls12-ok",
        "probe.tls.version-floor-too-high",
    ]
    public static let effect = EffectClass.normal
    public static let schemes: Set<ProbeTarget.Scheme> = [.tls, .https]

    /// OpenSSL 3.0's names of the groups that RFC 8446 §4.2.7 lists.
    private static let groups = ["X25519", "P-256", "P-384", "P-521", "X448", "ffdhe2048"]

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        let each = TLSOptions.Version.allCases.count + 3 + groups.count
        return ProbePlan(
            connections: each * addresses, bytes: 1200 * each * addresses,
            seconds: Double(2 * each * addresses) * options.timeout,
            description: "\(each) handshakes with each address, old versions and weak suites "
                + "offered too, closed politely")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        context.reportOfAddresses { address, report in
            var byVersion: [TLSOptions.Version: TLSAttempt] = [:]
            for version in TLSOptions.Version.allCases where !context.cancellation.isCancelled {
                var configuration = context.tlsConfiguration.only(version)
                configuration.allowsLegacy = true
                byVersion[version] = attempt(
                    context, address, configuration, version.name, &report)
            }
            var open = context.tlsConfiguration
            open.lowest = .tls12
            open.highest = nil
            let full = attempt(context, address, open, "TLS 1.2 and 1.3", &report)
            open.highest = .tls12
            let capped = attempt(context, address, open, "at most TLS 1.2", &report)
            for group in groups where !context.cancellation.isCancelled {
                var configuration = context.tlsConfiguration
                configuration.groups = group
                configuration.ciphers =
                    configuration.ciphers ?? (group.hasPrefix("ffdhe") ? "DHE" : "ECDHE")
                _ = attempt(context, address, configuration, group, &report)
            }
            return [
                findings[0]: oldOnly(byVersion), findings[1]: newFails(full, capped),
                findings[2]: floor(context, address, byVersion, &report),
            ]
        }
    }

    private static func attempt(
        _ context: ProbeContext, _ address: SocketAddress, _ configuration: TLSConfiguration,
        _ label: String, _ report: inout ProbeReport
    ) -> TLSAttempt {
        let attempt = TLSAttempt.make(
            context, address,
            .init(configuration: configuration, name: context.serverName, label: label))
        report.results.append(
            .init(
                // A version or group that is refused in words is no trouble.
                address: "\(address) \(label)", isGood: attempt.heardTLS,
                summary: attempt.summary))
        return attempt
    }

    /// The offer of the client that fails is what the options say.
    private static func floor(
        _ context: ProbeContext, _ address: SocketAddress,
        _ byVersion: [TLSOptions.Version: TLSAttempt], _ report: inout ProbeReport
    ) -> Judgement {
        let options = context.options.tls
        guard
            options.lowest != nil || options.highest != nil || options.ciphers != nil
                || options.ciphersuites != nil
        else {
            return .unknown(
                "give the versions or suites that the failing client offers (--tls-max, --ciphers)")
        }
        var configuration = context.tlsConfiguration
        configuration.allowsLegacy = true
        let offer = attempt(context, address, configuration, "the given offer", &report)
        if offer.hasServerHello, offer.failure == nil {
            return .absent("the given offer is accepted")
        }
        guard byVersion.contains(where: { $0.value.version == $0.key }) else {
            return .unknown("a full offer is not accepted either")
        }
        let isRefused =
            offer.alert != nil || [.closed, .reset].contains(offer.failure)
            || offer.hasServerHello
        return isRefused
            ? .present("the given offer is refused (\(offer.summary)), a full one accepted")
            : .unknown("the given offer: \(offer.summary)")
    }

    private static func oldOnly(_ byVersion: [TLSOptions.Version: TLSAttempt]) -> Judgement {
        let accepted = byVersion.filter { $0.value.version == $0.key }.keys.sorted()
        if let newest = accepted.last, newest >= .tls12 {
            return .absent("\(newest.name) is accepted")
        }
        let undecided = byVersion.first { version, attempt in
            version >= .tls12 && !(attempt.heardTLS || [.closed, .reset].contains(attempt.failure))
        }
        guard !accepted.isEmpty, undecided == nil else {
            return .unknown(
                undecided.map { "\($0.key.name): \($0.value.summary)" } ?? "no version is accepted")
        }
        return .present(
            "accepted: \(accepted.map(\.name).joined(separator: ", ")) and nothing newer")
    }

    private static func newFails(_ full: TLSAttempt, _ capped: TLSAttempt) -> Judgement {
        guard full.isConnected, capped.isConnected, full.failure != .cancelled else {
            return .unknown("no connection: \(capped.summary)")
        }
        if full.failure == nil { return .absent("an offer of TLS 1.3 and 1.2 is answered") }
        return capped.failure == nil
            ? .present("an offer of TLS 1.3 and 1.2: \(full.summary); capped at 1.2 it succeeds")
            : .absent("capped at TLS 1.2 it fails too: \(capped.summary)")
    }
}
