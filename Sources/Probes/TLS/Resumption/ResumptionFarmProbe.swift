public import Casebook

/// Is a session that one server of a farm gave out accepted by the others?
public enum ResumptionFarmProbe: Probe {
    public static let name = "tls-resumption-farm"
    public static let summary =
        "offers sessions 25 times after polite closes, round all addresses: one farm or many caches"
    public static let findings: [FactID] = ["probe.tls.resumption-varies"]
    public static let effect = EffectClass.load
    public static let schemes: Set<ProbeTarget.Scheme> = [.tls, .https]

    /// “Of 20 or more polite tries” (findings.yaml).
    private static let enough = 20
    private static let connections = 26

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        let most = max(connections, options.count ?? 0) * ResumptionKind.allCases.count
        return ProbePlan(
            connections: most, bytes: 1500 * most,
            seconds: Double(most) * 0.8 + 2 * options.timeout,
            description: "up to \(most) handshakes, one after the other, round all addresses, "
                + "closed politely")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        var report = context.report()
        let addresses: [SocketAddress]
        do throws(NetworkFailure) {
            addresses = try context.addresses()
        } catch {
            return context.failed("\(context.target.host): \(error)")
        }
        guard !addresses.isEmpty else { return context.failed("the name has no address") }
        let count = max(connections, context.options.count ?? 0)
        var all: [ResumptionSeries] = []
        for kind in ResumptionKind.allCases where !context.cancellation.isCancelled {
            var series = ResumptionSeries(kind, isOverFarm: true)
            series.run(
                Array(repeating: .closeNotify, count: count), at: addresses, context)
            all.append(series)
            report.results.append(
                .init(
                    address: kind.rawValue, isGood: series.tries.allSatisfy(\.isAccepted),
                    summary: series.failure.map { "ended: \($0)" }
                        ?? "resumed \(ResumptionSeries.share(series.tries))"))
        }
        let judgement = judge(all)
        report.evidence = [
            context.evidence(
                findings[0], judgement.state, judgement.summary, measure: judgement.measure)
        ]
        return report
    }

    private static func judge(_ all: [ResumptionSeries]) -> Judgement {
        for series in all where series.tries.count >= enough {
            let refused = series.tries.count { !$0.isAccepted }
            guard refused > 0, refused < series.tries.count else { continue }
            return .present(
                "by \(series.kind.rawValue) \(ResumptionSeries.share(series.tries)) were accepted "
                    + "after polite closes",
                .init(value: 100 * Double(refused) / Double(series.tries.count), unit: "percent"))
        }
        let steady = all.filter { $0.tries.count >= enough }
        if let one = steady.first {
            return .absent(
                "\(ResumptionSeries.share(one.tries)) accepted by \(one.kind.rawValue), as ever")
        }
        return .unknown(
            all.compactMap(\.failure).first.map { "the handshakes failed: \($0)" }
                ?? "the server gave out no session")
    }
}
