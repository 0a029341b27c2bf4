public import Casebook

/// Does a handshake work at every address, what does the server want, and is its certificate fit?
public enum TLSProbe: Probe {
    public static let name = "tls"
    public static let summary =
        "two or three handshakes with every address: answer, time, certificate chain, close"
    public static let findings: [FactID] =
        TLSHandshakeJudge.findings + TLSCloseJudge.findings + ChainJudge.findings
    public static let effect = EffectClass.normal
    public static let isOrdinaryClient = true
    public static let schemes: Set<ProbeTarget.Scheme> = [.tls, .https, .tcp]

    /// “Over at least 3 tries” (probe.tls.slow-server-flight).
    static let tries = 3

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        ProbePlan(
            connections: (tries + ChainJudge.mostFetches) * addresses,
            bytes: 6000 * tries * addresses,
            seconds: Double(addresses) * (Double(2 * tries) + 4) * options.timeout,
            description: "up to three handshakes with each address, closed politely; the second "
                + "asks for the path of an https target; issuers that a certificate names may be "
                + "fetched from their own hosts over HTTP")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        var report = context.report()
        let addresses: [SocketAddress]
        do throws(NetworkFailure) {
            addresses = try context.addresses()
            _ = try context.shared.tls.context(context.tlsConfiguration)
        } catch {
            return context.failed("\(context.target.host): \(error)")
        }
        var views: [View] = []
        for address in addresses where !context.cancellation.isCancelled {
            let view = look(at: address, context)
            views.append(view)
            report.results.append(
                .init(
                    address: address.description, isGood: view.first.isGood,
                    summary: view.first.summary,
                    details: view.first.details + [.init("chain", view.chain.summary)]))
            report.measures += measures(of: view)
        }
        for id in findings {
            report.evidence.append(
                context.evidence(
                    id, of: views.map { ($0.first.address, judge(id, $0, context)) }))
        }
        return report
    }

    /// All that one address showed.
    struct View {
        var first: TLSAttempt
        /// The second and third try; empty when the first met silence.
        var others: [TLSAttempt] = []
        var ending: TLSCloseJudge.Ending
        var chain: ChainJudge.View

        var tries: [TLSAttempt] { [first] + others }

        /// The one that shows what only ServerHellos up to TLS 1.2 carry.
        var old: TLSAttempt? { tries.first { $0.hasServerHello && $0.version != .tls13 } }
    }

    private static func look(at address: SocketAddress, _ context: ProbeContext) -> View {
        let configuration = context.tlsConfiguration
        let first = TLSAttempt.make(
            context, address,
            .init(
                configuration: configuration, name: context.serverName, label: "handshake",
                hello: context.helloShape))
        guard first.isConnected, first.failure != .timedOut, first.failure != .cancelled else {
            return View(
                first: first, ending: .notSeen("the handshake failed: \(first.summary)"),
                chain: .init(first, context))
        }
        // One try shows both the close and, capped, what only TLS 1.2 and below show.
        let isOld = first.version.map { $0 < .tls13 } ?? false
        let (second, close) = TLSCloseJudge.exchange(
            context, address, highest: isOld ? nil : .tls12)
        var (others, ending) = ([second], close)
        // A server that refuses the cap still has to show its close; slow answers need three tries.
        if second.failure != nil || TLSHandshakeJudge.needsThirdTry([first, second]) {
            let (third, last) = TLSCloseJudge.exchange(context, address, highest: nil)
            others.append(third)
            if case .notSeen = ending { ending = last }
        }
        return View(first: first, others: others, ending: ending, chain: .init(first, context))
    }

    private static func measures(of view: View) -> [ProbeReport.Measure] {
        guard let delay = view.first.answerDelay else { return [] }
        let address = view.first.address.description
        return [
            .init(name: "first-record", value: Double(delay) / 1e9, unit: "s", address: address),
            .init(
                name: "handshake", value: Double(view.first.duration) / 1e9, unit: "s",
                address: address),
        ]
    }

    private static func judge(_ id: FactID, _ view: View, _ context: ProbeContext) -> Judgement {
        TLSHandshakeJudge.judge(id, view, context) ?? TLSCloseJudge.judge(id, view)
            ?? view.chain.judge(id) ?? .unknown("not looked at")
    }
}
