public import Casebook

/// Does the host answer ICMP echo?
public enum PingProbe: Probe {
    public static let name = "ping"
    public static let summary = "sends 20 ICMP echo requests to each address"
    public static let findings: [FactID] = ["probe.icmp.ping-ok"]
    public static let effect = EffectClass.normal
    public static let schemes = Set(ProbeTarget.Scheme.allCases)

    private static let least = 20
    /// Seconds between two requests, and for an answer.
    private static let interval = 0.2
    private static let patience = 1.0
    private static let size = 84

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        ProbePlan(
            connections: 0, bytes: addresses * least * size,
            seconds: Double(addresses * least) * patience, needs: [Pinger.needs],
            description: "\(least) ICMP echo requests of \(size) bytes to each address, five a "
                + "second")
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
                        .echo, address, count: least, size: size, interval: interval,
                        patience: patience, context))
            } catch {
                report.failure = "ICMP echo to \(address): \(error); needs \(Pinger.needs)"
            }
        }
        report.results = series.map(\.result)
        report.measures = series.flatMap(\.measures)
        report.evidence = judge(series, context)
        return report
    }

    private static func judge(_ all: [PingSeries], _ context: ProbeContext) -> [Evidence] {
        let id = "probe.icmp.ping-ok"
        let whole = all.filter { $0.sent >= least }
        guard let worst = whole.min(by: { $0.answered < $1.answered }) else { return [] }
        let share = Double(worst.answered) * 100 / Double(worst.sent)
        return [
            context.evidence(
                id, share >= 95 ? .present : .absent,
                "\(worst.address): \(worst.answered) of \(worst.sent) echo requests were answered",
                count: worst.answered,
                measure: .init(value: (share * 10).rounded() / 10, unit: "percent"))
        ]
    }
}

/// Many pings to one address.
struct PingSeries: Sendable {
    var address: SocketAddress
    var outcomes: [Pinger.Outcome]

    /// - Throws: what the kernel refused.
    init(
        _ method: Pinger.Method, _ address: SocketAddress, count: Int, size: Int, interval: Double,
        patience: Double, _ context: ProbeContext
    ) throws(NetworkFailure) {
        self.address = address
        outcomes = []
        var pinger = try Pinger(method, to: address, context)
        context.log("\(count) × \(method.rawValue), \(size) bytes, to \(address.host)")
        for _ in 0..<count where !context.cancellation.isCancelled {
            let next = Deadline.after(seconds: interval)
            outcomes.append(pinger.send(size: size, patience: patience))
            try? sleep(until: next, context.cancellation)
        }
        outcomes.removeAll { $0 == .failed(.cancelled) }
    }

    var sent: Int { outcomes.count }
    var answered: Int { outcomes.count(where: \.isAnswered) }

    /// In seconds, shortest first.
    var roundTrips: [Double] {
        outcomes.compactMap { if case .answered(let time) = $0 { Double(time) / 1e9 } else { nil } }
            .sorted()
    }

    var median: Double? { roundTrips.isEmpty ? nil : roundTrips[roundTrips.count / 2] }

    var result: ProbeReport.AddressResult {
        .init(
            address: address.host, isGood: answered == sent && sent > 0,
            summary: "\(answered) of \(sent) answered")
    }

    var measures: [ProbeReport.Measure] {
        median.map { [.init(name: "round-trip", value: $0, unit: "s", address: address.host)] }
            ?? []
    }
}
