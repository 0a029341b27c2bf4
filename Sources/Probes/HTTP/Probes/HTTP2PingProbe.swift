public import Casebook

/// Does the server end connections whose client pings as often as the operator's does?
public enum HTTP2PingProbe: Probe {
    public static let name = "http2-pings"
    public static let summary = "pings an idle connection of HTTP/2 at the client's interval"
    public static let findings: [FactID] = ["probe.h2.pings-punished"]
    public static let effect = EffectClass.normal
    public static let schemes: Set<ProbeTarget.Scheme> = [.http, .https]

    /// Servers of gRPC forgive two (gRPC proposal A8) and count from the last data.
    private static let pings = 6

    /// Below this a server may take it for a flood (CVE-2019-9512), which is not the question.
    private static func interval(_ options: ProbeOptions) -> Double {
        min(max(options.http.pingInterval, 0.1), 60)
    }

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        ProbePlan(
            connections: addresses, bytes: addresses * 3000,
            seconds: Double(addresses)
                * (Double(pings) * interval(options) + options.timeout + 2),
            description: "one GET of \(target.path) over HTTP/2, then \(pings) pings, one each "
                + "\(interval(options)) s")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        context.eachAddress { address, report, judgements in
            var sent = 0
            let outcome = HTTP2Outcome.make(context, address) {
                outcome, session throws(HTTP2Session.Fault) in
                try outcome.speak(session, context, requests: 1, until: context.attempt)
                while sent < pings, session.goAway == nil {
                    try session.ping(by: context.attempt)
                    sent += 1
                    try listen(session, seconds: interval(context.options))
                }
            }
            report.results.append(outcome.result)
            judgements.add("probe.h2.pings-punished", address, judge(outcome, sent))
        }
    }

    /// Nothing is due but answers to pings: only a GOAWAY ends the wait early.
    private static func listen(
        _ session: HTTP2Session, seconds: Double
    ) throws(HTTP2Session.Fault) {
        do throws(HTTP2Session.Fault) {
            try session.read(by: .after(seconds: seconds)) { session.goAway != nil }
        } catch .network(.timedOut) {
            return
        }
    }

    private static func judge(_ outcome: HTTP2Outcome, _ sent: Int) -> Judgement {
        if let goAway = outcome.goAway {
            guard goAway.code == HTTP2ErrorCode.enhanceYourCalm else {
                return .unknown(
                    "the connection ended for another reason after \(sent) pings: "
                        + HTTP2ErrorCode.name(goAway.code))
            }
            return .present(
                "GOAWAY (ENHANCE_YOUR_CALM) after \(sent) pings",
                .init(value: Double(sent), unit: "count"))
        }
        if let failure = outcome.failure { return .unknown("after \(sent) pings: \(failure)") }
        return .absent("\(sent) pings were borne")
    }
}
