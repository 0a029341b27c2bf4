public import Casebook

/// Do all addresses of the name present the same server?
public enum TLSAddressesProbe: Probe {
    public static let name = "tls-addresses"
    public static let summary =
        "one handshake with each address of the name; certificate, version and ALPN compared"
    public static let findings: [FactID] = ["probe.tls.addresses-differ"]
    public static let effect = EffectClass.normal
    public static let schemes: Set<ProbeTarget.Scheme> = [.tls, .https]

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        ProbePlan(
            connections: addresses, bytes: 1200 * addresses,
            seconds: 2 * Double(addresses) * options.timeout,
            description: "one handshake with each address, closed politely")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        var attempts: [TLSAttempt] = []
        var report = context.reportOfAddresses { address, report in
            let attempt = TLSAttempt.make(
                context, address,
                .init(
                    configuration: context.tlsConfiguration, name: context.serverName,
                    hello: context.helloShape))
            attempts.append(attempt)
            report.results.append(
                .init(
                    address: address.description, isGood: attempt.isGood,
                    summary: attempt.summary, details: attempt.details))
            return [:]
        }
        guard report.failure == nil else { return report }
        let judgement = judge(attempts)
        report.evidence = [
            context.evidence(
                findings[0], judgement.state, judgement.summary, count: judgement.count)
        ]
        return report
    }

    /// What has to be the same everywhere.
    private static func properties(_ attempt: TLSAttempt) -> [(name: String, value: String)] {
        let leaf = attempt.certificates.first
        return [
            ("serial", leaf?.serial ?? "none"),
            ("end of validity", leaf.map { dateText($0.notAfter) } ?? "none"),
            ("version", attempt.version?.name ?? "none"),
            ("ALPN", attempt.applicationProtocol.map { printable($0.utf8) } ?? "none"),
        ]
    }

    private static func judge(
        _ attempts: [TLSAttempt]
    ) -> (state: FactState, summary: String, count: Int?) {
        let good = attempts.filter { $0.failure == nil }
        guard good.count > 1, let first = good.first else {
            return (
                .unknown,
                "\(good.count) of \(attempts.count) addresses completed a handshake; "
                    + "two are needed to compare", nil
            )
        }
        for other in good.dropFirst() {
            for (mine, theirs) in zip(properties(first), properties(other))
            where mine.value != theirs.value {
                let distinct = Set(good.map { properties($0).map(\.value) }).count
                return (
                    .present,
                    "\(mine.name): \(mine.value) at \(first.address), \(theirs.value) at "
                        + "\(other.address)", distinct
                )
            }
        }
        return good.count == attempts.count
            ? (.absent, "\(good.count) addresses present the same", nil)
            : (.unknown, "\(attempts.count - good.count) addresses completed no handshake", nil)
    }
}
