public import Casebook
internal import Glibc

/// For how long may a connection be idle before the path or the peer forgets it?
public enum TCPIdleProbe: Probe {
    public static let name = "tcp-idle"
    public static let summary =
        "leaves connections idle for different times and asks whether they still work"
    public static let findings: [FactID] = ["probe.tcp.idle-connection-lost"]
    public static let effect = EffectClass.normal
    public static let schemes: Set<ProbeTarget.Scheme> = [
        .http, .https, .smtp, .imap, .pop3,
    ]

    /// Idle times of the first round, as parts of the limit: a quarter more each, so that a later
    /// round has little left to halve.
    private static let ladder = (0..<12).map { step in pow(0.8, Double(11 - step)) }
    /// Connections of the second round, between the longest time that lived and the first that did
    /// not.
    private static let refinements = 4
    /// Seconds for an answer: with a healthy connection there has been one before.
    private static let patience = 5.0

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        let connections = (ladder.count + refinements + 2) * addresses
        let request = ServiceDialogue(for: target, headers: options.headers)?.request?.count ?? 0
        let limit = options.tcp.idleLimit
        return ProbePlan(
            connections: connections,
            bytes: connections * request * (2 + Int(limit / options.tcp.controlInterval)),
            seconds: Double(addresses) * 2 * (limit + 2 * patience),
            description: "\(ladder.count + 1) connections at once to each address, each with a "
                + "request, a pause of up to \(Int(limit)) s and another request; one is kept busy "
                + "as a control; then \(refinements) more between what lived and what did not")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        guard let dialogue = ServiceDialogue(for: context.target, headers: context.options.headers),
            dialogue.request != nil
        else { return context.failed("no request is known that may be repeated") }
        let addresses: [SocketAddress]
        do throws(NetworkFailure) {
            addresses = try context.addresses()
        } catch {
            return context.failed("\(context.target.host): \(error)")
        }
        var report = context.report()
        var verdicts: [Evidence] = []
        for address in addresses where !context.cancellation.isCancelled {
            let study = IdleStudy(address: address, dialogue: dialogue, context: context)
            let limit = max(context.options.tcp.idleLimit, 1)
            var round = study.run(ladder.map { $0 * limit })
            if let (lived, lost) = round.bracket, lost - lived > 1 {
                let step = (lost - lived) / Double(refinements + 1)
                let between = (1...refinements).map { lived + step * Double($0) }
                round.add(study.run(between))
            }
            report.results.append(round.result(address))
            verdicts.append(judge(address, round, context))
        }
        report.evidence = verdicts.combined
        return report
    }

    private static func judge(
        _ address: SocketAddress, _ round: IdleStudy.Round, _ context: ProbeContext
    ) -> Evidence {
        let id = "probe.tcp.idle-connection-lost"
        if let lost = round.shortestLost, !context.cancellation.isCancelled {
            guard round.controlLives else {
                return context.evidence(
                    id, .unknown, "the connection that was kept busy failed as well")
            }
            let lived = round.longestLived.map { "; after \(rounded($0)) s it still worked" } ?? ""
            return context.evidence(
                id, .present,
                "\(address): a connection idle for \(rounded(lost)) s is lost, one "
                    + "that was kept busy lives\(lived)", count: round.lost.count,
                measure: .init(value: rounded(lost), unit: "s"))
        }
        if let lived = round.longestLived, round.failures.isEmpty, !context.cancellation.isCancelled
        {
            let closed = round.closed.isEmpty ? "" : "; longer ones were closed by FIN, openly"
            return context.evidence(
                id, .absent, "a connection idle for \(rounded(lived)) s still worked\(closed)")
        }
        return context.evidence(
            id, .unknown,
            round.failures.first.map { "\($0)" }
                ?? "the server closes idle connections by FIN before the shortest time tried")
    }
}
