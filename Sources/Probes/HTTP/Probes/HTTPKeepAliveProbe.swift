public import Casebook

/// After how many idle seconds does the server close a connection that it said it would keep?
///
/// A proxy that keeps its connections longer than this sends some request into the very moment of
/// the close, and answers 502.
public enum HTTPKeepAliveProbe: Probe {
    public static let name = "http-keepalive"
    public static let summary = "keeps a connection idle after an answer until the server closes it"
    public static let findings: [FactID] = ["probe.http.backend-idle-close-early"]
    public static let effect = EffectClass.normal
    public static let schemes: Set<ProbeTarget.Scheme> = [.http, .https]

    /// Longer waits tell nothing new: no common proxy keeps idle connections for so long.
    private static let longestIdle = 600.0

    private static func idle(_ options: ProbeOptions) -> Double {
        min(max(options.http.proxyIdle, 1), longestIdle)
    }

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        ProbePlan(
            connections: addresses * 2, bytes: addresses * 5000,
            seconds: 2 * (idle(options) + options.timeout + 2),
            description: "one request to each address, then up to \(Int(idle(options))) s of "
                + "idleness; where the server closes, a second one shortly before that moment")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        let addresses: [SocketAddress]
        do throws(NetworkFailure) {
            addresses = try context.addresses()
        } catch {
            return context.failed("\(context.target.host): \(error)")
        }
        let trials = parallel(addresses.count) {
            IdleTrial.run(addresses[$0], context, limit: idle(context.options))
        }
        var report = context.report()
        var judgements = Judgements()
        for trial in trials {
            report.results.append(trial.result)
            if let seconds = trial.closedAfter {
                report.measures.append(
                    .init(
                        name: "idle-close", value: inSeconds(seconds), unit: "s",
                        address: trial.address.description))
            }
            judgements.add("probe.http.backend-idle-close-early", trial.address, trial.judgement)
        }
        report.evidence = judgements.evidence(context)
        return report
    }
}
