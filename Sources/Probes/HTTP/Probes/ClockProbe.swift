public import Casebook

/// Is this host's clock right?
public enum ClockProbe: Probe {
    public static let name = "clock"
    public static let summary = "compares this host's clock with servers' Date and with NTP"
    public static let findings: [FactID] = ["probe.clock.local-off"]
    public static let effect = EffectClass.normal
    public static let schemes: Set<ProbeTarget.Scheme> = [.http, .https]

    /// Seconds (findings.yaml).
    private static let tolerance = 60.0

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        let servers = 1 + options.http.clockServers.count
        return ProbePlan(
            connections: servers, bytes: servers * 2000 + 48,
            seconds: Double(servers + 1) * (options.timeout + 1),
            description: "one HEAD to \(servers) servers"
                + (options.http.timeServer.map { ", one SNTP query to \($0)" } ?? ""))
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        var report = context.report()
        var readings: [(server: String, offset: Double)] = []
        for server in [context.target] + context.options.http.clockServers
        where !context.cancellation.isCancelled {
            let reading = ask(server, context)
            report.results.append(reading.result)
            guard let offset = reading.offset else { continue }
            readings.append((server.host, offset))
            report.measures.append(
                .init(name: "clock-offset", value: offset, unit: "s", address: server.authority))
        }
        var network: Double?
        if let server = context.options.http.timeServer {
            let answer = SNTP.ask(server, context)
            report.results.append(answer.result(server))
            network = answer.offset
            if let offset = answer.offset {
                report.measures.append(
                    .init(name: "ntp-offset", value: offset, unit: "s", address: server))
            }
        }
        report.evidence = [judge(readings, network, context)]
        return report
    }

    private static func ask(
        _ server: ProbeTarget, _ context: ProbeContext
    ) -> (offset: Double?, result: ProbeReport.AddressResult) {
        let address: SocketAddress
        do throws(NetworkFailure) {
            address = try context.addresses(of: server.host, port: server.port)[0]
        } catch {
            return (nil, .init(address: server.authority, isGood: false, summary: "\(error)"))
        }
        let before = wallClock()
        let exchange = context.fetch(
            HTTPRequest(context, method: "HEAD", path: server.path, host: server.hostField),
            from: address, label: "date of \(server.host)",
            service: HTTPService(
                context, scheme: server.scheme,
                name: server == context.target ? context.serverName : server.host),
            by: context.attempt)
        let offset = ClockReading(exchange, asked: before)?.offset
        var result = exchange.result
        result.summary = offset.map { "its clock is \($0) s ahead of ours" } ?? "no Date came"
        return (offset, result)
    }

    private static func judge(
        _ readings: [(server: String, offset: Double)], _ network: Double?, _ context: ProbeContext
    ) -> Evidence {
        let id: FactID = "probe.clock.local-off"
        if let network {
            let measure = Evidence.Measure(value: network, unit: "s")
            return abs(network) > tolerance
                ? context.evidence(
                    id, .present, "NTP says that our clock is \(-network) s ahead", measure: measure
                )
                : context.evidence(id, .absent, "NTP agrees within \(abs(network)) s")
        }
        // A server counts once, and a farm behind one name is one server.
        let servers = Dictionary(grouping: readings, by: \.server).mapValues { $0[0].offset }
        let off = servers.filter { abs($0.value) > tolerance }
        if off.count < servers.count, servers.count >= 1, off.isEmpty {
            return context.evidence(
                id, .absent, "the Date of \(servers.count) server(s) agrees with our clock")
        }
        guard servers.count >= 2 else {
            return context.evidence(
                id, .unknown,
                servers.isEmpty
                    ? "no server told its time"
                    : "only one server disagrees, which may be its own clock; name others")
        }
        let values = off.values.sorted()
        guard off.count >= 2, (values.last ?? 0) - (values.first ?? 0) <= tolerance else {
            return context.evidence(id, .unknown, "the servers do not agree with each other")
        }
        let median = values[values.count / 2]
        return context.evidence(
            id, .present, "\(off.count) servers say that our clock is \(-median) s ahead",
            count: off.count, measure: .init(value: median, unit: "s"))
    }
}
