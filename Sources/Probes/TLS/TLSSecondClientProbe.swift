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
    private static let baselines = 3
    /// So that the server has accepted the silent connection before the other comes.
    private static let head = 0.3
    /// A present finding needs the same picture twice.
    private static let rounds = 2

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        let hold = holdSeconds(options)
        return ProbePlan(
            connections: (baselines + 4 + 2 * rounds) * addresses, bytes: 12_000 * addresses,
            seconds: Double(addresses)
                * (Double(rounds) * (hold + head) + Double(baselines + 4 + rounds)
                    * options.timeout),
            description: "holds a silent connection for \(hold) s, twice at most, to each address; "
                + "if the server suffers from it, nobody is served meanwhile. Before that "
                + "\(baselines) handshakes, one connection closed at once and one idle after its "
                + "handshake, each with a handshake beside it")
    }

    private static func holdSeconds(_ options: ProbeOptions) -> Double {
        min(max(options.holdSeconds, 1), longestHold)
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        context.reportOfAddresses { address, report in
            let experiment = Experiment(context, address, hold: holdSeconds(context.options))
            let judgement = experiment.run(&report)
            return [findings[0]: judgement]
        }
    }

    private struct Experiment {
        let context: ProbeContext
        let address: SocketAddress
        let hold: Double

        init(_ context: ProbeContext, _ address: SocketAddress, hold: Double) {
            self.context = context
            self.address = address
            self.hold = hold
        }

        func run(_ report: inout ProbeReport) -> Judgement {
            var delays: [Int64] = []
            for number in 1...baselines {
                let attempt = handshake("baseline \(number)")
                guard attempt.heardTLS, let delay = attempt.answerDelay else {
                    note(&report, "baseline", attempt)
                    return .unknown(
                        "a handshake without any other connection of ours: "
                            + attempt.summary)
                }
                delays.append(delay)
            }
            let usual = delays.sorted()[baselines / 2]
            add(&report, "baseline", "first record after \(secondsText(usual))", usual)
            // Too slow alone to see a hold of this length in it.
            guard Double(usual) / 1e9 < hold / 2 else {
                return .unknown("the server takes \(secondsText(usual)) with nobody else there")
            }
            if context.cancellation.isCancelled { return .unknown("interrupted") }
            controlClosed(&report)
            controlIdle(&report)
            var last: Round?
            for number in 1...rounds where !context.cancellation.isCancelled {
                let round = silentRound(number)
                add(&report, "beside a silent connection", round.summary, round.delay)
                guard round.isBlocked else { return round.judgement(usual) }
                last = round
            }
            guard let last, !context.cancellation.isCancelled else {
                return .unknown("interrupted")
            }
            return last.judgement(usual)
        }

        private func handshake(_ label: String, limit: Double? = nil) -> TLSAttempt {
            TLSAttempt.make(
                context, address,
                .init(
                    configuration: context.tlsConfiguration, name: context.serverName, label: label,
                    settings: .init(isPaced: false), limit: limit))
        }

        /// What a health check does that only connects.
        private func controlClosed(_ report: inout ProbeReport) {
            let check = Connection(context, to: address, label: "connect and close")
            try? check.connect(by: context.attempt)
            check.close()
            let attempt = handshake("beside connect and close")
            add(&report, "after connect and close", attempt)
        }

        /// A client that is served and says nothing more.
        private func controlIdle(_ report: inout ProbeReport) {
            let limit = min(hold, context.options.timeout)
            var beside: TLSAttempt?
            _ = TLSAttempt.make(
                context, address,
                .init(
                    configuration: context.tlsConfiguration, name: context.serverName,
                    label: "idle after its handshake")
            ) { _ in
                beside = handshake("beside an idle TLS connection", limit: limit)
            }
            if let beside { add(&report, "beside an idle TLS connection", beside) }
        }

        /// One silent connection, one handshake beside it, released after `hold`.
        private func silentRound(_ number: Int) -> Round {
            let silent = Connection(context, to: address, label: "silent \(number)")
            do throws(NetworkFailure) {
                try silent.connect(by: context.attempt, .init(isPaced: false))
                context.log("holding a silent connection to \(address)")
                try sleep(until: .after(seconds: head), context.cancellation)
            } catch {
                return Round(attempt: nil, failure: "\(error)", hold: hold)
            }
            let answer = Results<TLSAttempt>(1)
            let begin = MonotonicInstant.now
            let experiment = self
            let limit = hold + context.options.timeout
            guard
                let other = Thread({
                    answer.set(0, experiment.handshake("other client \(number)", limit: limit))
                })
            else { return Round(attempt: nil, failure: "no thread to be had", hold: hold) }
            // Let go as soon as the other has been served, or the time is up.
            while answer.all.isEmpty, MonotonicInstant.now < begin.adding(seconds: hold),
                !context.cancellation.isCancelled
            {
                try? sleep(until: .after(seconds: 0.02), context.cancellation)
            }
            let released = MonotonicInstant.now
            silent.close()
            context.log("released the silent connection to \(address)")
            other.join()
            return Round(
                attempt: answer.all.first, held: released - begin, hold: hold)
        }

        private func note(_ report: inout ProbeReport, _ label: String, _ attempt: TLSAttempt) {
            report.results.append(
                .init(
                    address: "\(address) \(label)", isGood: attempt.isGood, summary: attempt.summary
                ))
        }

        private func add(_ report: inout ProbeReport, _ label: String, _ attempt: TLSAttempt) {
            add(
                &report, label,
                attempt.heardTLS
                    ? "first record after \(secondsText(attempt.answerDelay ?? 0))"
                    : attempt.summary,
                attempt.heardTLS ? attempt.answerDelay : nil)
        }

        private func add(
            _ report: inout ProbeReport, _ label: String, _ summary: String, _ delay: Int64?
        ) {
            report.results.append(
                .init(address: "\(address) \(label)", isGood: delay != nil, summary: summary))
            guard let delay else { return }
            report.measures.append(
                .init(
                    name: "first record \(label)", value: Double(delay) / 1e9, unit: "s",
                    address: address.description))
        }
    }

    /// What the other client met while, and after, the silent connection was held.
    private struct Round {
        var attempt: TLSAttempt?
        var failure: String?
        /// Nanoseconds from the start of the other client to the release.
        var held: Int64 = 0
        var hold: Double

        var delay: Int64? { attempt?.heardTLS == true ? attempt?.answerDelay : nil }

        /// Not served before the release, and served soon after it. Connecting costs a little of
        /// the time that was held.
        var isBlocked: Bool {
            guard let delay else { return false }
            return Double(held) / 1e9 >= hold * 0.9 && Double(delay) >= Double(held) * 0.9
        }

        var summary: String {
            if let failure { return failure }
            guard let attempt else { return "no answer" }
            guard let delay else { return attempt.summary }
            return "first record after \(secondsText(delay)); held for \(secondsText(held))"
        }

        func judgement(_ usual: Int64) -> Judgement {
            if let failure { return .unknown("the silent connection: \(failure)") }
            guard let delay else {
                return .unknown(
                    "beside the silent connection, and after its release: \(summary)")
            }
            let measure = Evidence.Measure(value: Double(delay) / 1e9, unit: "s")
            return isBlocked
                ? .present(
                    "the other client's first record came after \(secondsText(delay)), when the "
                        + "silent connection was closed; without it after \(secondsText(usual))",
                    measure)
                : .absent(
                    "the other client was answered after \(secondsText(delay)), with the silent "
                        + "connection open", measure)
        }
    }
}
