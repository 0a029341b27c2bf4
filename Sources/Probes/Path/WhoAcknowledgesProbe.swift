public import Casebook
internal import Glibc

/// Is it the server that answers our SYN and acknowledges our bytes, or a device on the way?
public enum WhoAcknowledgesProbe: Probe {
    public static let name = "who-acknowledges"
    public static let summary =
        "measures with short-lived packets how far away the SYN, the data and UDP are answered"
    public static let findings: [FactID] = ["probe.path.tcp-distance-shorter"]
    public static let effect = EffectClass.normal
    public static let schemes = Set(ProbeTarget.Scheme.allCases).subtracting([.dns])

    /// Hops tried; paths of the Internet are hardly longer.
    private static let mostHops = 30
    /// Tried at once; ICMP errors are sent at a limited rate.
    private static let width = 6
    /// Hops by which UDP may differ from TCP for other reasons (casebook/findings.yaml).
    private static let tolerance = 2

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        ProbePlan(
            connections: 2 * mostHops * addresses, bytes: addresses * mostHops * 64,
            seconds: Double(addresses) * 4 * Double(mostHops / width) * Distances.patience,
            description: "connects with hop limits of 1 and upwards until one is answered, then "
                + "sends three bytes with such limits on as many connections, and UDP to a closed "
                + "port; needs no rights")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        let addresses: [SocketAddress]
        do throws(NetworkFailure) {
            addresses = try context.addresses()
        } catch {
            return context.failed("\(context.target.host): \(error)")
        }
        var report = context.report()
        var verdicts: [Evidence] = []
        for address in addresses where !context.cancellation.isCancelled {
            let distances = Distances(address, context, most: mostHops, width: width)
            report.results.append(distances.result(address))
            report.measures += distances.measures(address)
            verdicts.append(judge(address, distances, context))
        }
        report.evidence = verdicts.combined
        return report
    }

    private static func judge(
        _ address: SocketAddress, _ distances: Distances, _ context: ProbeContext
    ) -> Evidence {
        let id = findings[0]
        guard let syn = distances.syn else {
            return context.evidence(
                id, .unknown, "\(address): no connect succeeded with up to \(mostHops) hops")
        }
        // On one connection the way is the same: any difference proves two that answer.
        if let data = distances.data, data < syn {
            return context.evidence(
                id, .present,
                "\(address): the SYN is answered \(syn) hops away, the first bytes "
                    + "are acknowledged after \(data): something in between acknowledges for the "
                    + "server", measure: .init(value: Double(syn - data), unit: "count"))
        }
        if let udp = distances.udp, udp - syn >= tolerance {
            return context.evidence(
                id, .present,
                "\(address): TCP is answered \(syn) hops away, UDP after \(udp): "
                    + "something in between answers for the server",
                measure: .init(value: Double(udp - syn), unit: "count"))
        }
        switch (distances.data, distances.udp) {
        case (nil, _):
            return context.evidence(
                id, .unknown,
                "the SYN is answered \(syn) hops away; where data is acknowledged "
                    + "could not be measured")
        case (_, nil):
            return context.evidence(
                id, .unknown,
                "SYN and data are answered \(syn) hops away; UDP is not answered, so "
                    + "there is nothing to compare with")
        case (_?, let udp?):
            return context.evidence(
                id, .absent, "SYN and data are answered \(syn) hops away, UDP after \(udp)")
        }
    }
}
