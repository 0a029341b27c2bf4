public import Casebook

/// With how many requests at once does the first one go unanswered?
///
/// A server that takes extra connections and leaves them silent looks healthy to one request. The
/// ladder stops at the first silence: requests that are given up may keep their places in a tarpit
/// and make every later step worse.
public enum HTTPRampProbe: Probe {
    public static let name = "http-ramp"
    public static let summary = "asks with 1, 2, 3 … requests at once until one is not answered"
    public static let findings: [FactID] = [
        "probe.http.limited", "probe.tcp.parallel-connects-hang",
    ]
    public static let effect = EffectClass.load
    public static let schemes: Set<ProbeTarget.Scheme> = [.http, .https]

    /// A request that is silent for so long hangs (findings.yaml).
    static let patience = 4.0
    private static let steps = 4
    private static let mostSteps = 16

    private static func highest(_ options: ProbeOptions) -> Int {
        min(max(options.count ?? steps, 2), mostSteps)
    }

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        let top = highest(options)
        let connections = addresses * (top * (top + 1) / 2 + 1)
        return ProbePlan(
            connections: connections, bytes: connections * 2000,
            seconds: Double(addresses * (top + 1)) * (patience + 1),
            description: "1, 2 … \(top) requests at once to each address, each with a deadline of "
                + "\(Int(patience)) s; stops at the first that is not answered")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        context.eachAddress { address, report, judgements in
            let ramp = climb(address, context)
            report.results += ramp.steps.map(\.result)
            ramp.judge(&judgements)
        }
    }

    private static func climb(_ address: SocketAddress, _ context: ProbeContext) -> Ramp {
        var ramp = Ramp(address: address)
        for width in 1...highest(context.options) where !context.cancellation.isCancelled {
            let step = Ramp.Step(ask(width, address, context))
            ramp.steps.append(step)
            if !step.isClean { break }
        }
        // Once the others are closed, one alone tells a limit on parallel requests from a ban.
        if let last = ramp.steps.last, !last.isClean, !context.cancellation.isCancelled {
            ramp.afterwards = ask(1, address, context).first
        }
        return ramp
    }

    /// All connect first and ask then, so that `width` connections are open at once.
    private static func ask(
        _ width: Int, _ address: SocketAddress, _ context: ProbeContext
    ) -> [HTTPExchange] {
        let start = StartingLine(width)
        return parallel(width) { number in
            let deadline = Deadline.after(seconds: patience + 1)
            let connection: HTTPConnection
            do throws(NetworkFailure) {
                connection = try HTTPConnection.open(
                    context, to: address, label: "request \(number + 1) of \(width)",
                    settings: .init(isPaced: false), by: deadline)
            } catch {
                start.arrive()
                return HTTPExchange(address, .notConnected(error))
            }
            start.arrive()
            start.wait(until: deadline, context.cancellation)
            let exchange = connection.exchange(
                HTTPRequest(context), by: .after(seconds: patience))
            connection.close(context)
            return exchange
        }
    }
}
