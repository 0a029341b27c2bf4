public import Casebook

/// Do some of many connects fail, or finish late because a SYN had to be repeated?
public enum TCPRepeatProbe: Probe {
    public static let name = "tcp-repeat"
    public static let summary = "connects 200 times to each address and counts failures and delays"
    public static let findings: [FactID] = [
        "probe.tcp.connect-fails-sometimes", "probe.tcp.connect-late-by-steps",
    ]
    public static let effect = EffectClass.load
    public static let schemes = Set(ProbeTarget.Scheme.allCases)

    /// The least of tries that the definitions ask for.
    private static let leastForFailures = 200
    private static let leastForDelays = 100
    /// In flight at once.
    private static let width = 8
    /// Seconds after which a SYN that was repeated once, twice or three times is answered: 1, 2,
    /// 4 s doubling, added up (RFC 6298 §2.1); since 6.5 Linux repeats once a second at first
    /// (net.ipv4.tcp_syn_linear_timeouts), and the first step is the same.
    private static let steps = [1.0...1.3, 3.0...3.5, 7.0...7.6]

    private static func count(_ options: ProbeOptions) -> Int { options.count ?? leastForFailures }

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        let connections = count(options) * addresses
        let pace = Double(connections) / max(options.connectionsPerSecond, 0.01)
        return ProbePlan(
            connections: connections, bytes: 0,
            seconds: max(pace, Double(connections) * options.timeout / Double(width)),
            description: "\(count(options)) connects to each address, \(width) at once at most, "
                + "each closed at once")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        let addresses: [SocketAddress]
        do throws(NetworkFailure) {
            addresses = try context.addresses()
        } catch {
            return context.failed("\(context.target.host): \(error)")
        }
        var report = context.report()
        let series = addresses.map {
            ConnectSeries.run($0, count: count(context.options), width: width, context)
        }
        report.results = series.map(result)
        report.measures = series.compactMap { series in
            series.median.map {
                .init(name: "connect-median", value: $0, unit: "s", address: "\(series.address)")
            }
        }
        report.evidence = [failures(series, context), delays(series, context)]
        return report
    }

    private static func result(_ series: ConnectSeries) -> ProbeReport.AddressResult {
        var text = "\(series.tries.count - series.failed) of \(series.tries.count) connected"
        if let (failure, count) = series.commonFailure { text += ", \(count) \(failure)" }
        return .init(
            address: series.address.description, isGood: series.failed == 0, summary: text)
    }

    private static func failures(_ all: [ConnectSeries], _ context: ProbeContext) -> Evidence {
        let id = "probe.tcp.connect-fails-sometimes"
        let whole = all.filter { $0.tries.count >= leastForFailures }
        let shares = whole.map { ($0, Double($0.failed) * 100 / Double($0.tries.count)) }
        if let (series, share) = shares.first(where: { 0.1...20 ~= $0.1 }) {
            let kind = series.commonFailure.map { "\($0.0)" } ?? ""
            return context.evidence(
                id, .present,
                "\(series.address): \(series.failed) of \(series.tries.count) "
                    + "connects failed, most of them: \(kind)", count: series.failed,
                measure: .init(value: (share * 10).rounded() / 10, unit: "percent"))
        }
        guard !whole.isEmpty, whole.count == all.count else {
            return context.evidence(
                id, .unknown, "fewer than \(leastForFailures) connects were tried")
        }
        return context.evidence(
            id, .absent,
            shares.contains { $0.1 > 20 }
                ? "more than a fifth failed: that is no exception" : "all connects succeeded")
    }

    private static func delays(_ all: [ConnectSeries], _ context: ProbeContext) -> Evidence {
        let id = "probe.tcp.connect-late-by-steps"
        let whole = all.filter { $0.durations.count >= leastForDelays }
        for series in whole where (series.median ?? 1) < 0.2 {
            let late = series.durations.filter { time in steps.contains { $0 ~= time } }
            guard let longest = late.last else { continue }
            return context.evidence(
                id, .present,
                "\(series.address): \(late.count) of \(series.durations.count) "
                    + "connects were late by the time of a repeated SYN", count: late.count,
                measure: .init(value: rounded(longest), unit: "s"))
        }
        guard !whole.isEmpty, whole.count == all.count else {
            return context.evidence(
                id, .unknown, "fewer than \(leastForDelays) connects succeeded")
        }
        return context.evidence(id, .absent, "no connect was late by the time of a repeated SYN")
    }
}
