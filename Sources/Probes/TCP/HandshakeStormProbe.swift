public import Casebook

/// Many handshakes over source ports: which stage fails, after how long, and from which ports?
public enum HandshakeStormProbe: Probe {
    public static let name = "handshake-storm"
    public static let summary =
        "makes 200 handshakes over 40 source ports and sorts failures by stage, time and port"
    public static let findings: [FactID] = [
        "probe.tcp.source-port-decides", "probe.tcp.connect-fails-sometimes",
    ]
    public static let effect = EffectClass.load
    public static let schemes: Set<ProbeTarget.Scheme> = [
        .tls, .https, .http, .smtp, .imap, .pop3, .ldap, .postgres, .mysql,
    ]

    /// From each source port.
    private static let repeats = 5
    /// Handshakes in all, the least of which a share may be spoken.
    private static let usual = 200
    /// Timers of servers and balancers are often 10 s; a shorter wait would not see them.
    private static let leastPatience = 12.0

    private static func portCount(_ options: ProbeOptions) -> Int {
        min(max((options.count ?? usual) / repeats, 2), 400)
    }

    private static func patience(_ options: ProbeOptions) -> Double {
        max(options.timeout, leastPatience)
    }

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        let handshakes = portCount(options) * repeats * addresses
        // A ClientHello and the rest of our flight, and as much again for the plain payloads.
        return ProbePlan(
            connections: 2 * handshakes, bytes: handshakes * 2 * 1000,
            seconds: Double(addresses) * Double(2 * repeats) * patience(options)
                + 2 * Double(handshakes) / max(options.connectionsPerSecond, 0.01),
            description: "\(repeats) handshakes from each of \(portCount(options)) source ports to "
                + "each address, then as many plain connections with three bytes if any failed; "
                + "each ends with RST, since a port in TIME_WAIT cannot be used again for a minute")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        let addresses: [SocketAddress]
        do throws(NetworkFailure) {
            addresses = try context.addresses()
        } catch {
            return context.failed("\(context.target.host): \(error)")
        }
        var report = context.report()
        var ports: [(SocketAddress, Judgement)] = []
        var connects: [(SocketAddress, Judgement)] = []
        for address in addresses where !context.cancellation.isCancelled {
            let storm = HandshakeStorm(
                address: address, repeats: repeats, patience: patience(context.options),
                context: context)
            let first = context.options.sourcePort ?? UInt16.random(in: 20_000...30_000)
            let numbers = (0..<portCount(context.options)).map { first &+ UInt16($0) }
            let handshakes = storm.run(numbers, .handshake)
            // Is it TLS at all? The ports that failed and as many others carry plain bytes.
            let plain = handshakes.failing.isEmpty ? nil : storm.run(numbers, .plainBytes)
            report.results += results(address, handshakes, plain)
            report.measures.append(
                .init(
                    name: "failed-handshakes", value: Double(handshakes.failures.count),
                    unit: "count", address: address.description))
            ports.append((address, judgePorts(handshakes, plain)))
            connects.append((address, judgeConnects(handshakes)))
        }
        report.evidence = [
            context.evidence(findings[0], of: ports), context.evidence(findings[1], of: connects),
        ]
        return report
    }

    private static func results(
        _ address: SocketAddress, _ handshakes: StormResult, _ plain: StormResult?
    ) -> [ProbeReport.AddressResult] {
        var details = handshakes.histogram.map { ProbeReport.Detail($0.stage, $0.text) }
        if !handshakes.failing.isEmpty {
            let list = handshakes.failing.map(String.init).joined(separator: " ")
            details.append(.init("ports that always fail", list))
        }
        var results = [
            ProbeReport.AddressResult(
                address: address.description, isGood: handshakes.failures.isEmpty,
                summary: "\(handshakes.tries - handshakes.failures.count) of \(handshakes.tries) "
                    + "handshakes succeeded", details: details)
        ]
        if let plain {
            let agree = Set(plain.failing) == Set(handshakes.failing)
            results.append(
                .init(
                    address: address.description, isGood: plain.failures.isEmpty,
                    summary: "\(plain.tries - plain.failures.count) of \(plain.tries) plain "
                        + "payloads were acknowledged"
                        + (agree ? "; the same ports fail: it is not TLS" : ""),
                    details: plain.histogram.map { .init($0.stage, $0.text) }))
        }
        return results
    }

    private static func judgePorts(_ storm: StormResult, _ plain: StormResult?) -> Judgement {
        guard storm.portCount >= 2 else {
            return .unknown("too few source ports were free to be used")
        }
        guard !storm.working.isEmpty else {
            return .unknown("no source port completes each handshake")
        }
        let (fails, works) = (storm.failing.count, storm.working.count)
        // Loss by chance leaves ports that fail now and then.
        if fails > 0, storm.portCount - fails - works <= fails {
            let isBelowTLS = plain.map { Set($0.failing) == Set(storm.failing) } ?? false
            return .present(
                "\(fails) of \(storm.portCount) source ports fail each of \(repeats) times, "
                    + "\(works) succeed each time"
                    + (isBelowTLS ? "; so do plain payloads" : ""),
                .init(value: Double(fails), unit: "count"))
        }
        return .absent(
            storm.failures.isEmpty
                ? "handshakes succeed from every source port"
                : "failures do not stick to source ports")
    }

    private static func judgeConnects(_ storm: StormResult) -> Judgement {
        guard storm.tries >= usual else {
            return .unknown("fewer than \(usual) connects were tried")
        }
        let failed = storm.failures.count { $0.stage == "connect" }
        let share = Double(failed) * 100 / Double(storm.tries)
        if 0.1...20 ~= share {
            return .present(
                "\(failed) of \(storm.tries) connects failed",
                .init(value: (share * 10).rounded() / 10, unit: "percent"))
        }
        return .absent(
            failed == 0 ? "all connects succeeded" : "more than a fifth failed: no exception")
    }
}
