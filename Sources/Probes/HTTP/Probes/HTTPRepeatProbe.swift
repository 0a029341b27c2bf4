public import Casebook

/// Do equal requests have equal outcomes, and if not, what do the bad ones have in common?
public enum HTTPRepeatProbe: Probe {
    public static let name = "http-repeat"
    public static let summary = "repeats one request on fresh connections, one after the other"
    public static let findings: [FactID] = [
        "probe.http.outcome-varies-by-backend", "probe.http.fails-at-round-seconds",
    ]
    public static let effect = EffectClass.normal
    public static let schemes: Set<ProbeTarget.Scheme> = [.http, .https]

    private static let usual = 20
    private static let most = 200
    /// Requests that took longer than this are too dear to repeat often, in nanoseconds.
    private static let slow: Int64 = 2_000_000_000
    private static let slowFailuresWanted = 3

    private static func rounds(_ options: ProbeOptions) -> Int {
        min(max(options.count ?? usual, 3), most)
    }

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        let count = rounds(options)
        return ProbePlan(
            connections: count, bytes: count * 2000,
            seconds: Double(count) * (options.timeout + 1),
            description: "\(count) GETs of \(target.path), one after the other, in turn over the "
                + "addresses; fewer when \(slowFailuresWanted) have failed slowly")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        let addresses: [SocketAddress]
        do throws(NetworkFailure) {
            addresses = try context.addresses()
        } catch {
            return context.failed("\(context.target.host): \(error)")
        }
        var exchanges: [HTTPExchange] = []
        for number in 0..<rounds(context.options) where !context.cancellation.isCancelled {
            if exchanges.count(where: { !$0.isGood && $0.duration > slow }) >= slowFailuresWanted {
                break
            }
            let exchange = context.fetch(
                HTTPRequest(context), from: addresses[number % addresses.count],
                label: "request \(number + 1)", by: context.attempt)
            // An interruption is no failure of the server's.
            if !context.cancellation.isCancelled { exchanges.append(exchange) }
        }
        return conclude(exchanges, context)
    }

    private static func conclude(
        _ exchanges: [HTTPExchange], _ context: ProbeContext
    ) -> ProbeReport {
        var report = context.report()
        report.results = Dictionary(grouping: exchanges, by: Outcome.word).sorted {
            $0.key < $1.key
        }
        .map { word, group in
            .init(
                address: group[0].address.description, isGood: group[0].isGood,
                summary: "\(group.count) of \(exchanges.count): \(word)")
        }
        let failing = exchanges.count { !$0.isGood }
        report.measures = [
            .init(
                name: "failing", value: Double(failing) * 100 / Double(max(exchanges.count, 1)),
                unit: "percent")
        ]
        let varies = Outcome.byBackend(exchanges)
        let round = RoundSeconds.judgement(exchanges)
        report.evidence = [
            context.evidence(
                "probe.http.outcome-varies-by-backend", varies.state, varies.summary,
                measure: varies.measure),
            context.evidence(
                "probe.http.fails-at-round-seconds", round.state, round.summary,
                measure: round.measure),
        ]
        return report
    }
}
