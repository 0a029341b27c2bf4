public import Casebook

/// Does each backend get its share of new connections?
public enum HTTPSpreadProbe: Probe {
    public static let name = "http-spread"
    public static let summary = "opens 100 connections or more and counts which backend answered"
    public static let findings: [FactID] = ["probe.lb.uneven"]
    public static let effect = EffectClass.load
    public static let schemes: Set<ProbeTarget.Scheme> = [.http, .https]

    /// The definition of the finding asks for as many.
    private static let least = 100
    private static let most = 1000

    private static func rounds(_ options: ProbeOptions) -> Int {
        min(max(options.count ?? least, least), most)
    }

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        let count = rounds(options)
        return ProbePlan(
            connections: count, bytes: count * 2000,
            seconds: Double(count) * (options.timeout + 1),
            description: "\(count) GETs of \(target.path) on fresh connections, one after the "
                + "other, in turn over the addresses; ends when 5 in a row fail")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        let addresses: [SocketAddress]
        do throws(NetworkFailure) {
            addresses = try context.addresses()
        } catch {
            return context.failed("\(context.target.host): \(error)")
        }
        var spread = Spread()
        var failed = 0
        for number in 0..<rounds(context.options) where failed < 5 {
            if context.cancellation.isCancelled { break }
            let exchange = context.fetch(
                HTTPRequest(context), from: addresses[number % addresses.count],
                label: "connection \(number + 1)", by: context.attempt)
            failed = exchange.isComplete ? 0 : failed + 1
            spread.add(exchange)
        }
        var report = context.report()
        report.results = spread.results(context.target.authority)
        let judgement = spread.judgement(least: least, backends: context.options.http.backends)
        report.evidence = [
            context.evidence(
                "probe.lb.uneven", judgement.state, judgement.summary, measure: judgement.measure)
        ]
        return report
    }
}

/// How often each backend answered.
struct Spread {
    private var marks: [[String: String]] = []

    mutating func add(_ exchange: HTTPExchange) {
        guard exchange.isComplete else { return }
        var found = BackendMark.marks(exchange)
        // Connections go to the addresses in turn, by our own doing.
        found["address"] = nil
        marks.append(found)
    }

    /// The mark that nearly every answer has and that tells most backends apart, with its counts.
    private var chosen: (name: String, counts: [String: Int])? {
        Set(marks.flatMap(\.keys)).sorted()
            .map { name in
                (name, marks.compactMap { $0[name] }.reduce(into: [:]) { $0[$1, default: 0] += 1 })
            }
            .filter { _, counts in
                // Each backend must have been met several times, or the values are of requests.
                counts.values.reduce(0, +) * 10 >= marks.count * 9
                    && counts.count <= marks.count / 4
            }
            .max { $0.1.count < $1.1.count }
    }

    func results(_ authority: String) -> [ProbeReport.AddressResult] {
        guard let (name, counts) = chosen else { return [] }
        return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(50).map {
            .init(
                address: authority, isGood: true,
                summary: "\($0.value) of \(marks.count): \(name) \($0.key)")
        }
    }

    func judgement(least: Int, backends: Int?) -> Judgement {
        guard marks.count >= least else {
            return .unknown("only \(marks.count) of the \(least) answers that it takes came")
        }
        guard let (name, counts) = chosen else {
            return .unknown("no answer carries a mark of the backend that made it")
        }
        let known = max(backends ?? counts.count, counts.count)
        guard counts.count > 1 else {
            return .unknown(
                known > 1
                    ? "one backend got everything; a balancer that goes by our address does that "
                        + "too, so ask from another"
                    : "only one backend was seen")
        }
        let even = Double(marks.count) / Double(known)
        guard even >= 10 else {
            return .unknown("too few connections for \(known) backends: ask for \(known * 10)")
        }
        let top = counts.max { $0.value < $1.value }!
        let times = Double(top.value) / even
        let measure = Evidence.Measure(
            value: Double(top.value) * 100 / Double(marks.count), unit: "percent")
        if counts.count < known {
            return .present(
                "\(known - counts.count) of \(known) backends got none of \(marks.count) connections",
                measure)
        }
        if times >= 3 {
            return .present(
                "the backend with \(name) \(top.key) got \(top.value) of \(marks.count) "
                    + "connections, \((times * 10).rounded() / 10) times its even share", measure)
        }
        return .absent(
            "\(known) backends got \(counts.values.min() ?? 0) to \(top.value) of "
                + "\(marks.count) connections each")
    }
}
