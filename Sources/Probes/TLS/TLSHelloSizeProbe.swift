public import Casebook

/// Does the length of the ClientHello, or its way into segments, decide whether it is answered?
public enum TLSHelloSizeProbe: Probe {
    public static let name = "tls-hello-size"
    public static let summary =
        "handshakes with short, middle and long ClientHellos, and one in two segments"
    public static let findings: [FactID] = [
        "probe.tls.large-hello-fails", "probe.tls.hello-length-window-fails",
        "probe.tls.split-hello-fails",
    ]
    public static let effect = EffectClass.normal
    public static let schemes: Set<ProbeTarget.Scheme> = [.tls, .https]

    /// Lengths of the message, its header included (findings.yaml): inside the window 256-511,
    /// just above it, and more than one segment of 1460 bytes holds.
    private static let window = [300, 480]
    private static let aboveWindow = 600
    private static let large = 1700
    private static let smallest = 255
    private static let split = 100

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        // Every length may be tried twice; the short one may have to be tried in both versions.
        ProbePlan(
            connections: 14 * addresses, bytes: 12_000 * addresses,
            seconds: 28 * Double(addresses) * options.timeout,
            description: "up to 14 handshakes with each address, with ClientHellos of 150 to "
                + "\(large) bytes, closed politely")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        context.reportOfAddresses { address, report in
            let trials = Trials(context, address)
            report.results += trials.all.map {
                .init(
                    address: "\(address) \($0.label)", isGood: $0.isAnswered,
                    summary: $0.attempt.summary)
            }
            return [
                findings[0]: trials.largeFails, findings[1]: trials.windowFails,
                findings[2]: trials.splitFails,
            ]
        }
    }

    struct Trial {
        var label: String
        var attempt: TLSAttempt
        /// A ServerHello came; what follows it is not the ClientHello's fault.
        var isAnswered: Bool { attempt.hasServerHello }
    }

    struct Trials {
        var short: Trial
        var split: Trial?
        var window: [Trial] = []
        var above: Trial?
        var large: Trial?

        var all: [Trial] { [short] + window + [above, large, split].compactMap(\.self) }

        init(_ context: ProbeContext, _ address: SocketAddress) {
            func ask(
                _ label: String, _ configuration: TLSConfiguration,
                _ shape: TLSConnection.HelloShape
            )
                -> Trial
            {
                let plan = TLSAttempt.Plan(
                    configuration: configuration, name: context.serverName, label: label,
                    hello: shape)
                let first = TLSAttempt.make(context, address, plan)
                // A single failure may be chance.
                let again = first.hasServerHello ? first : TLSAttempt.make(context, address, plan)
                return Trial(label: label, attempt: again)
            }
            var configuration = TLSHelloSizeProbe.shortest(.tls12, context)
            short = ask("as short as can be", configuration, .init())
            if !short.isAnswered, short.attempt.isConnected, short.attempt.failure != .timedOut {
                configuration = TLSHelloSizeProbe.shortest(.tls13, context)
                short = ask("as short as can be", configuration, .init())
            }
            guard short.isAnswered else { return }
            window = TLSHelloSizeProbe.window.map {
                ask("\($0) bytes", configuration, .init(size: $0))
            }
            above = ask(
                "\(TLSHelloSizeProbe.aboveWindow) bytes", configuration,
                .init(size: TLSHelloSizeProbe.aboveWindow))
            large = ask(
                "\(TLSHelloSizeProbe.large) bytes", configuration,
                .init(size: TLSHelloSizeProbe.large))
            split = ask(
                "in two segments", configuration, .init(splitAfter: TLSHelloSizeProbe.split))
        }

        var largeFails: Judgement {
            guard let large else {
                return .unknown("a short one fails too: \(short.attempt.summary)")
            }
            let measure = Evidence.Measure(value: Double(large.attempt.helloLength), unit: "bytes")
            if let reason = large.isUndecided { return .unknown(reason) }
            return large.isAnswered
                ? .absent(
                    "a ClientHello of \(large.attempt.helloLength) bytes is answered", measure)
                : .present(
                    "\(large.attempt.helloLength) bytes: \(large.attempt.summary); "
                        + "\(short.attempt.helloLength) bytes are answered", measure)
        }

        var windowFails: Judgement {
            guard let above else {
                return .unknown("a short one fails too: \(short.attempt.summary)")
            }
            if window.contains(where: \.isAnswered) {
                return .absent("ClientHellos of 256 to 511 bytes are answered")
            }
            if let reason = window.compactMap(\.isUndecided).first { return .unknown(reason) }
            guard short.attempt.helloLength <= TLSHelloSizeProbe.smallest else {
                return .unknown(
                    "none shorter than \(short.attempt.helloLength) bytes could be made")
            }
            return above.isAnswered
                ? .present(
                    "256 to 511 bytes: \(window[0].attempt.summary); shorter and longer are answered"
                )
                : .absent("longer ones fail too")
        }

        var splitFails: Judgement {
            guard let split else {
                return .unknown("it fails in one segment: \(short.attempt.summary)")
            }
            if let reason = split.isUndecided { return .unknown(reason) }
            return split.isAnswered
                ? .absent("a ClientHello in two segments is answered")
                : .present("in two segments: \(split.attempt.summary); in one it is answered")
        }
    }

    /// A hello with little in it: one version, few suites, one group.
    private static func shortest(
        _ version: TLSOptions.Version, _ context: ProbeContext
    ) -> TLSConfiguration {
        var configuration = context.tlsConfiguration.only(version)
        configuration.applicationProtocols = []
        configuration.ciphers =
            configuration.ciphers ?? "ECDHE+AESGCM:RSA+AESGCM"
        configuration.groups = configuration.groups ?? "X25519:P-256"
        return configuration
    }
}

extension TLSHelloSizeProbe.Trial {
    /// Why the trial says nothing about the ClientHello; `nil` when it does.
    var isUndecided: String? {
        guard attempt.isConnected, attempt.failure != .cancelled else {
            return "\(label): \(attempt.summary)"
        }
        return nil
    }
}
