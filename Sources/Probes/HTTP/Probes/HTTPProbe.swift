public import Casebook

/// What does every address answer to one ordinary request?
public enum HTTPProbe: Probe {
    public static let name = "http"
    public static let summary = "asks every address once for the path, stage by stage"
    public static let findings: [FactID] = [
        "probe.http.gateway-error", "probe.http.odd-4xx", "probe.http.limited",
        "probe.http.body-shorter-than-length", "probe.app.no-answer-after-connect",
    ]
    public static let effect = EffectClass.normal
    public static let schemes: Set<ProbeTarget.Scheme> = [.http, .https]

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        ProbePlan(
            connections: addresses, bytes: addresses * 2000,
            seconds: Double(addresses) * (options.timeout + 1),
            description: "one GET of \(target.path) to each address, read to its end")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        context.eachAddress { address, report, judgements in
            let before = wallClock()
            let exchange = context.fetch(
                HTTPRequest(context), from: address, label: "request", by: context.attempt)
            report.results.append(exchange.result)
            report.measures += measures(exchange, asked: before)
            judge(exchange, &judgements, context.options)
        }
    }

    private static func measures(
        _ exchange: HTTPExchange, asked: Int64
    ) -> [ProbeReport.Measure] {
        let address = exchange.address.description
        var list: [ProbeReport.Measure] = []
        if let firstByte = exchange.firstByte {
            list.append(
                .init(name: "first-byte", value: inSeconds(firstByte), unit: "s", address: address))
        }
        if let status = exchange.status {
            list.append(.init(name: "status", value: Double(status), unit: "", address: address))
        }
        if let offset = ClockReading(exchange, asked: asked)?.offset {
            list.append(.init(name: "clock-offset", value: offset, unit: "s", address: address))
        }
        return list
    }

    private static func judge(
        _ exchange: HTTPExchange, _ judgements: inout Judgements, _ options: ProbeOptions
    ) {
        let address = exchange.address
        judgements.add("probe.http.gateway-error", address, status(exchange, [502, 503, 504]))
        judgements.add(
            "probe.http.odd-4xx", address, status(exchange, [400, 403, 404, 408, 421, 431]))
        judgements.add("probe.http.limited", address, limited(exchange))
        judgements.add(
            "probe.http.body-shorter-than-length", address, ShortBody.judgement(exchange))
        judgements.add("probe.app.no-answer-after-connect", address, noAnswer(exchange, options))
    }

    private static func status(_ exchange: HTTPExchange, _ codes: Set<Int>) -> Judgement {
        guard let status = exchange.status else {
            return .unknown("no status came: \(exchange.failure ?? "")")
        }
        return codes.contains(status)
            ? .present("the answer was \(status), after \(milliseconds(exchange.duration))")
            : .absent("the answer was \(status)")
    }

    /// One request can show a limit that is in force, never that there is none.
    private static func limited(_ exchange: HTTPExchange) -> Judgement {
        let one = Evidence.Measure(value: 1, unit: "count")
        if exchange.status == 429 { return .present("the first request was answered by 429", one) }
        if let phrase = exchange.blockPhrase {
            return .present("the first request got a block page (\u{201C}\(phrase)\u{201D})", one)
        }
        return .unknown("one request alone shows no limit; http-ramp asks with several")
    }

    /// Ten seconds by the definition of the finding.
    private static let patience: Int64 = 10_000_000_000

    private static func noAnswer(_ exchange: HTTPExchange, _ options: ProbeOptions) -> Judgement {
        switch exchange.ending {
        case .noAnswer(.timedOut) where exchange.duration >= patience - 50_000_000:
            .present(
                "connected and asked, and not a byte came in \(milliseconds(exchange.duration))",
                .init(value: inSeconds(exchange.duration), unit: "s"))
        case .noAnswer(.timedOut):
            .unknown("silent for \(milliseconds(exchange.duration)), the finding asks for 10 s")
        case .notConnected(let failure): .unknown("no connection: \(failure)")
        case .noAnswer(.cancelled): .unknown("interrupted")
        case .notSent(let failure): .unknown("the request could not be sent: \(failure)")
        default: .absent("it did not stay silent")
        }
    }
}

/// `probe.http.body-shorter-than-length`, for every probe that reads a body.
enum ShortBody {
    /// A body that pauses this long has stopped (findings.yaml).
    private static let stopped: Int64 = 5_000_000_000

    static func judgement(_ exchange: HTTPExchange) -> Judgement {
        guard let response = exchange.response else { return .unknown("no answer to measure") }
        guard case .length(let length) = response.framing else {
            return exchange.isComplete
                ? .absent("the answer gives no length, and ended as it should")
                : .unknown("the answer gives no length")
        }
        guard let missing = response.missing else { return .absent("all \(length) bytes came") }
        let measure = Evidence.Measure(value: Double(missing), unit: "bytes")
        switch exchange.ending {
        case .cut(.closed), .cut(.reset):
            return .present(
                "the connection ended \(missing) bytes before Content-Length (\(length))", measure)
        case .cut(.timedOut) where exchange.silence >= stopped:
            return .present(
                "\(missing) of \(length) bytes were missing when the body had been still for "
                    + milliseconds(exchange.silence), measure)
        default:
            return .unknown(
                "reading stopped \(missing) bytes early: \(exchange.failure ?? "not over yet")")
        }
    }
}

extension HTTPExchange {
    /// For the report: the server's words are bounded and cleaned where they are shown.
    var result: ProbeReport.AddressResult {
        var details: [ProbeReport.Detail] = []
        if let head = response?.head {
            details.append(.init("status", "\(head.status) \(head.reason)"))
            for name in ["server", "via", "date", "content-length", "retry-after", "alt-svc"] {
                if let value = head.value(of: name) { details.append(.init(name, value)) }
            }
            for fault in response?.faults ?? [] { details.append(.init("fault", fault.rawValue)) }
        }
        return .init(
            address: address.description, isGood: isGood, summary: summary, details: details)
    }
}
