public import Casebook

/// Is the health check's path answered while the path of users is not?
public enum HTTPHealthProbe: Probe {
    public static let name = "http-health"
    public static let summary = "compares the health check's path with the one that users take"
    public static let findings: [FactID] = ["probe.http.health-ok-real-path-fails"]
    public static let effect = EffectClass.normal
    public static let schemes: Set<ProbeTarget.Scheme> = [.http, .https]

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        ProbePlan(
            connections: addresses * 3, bytes: addresses * 6000,
            seconds: Double(addresses * 3) * (options.timeout + 1),
            needs: options.http.healthPath == nil ? ["--health-path PATH of the health check"] : [],
            description:
                "GETs of the health check's path, of \(target.path), and of the first again")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        guard let path = context.options.http.healthPath else {
            return context.failed("needs the health check's path, --health-path PATH")
        }
        return context.eachAddress { address, report, judgements in
            let health = { (label: String) in
                context.fetch(
                    HTTPRequest(context, path: path), from: address, label: label,
                    by: context.attempt)
            }
            let before = health("health")
            let real = context.fetch(
                HTTPRequest(context), from: address, label: "real path", by: context.attempt)
            let after = health("health again")
            report.results += [before, real, after].map(\.result)
            judgements.add(
                "probe.http.health-ok-real-path-fails", address, judge([before, after], real))
        }
    }

    private static func judge(_ health: [HTTPExchange], _ real: HTTPExchange) -> Judgement {
        if let failing = health.first(where: { !$0.isGood }) {
            return .absent("the health check's path fails as well: \(failing.summary)")
        }
        if real.isGood { return .absent("both paths are answered (\(real.summary))") }
        if real.isComplete, let status = real.status, status < 500 {
            return .unknown("the real path is answered \(status): is it one that users take?")
        }
        if real.ending == .noAnswer(.cancelled) { return .unknown("interrupted") }
        return .present(
            "the health check's path is answered \(health[0].status ?? 0), the real path: "
                + real.summary)
    }
}
