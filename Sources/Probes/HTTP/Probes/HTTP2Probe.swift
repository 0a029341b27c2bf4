public import Casebook

/// How many streams does the server allow on one connection of HTTP/2?
public enum HTTP2Probe: Probe {
    public static let name = "http2"
    public static let summary = "one request over HTTP/2, and the limits that the server announces"
    public static let findings: [FactID] = ["probe.h2.stream-limit-low"]
    public static let effect = EffectClass.normal
    public static let schemes: Set<ProbeTarget.Scheme> = [.http, .https]

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        ProbePlan(
            connections: addresses, bytes: addresses * 3000,
            seconds: Double(addresses) * (options.timeout + 1),
            description: "one GET of \(target.path) over HTTP/2, "
                + (target.scheme == .https ? "by ALPN" : "with prior knowledge"))
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        context.eachAddress { address, report, judgements in
            let outcome = HTTP2Outcome.ask(context, address, requests: 1)
            report.results.append(outcome.result)
            if let limit = outcome.settings?.maximumConcurrentStreams {
                report.measures.append(
                    .init(
                        name: "max-concurrent-streams", value: Double(limit), unit: "count",
                        address: address.description))
            }
            judgements.add(
                "probe.h2.stream-limit-low", address,
                outcome.streamLimit(wanted: context.options.http.clientConcurrency))
        }
    }
}

/// After how many requests does the server end a connection of HTTP/2?
public enum HTTP2LifetimeProbe: Probe {
    public static let name = "http2-lifetime"
    public static let summary = "many requests on one connection of HTTP/2, until GOAWAY"
    public static let findings: [FactID] = ["probe.h2.goaway-after-n"]
    public static let effect = EffectClass.load
    public static let schemes: Set<ProbeTarget.Scheme> = [.http, .https]

    private static let usual = 200
    private static let most = 2000

    private static func requests(_ options: ProbeOptions) -> Int {
        min(max(options.count ?? usual, 2), most)
    }

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        let count = requests(options)
        return ProbePlan(
            connections: addresses, bytes: addresses * count * 300,
            seconds: Double(addresses) * 60,
            description: "up to \(count) GETs of \(target.path), one after the other, on one "
                + "connection to each address; ends at GOAWAY and after a minute")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        context.eachAddress { address, report, judgements in
            let outcome = HTTP2Outcome.ask(
                context, address, requests: requests(context.options), seconds: 60)
            report.results.append(outcome.result)
            judgements.add("probe.h2.goaway-after-n", address, outcome.lifetime)
        }
    }
}
