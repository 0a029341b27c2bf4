public import Casebook

/// Does the same request work straight to the backend and not through the proxy?
public enum HTTPDirectProbe: Probe {
    public static let name = "http-direct"
    public static let summary = "compares the answer through the target with the backend's own"
    public static let findings: [FactID] = [
        "probe.http.direct-ok-proxied-fails", "probe.http.chunks-arrive-together",
    ]
    public static let effect = EffectClass.normal
    public static let schemes: Set<ProbeTarget.Scheme> = [.http, .https]

    /// A single failure may be chance.
    private static let rounds = 2

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        let connections = (addresses + 1) * rounds
        return ProbePlan(
            connections: connections, bytes: connections * 2000,
            seconds: Double(connections) * (options.timeout + 1),
            needs: options.backend == nil ? ["--backend TARGET"] : [],
            description: "\(rounds) GETs of \(target.path) through the target and as many to the "
                + "backend")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        guard let backend = context.options.backend else {
            return context.failed("needs the backend's address, --backend TARGET")
        }
        let direct: [HTTPExchange]
        do throws(NetworkFailure) {
            let address = try context.addresses(of: backend.host, port: backend.port)[0]
            direct = ask(
                address, "direct", HTTPService(context, as: backend), context)
        } catch {
            return context.failed("\(backend.host): \(error)")
        }
        return context.eachAddress { address, report, judgements in
            let proxied = ask(address, "through the target", HTTPService(context), context)
            report.results += (direct + proxied).map(\.result)
            let pair = Comparison(direct: direct, proxied: proxied)
            judgements.add("probe.http.direct-ok-proxied-fails", address, pair.failure)
            judgements.add("probe.http.chunks-arrive-together", address, pair.streaming)
        }
    }

    private static func ask(
        _ address: SocketAddress, _ label: String, _ service: HTTPService, _ context: ProbeContext
    ) -> [HTTPExchange] {
        (1...rounds).map { number in
            context.fetch(
                HTTPRequest(context), from: address, label: "\(label) \(number)", service: service,
                by: context.attempt)
        }
    }

    private struct Comparison {
        var direct: [HTTPExchange]
        var proxied: [HTTPExchange]

        var failure: Judgement {
            guard let worked = direct.first(where: \.isGood), direct.allSatisfy(\.isGood) else {
                let bad = direct.first { !$0.isGood }
                return .absent("the backend does not work directly either: \(bad?.summary ?? "")")
            }
            let bad = proxied.filter { !$0.isGood }
            guard let first = bad.first else {
                return .absent("the request works both ways (\(worked.summary))")
            }
            if bad.count < proxied.count {
                return .unknown(
                    "through the target it works only sometimes (\(first.summary)); http-repeat "
                        + "asks more often")
            }
            return .present(
                "directly: \(worked.summary); through the target: \(first.summary)")
        }

        var streaming: Judgement {
            let spaced = direct.filter(Streaming.isSpaced)
            guard spaced.count == direct.count, !spaced.isEmpty else {
                return .unknown(
                    "the backend's own answer does not come in spaced parts: ask for a path that "
                        + "streams")
            }
            let parts = proxied.filter { $0.isGood && !$0.arrivals.isEmpty }
            guard parts.count == proxied.count, !parts.isEmpty else {
                return .unknown("no whole answer came through the target")
            }
            if parts.allSatisfy(Streaming.isTogether) {
                return .present(
                    "directly the parts come over \(milliseconds(Streaming.span(direct[0]))), "
                        + "through the target all within "
                        + "\(milliseconds(Streaming.span(parts[0]))), after "
                        + milliseconds(parts[0].arrivals[0].time),
                    .init(value: inSeconds(parts[0].arrivals[0].time), unit: "s"))
            }
            return .absent(
                "through the target the parts come over \(milliseconds(Streaming.span(parts[0])))")
        }
    }
}

/// Whether the parts of a body came one after the other or at once.
enum Streaming {
    /// Parts that come within this time came together, in nanoseconds (findings.yaml).
    private static let together: Int64 = 100_000_000

    /// Nanoseconds from the first to the last part.
    static func span(_ exchange: HTTPExchange) -> Int64 {
        guard let first = exchange.arrivals.first, let last = exchange.arrivals.last else {
            return 0
        }
        return last.time - first.time
    }

    static func isTogether(_ exchange: HTTPExchange) -> Bool { span(exchange) <= together }

    /// Three parts or more over clearly longer than `together`.
    static func isSpaced(_ exchange: HTTPExchange) -> Bool {
        exchange.isGood && exchange.arrivals.count >= 3 && span(exchange) >= 4 * together
    }
}
