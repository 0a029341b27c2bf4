public import Casebook

/// Does giving up on requests get this address blocked?
///
/// The control comes first: as many requests read to their end. Then single cancels, an ordinary
/// request after each, until one is blocked. A block that also follows the control is a rate limit.
public enum HTTPAbandonProbe: Probe {
    public static let name = "http-abandon"
    public static let summary =
        "gives up on a few requests, as clients with short deadlines do, and looks for a block"
    public static let findings: [FactID] = ["probe.http.block-follows-cancels"]
    public static let effect = EffectClass.disruptive
    public static let schemes: Set<ProbeTarget.Scheme> = [.http, .https]

    /// The definition of the finding allows six.
    static let mostCancels = 6
    private static let usualCancels = 4

    private static func cancels(_ options: ProbeOptions) -> Int {
        min(max(options.count ?? usualCancels, 1), mostCancels)
    }

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        let count = cancels(options)
        let connections = 5 + 3 * count
        return ProbePlan(
            connections: connections, bytes: connections * 2000,
            seconds: Double(connections) * (options.timeout + 1),
            description: "\(count) requests read to their end, then \(count) cancelled, one at a "
                + "time, with an ordinary request after each; stops at the first block. It can "
                + "get this address banned")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        let address: SocketAddress
        do throws(NetworkFailure) {
            // One address only: each cancel may cost us our own.
            address = try context.addresses()[0]
        } catch {
            return context.failed("\(context.target.host): \(error)")
        }
        var experiment = AbandonExperiment(context, address)
        experiment.run(cancels: cancels(context.options))
        var report = context.report()
        report.results = experiment.results
        report.evidence = [
            context.evidence(
                "probe.http.block-follows-cancels", experiment.judgement.state,
                experiment.judgement.summary, measure: experiment.judgement.measure)
        ]
        return report
    }
}
