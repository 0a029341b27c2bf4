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
    /// What fails or is late is tried again at a tenth of the pace, at most so often: what comes only
    /// at the first pace, the probe brought about itself (a queue filled, a limit of new connections).
    private static let mostGentle = 100
    private static let gentleness = 0.1
    /// Seconds after which a SYN that was repeated once, twice or three times is answered: 1, 2,
    /// 4 s doubling, added up (RFC 6298 §2.1); since 6.5 Linux repeats once a second at first
    /// (net.ipv4.tcp_syn_linear_timeouts), and the first step is the same.
    private static let steps = [1.0...1.3, 3.0...3.5, 7.0...7.6]

    private static func count(_ options: ProbeOptions) -> Int { options.count ?? leastForFailures }

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        let connections = (count(options) + mostGentle) * addresses
        let paced = Double(count(options)) + Double(mostGentle) / gentleness
        let pace = paced * Double(addresses) / max(options.connectionsPerSecond, 0.01)
        return ProbePlan(
            connections: connections, bytes: 0,
            seconds: max(pace, Double(connections) * options.timeout / Double(width)),
            description: "\(count(options)) connects to each address, \(width) at once at most, "
                + "each closed at once; \(mostGentle) more at most at a tenth of the pace, if some "
                + "are late or fail")
    }

    /// What became of the connects to one address.
    private struct Look {
        var series: ConnectSeries
        /// The tries at a tenth of the pace; `nil` if nothing asked for them.
        var gentle: ConnectSeries?

        /// Durations that are late by the time of a repeated SYN, where most connects are prompt.
        var late: [Double] { (series.median ?? 1) < 0.2 ? TCPRepeatProbe.late(series) : [] }
        var failedPercent: Double { Double(series.failed) * 100 / Double(series.tries.count) }

        /// Whether a trouble that `count` of the tries had went away with the pace. Three that were to
        /// be expected and did not come are by chance one time in twenty (e⁻³).
        func goesWithThePace(_ count: Int, _ countOf: (ConnectSeries) -> Int) -> Bool {
            guard let gentle, countOf(gentle) == 0 else { return false }
            return gentle.tries.count * count >= 3 * series.tries.count
        }
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        let addresses: [SocketAddress]
        do throws(NetworkFailure) {
            addresses = try context.addresses()
        } catch {
            return context.failed("\(context.target.host): \(error)")
        }
        var report = context.report()
        let looks = addresses.map { look($0, context) }
        report.results = looks.flatMap { [$0.series, $0.gentle].compactMap(\.self) }.map(result)
        report.measures = looks.compactMap { look in
            look.series.median.map {
                .init(
                    name: "connect-median", value: $0, unit: "s", address: "\(look.series.address)")
            }
        }
        report.evidence = [failures(looks, context), delays(looks, context)]
        return report
    }

    private static func look(_ address: SocketAddress, _ context: ProbeContext) -> Look {
        let begin = MonotonicInstant.now
        var look = Look(
            series: .run(address, count: count(context.options), width: width, context))
        // As many as show the rarer of the two troubles, of those that a hundred can show.
        let failed = look.failedPercent <= 20 ? look.series.failed : 0
        let fewest = [failed, look.late.count].filter { $0 > 0 }.map {
            (3 * look.series.tries.count + $0 - 1) / $0
        }.filter { $0 <= mostGentle }.max()
        guard let fewest, !context.cancellation.isCancelled else { return look }
        let pace = context.options.connectionsPerSecond * gentleness
        context.log("\(address): \(fewest) more at \(rate(pace)) a second")
        // Whatever the first pace filled is to be empty before.
        let rest = min(2 + 2 * Double(MonotonicInstant.now - begin) / 1e9, 10)
        guard (try? sleep(until: .after(seconds: rest), context.cancellation)) != nil else {
            return look
        }
        look.gentle = .run(address, count: fewest, width: width, every: 1 / pace, context)
        return look
    }

    private static func late(_ series: ConnectSeries) -> [Double] {
        series.durations.filter { time in steps.contains { $0 ~= time } }
    }

    private static func result(_ series: ConnectSeries) -> ProbeReport.AddressResult {
        var text = "\(series.tries.count - series.failed) of \(series.tries.count) connected"
        if let (failure, count) = series.commonFailure { text += ", \(count) \(failure)" }
        return .init(
            address: series.address.description, isGood: series.failed == 0, summary: text)
    }

    private static func failures(_ all: [Look], _ context: ProbeContext) -> Evidence {
        let id = "probe.tcp.connect-fails-sometimes"
        let whole = all.filter { $0.series.tries.count >= leastForFailures }
        let failing = whole.filter { 0.1...20 ~= $0.failedPercent }
        if let look = failing.first(where: { !$0.goesWithThePace($0.series.failed, \.failed) }) {
            let kind = look.series.commonFailure.map { "\($0.0)" } ?? ""
            return context.evidence(
                id, .present,
                "\(look.series.address): \(look.series.failed) of \(look.series.tries.count) "
                    + "connects failed, most of them: \(kind)", count: look.series.failed,
                measure: .init(value: (look.failedPercent * 10).rounded() / 10, unit: "percent"))
        }
        if let look = failing.first {
            return own(id, look, look.series.failed, "failed", context)
        }
        guard !whole.isEmpty, whole.count == all.count else {
            return context.evidence(
                id, .unknown, "fewer than \(leastForFailures) connects were tried")
        }
        return context.evidence(
            id, .absent,
            whole.contains { $0.failedPercent > 20 }
                ? "more than a fifth failed: that is no exception" : "all connects succeeded")
    }

    private static func delays(_ all: [Look], _ context: ProbeContext) -> Evidence {
        let id = "probe.tcp.connect-late-by-steps"
        let whole = all.filter { $0.series.durations.count >= leastForDelays }
        let delayed = whole.filter { !$0.late.isEmpty }
        if let look = delayed.first(where: { look in
            !look.goesWithThePace(look.late.count) { late($0).count + $0.failed }
        }) {
            return context.evidence(
                id, .present,
                "\(look.series.address): \(look.late.count) of \(look.series.durations.count) "
                    + "connects were late by the time of a repeated SYN", count: look.late.count,
                measure: .init(value: rounded(look.late.last ?? 0), unit: "s"))
        }
        if let look = delayed.first { return own(id, look, look.late.count, "were late", context) }
        guard !whole.isEmpty, whole.count == all.count else {
            return context.evidence(
                id, .unknown, "fewer than \(leastForDelays) connects succeeded")
        }
        return context.evidence(id, .absent, "no connect was late by the time of a repeated SYN")
    }

    /// What the probe's own pace brought about says nothing of what users meet.
    private static func own(
        _ id: FactID, _ look: Look, _ count: Int, _ what: String, _ context: ProbeContext
    ) -> Evidence {
        let pace = context.options.connectionsPerSecond
        return context.evidence(
            id, .unknown,
            "\(look.series.address): \(count) of \(look.series.tries.count) connects \(what) at "
                + "\(rate(pace)) a second, none of \(look.gentle?.tries.count ?? 0) at "
                + "\(rate(pace * gentleness)): by the probe's own pace")
    }

    private static func rate(_ pace: Double) -> String {
        pace < 1 ? "\(rounded(pace))" : "\(Int(pace.rounded()))"
    }
}
