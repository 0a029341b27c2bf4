public import Casebook
internal import Glibc

/// Does the name work over IPv4 and not over IPv6?
public enum IPv6Probe: Probe {
    public static let name = "ipv6"
    public static let summary = "connects to every IPv6 and every IPv4 address of the name"
    public static let findings: [FactID] = ["probe.ipv6.broken-ipv4-ok"]
    public static let effect = EffectClass.normal
    public static let schemes = Set(ProbeTarget.Scheme.allCases)

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        ProbePlan(
            connections: addresses, bytes: 0, seconds: options.timeout,
            description: "connects to every address of both families at once and closes")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        let id = findings[0]
        guard context.options.family == .any else {
            return context.failed("both families are needed: leave -4 and -6 out")
        }
        let addresses: [SocketAddress]
        do throws(NetworkFailure) {
            addresses = try context.addresses()
        } catch {
            return context.failed("\(context.target.host): \(error)")
        }
        let failures = parallel(addresses.count) { connect(addresses[$0], context) }
        var report = context.report()
        let attempts = Array(zip(addresses, failures))
        report.results = attempts.map { address, failure in
            .init(
                address: address.description, isGood: failure == nil,
                summary: failure.map { "\($0)" } ?? "connected")
        }
        report.evidence = [judge(id, attempts, context)]
        return report
    }

    private static func connect(
        _ address: SocketAddress, _ context: ProbeContext
    ) -> NetworkFailure? {
        let connection = Connection(context, to: address)
        defer { connection.close() }
        do throws(NetworkFailure) {
            try connection.connect(by: context.attempt)
            return nil
        } catch {
            return error
        }
    }

    private static func judge(
        _ id: FactID, _ attempts: [(SocketAddress, NetworkFailure?)], _ context: ProbeContext
    ) -> Evidence {
        let six = attempts.filter { $0.0.isIPv6 }
        let four = attempts.filter { !$0.0.isIPv6 }
        if six.isEmpty { return context.evidence(id, .absent, "the name has no IPv6 address") }
        if six.contains(where: { $0.1 == nil }) {
            return context.evidence(id, .absent, "IPv6 connects")
        }
        guard four.contains(where: { $0.1 == nil }) else {
            return context.evidence(id, .absent, "IPv4 does not connect either")
        }
        // A refusal comes from the host itself: IPv6 arrives there.
        let lost = six.filter { isLost($0.1) }
        guard lost.count == six.count, let (address, failure) = lost.first else {
            let text = six.first.flatMap(\.1).map { "\($0)" } ?? ""
            return context.evidence(
                id, .absent, "IPv6 arrives and is answered: \(text); IPv4 connects")
        }
        return context.evidence(
            id, .present, "\(address): \(failure.map { "\($0)" } ?? ""); IPv4 connects",
            count: lost.count)
    }

    private static func isLost(_ failure: NetworkFailure?) -> Bool {
        switch failure {
        case .timedOut, .unreachable: true
        // No source address: EADDRNOTAVAIL where the host has no IPv6 at all.
        case .local(_, let code): code == EADDRNOTAVAIL
        default: false
        }
    }
}
