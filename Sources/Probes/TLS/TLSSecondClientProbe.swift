public import Casebook

/// Does a connection that says nothing keep others from being served?
///
/// The controls make it a proof: handshakes before, a connection that is closed at once, and one
/// that idles after a finished handshake.
public enum TLSSecondClientProbe: Probe {
    public static let name = "tls-second-client"
    public static let summary =
        "holds one silent connection for seconds and times another client's handshake"
    public static let findings: [FactID] = ["probe.tcp.silent-connection-blocks-others"]
    public static let effect = EffectClass.disruptive
    public static let schemes: Set<ProbeTarget.Scheme> = [.tls, .https]

    /// No silent connection is held longer, whatever is asked for.
    private static let longestHold = 10.0

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        typealias Experiment = SecondClientExperiment
        let hold = holdSeconds(options)
        let rounds = Experiment.rounds + Experiment.repeats
        let handshakes = Experiment.mostBaselines + 4 + rounds
        return ProbePlan(
            connections: (handshakes + rounds) * addresses, bytes: 12_000 * addresses,
            seconds: Double(addresses)
                * (Double(rounds) * (hold + Experiment.head)
                    + Double(2 * handshakes) * options.timeout),
            description: "holds a silent connection for \(hold) s, twice, and where others disturb "
                + "that up to \(rounds) times, to each address; "
                + "if the server suffers from it, nobody is served meanwhile. Before that up to "
                + "\(Experiment.mostBaselines) handshakes, one connection closed at once and one idle after its "
                + "handshake, each with a handshake beside it")
    }

    private static func holdSeconds(_ options: ProbeOptions) -> Double {
        min(max(options.holdSeconds, 1), longestHold)
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        context.reportOfAddresses { address, report in
            let experiment = SecondClientExperiment(
                context, address, hold: holdSeconds(context.options))
            let judgement = experiment.run(&report)
            return [findings[0]: judgement]
        }
    }
}
