public import Casebook

/// How many small datagrams get lost on the way there and back?
public enum PathLossProbe: Probe {
    public static let name = "path-loss"
    public static let summary = "sends 200 ICMP echo requests to each address and counts answers"
    public static let findings: [FactID] = ["probe.path.loss"]
    public static let effect = EffectClass.load
    public static let schemes = Set(ProbeTarget.Scheme.allCases)

    private static let least = 200
    private static let interval = 0.05
    private static let patience = 1.0
    private static let size = 84

    private static func count(_ options: ProbeOptions) -> Int {
        min(max(options.count ?? least, 1), 100_000)
    }

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        let datagrams = count(options) * addresses
        return ProbePlan(
            connections: 0, bytes: datagrams * size, seconds: Double(datagrams) * patience,
            needs: [Pinger.needs],
            description: "\(count(options)) ICMP echo requests of \(size) bytes to each address, "
                + "\(Int(1 / interval)) a second")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        let addresses: [SocketAddress]
        do throws(NetworkFailure) {
            addresses = try context.addresses()
        } catch {
            return context.failed("\(context.target.host): \(error)")
        }
        var report = context.report()
        var series: [PingSeries] = []
        for address in addresses where !context.cancellation.isCancelled {
            do throws(NetworkFailure) {
                series.append(
                    try PingSeries(
                        .echo, address, count: count(context.options), size: size,
                        interval: interval, patience: patience, context))
            } catch {
                report.failure = "ICMP echo to \(address): \(error); needs \(Pinger.needs)"
            }
        }
        report.results = series.map(\.result)
        report.measures = series.flatMap(\.measures)
        report.evidence = series.isEmpty ? [] : [judge(series, context)]
        return report
    }

    private static func judge(_ all: [PingSeries], _ context: ProbeContext) -> Evidence {
        let id = "probe.path.loss"
        // A host that answers none is filtered or down: that is not loss.
        let telling = all.filter { $0.sent >= least && $0.answered > 0 }
        guard let worst = telling.min(by: { $0.answered < $1.answered }) else {
            return context.evidence(
                id, .unknown,
                all.contains { $0.answered > 0 }
                    ? "fewer than \(least) echo requests were sent"
                    : "no echo request was answered: they are filtered, or the host is down")
        }
        let lost = worst.sent - worst.answered
        let share = Double(lost) * 100 / Double(worst.sent)
        return context.evidence(
            id, share >= 1 ? .present : .absent,
            "\(worst.address.host): \(lost) of \(worst.sent) echo requests got no answer",
            count: lost, measure: .init(value: (share * 10).rounded() / 10, unit: "percent"))
    }
}
