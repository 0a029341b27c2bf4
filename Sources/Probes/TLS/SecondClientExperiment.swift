internal import Casebook

/// One address: the controls, then a silent connection with another client beside it.
struct SecondClientExperiment {
    static let baselines = 3
    /// Where the fault is at work, others hold the server meanwhile: some baselines are late.
    static let mostBaselines = 9
    /// After so many that were all late the server itself is taken to be slow.
    static let lateBaselines = 5
    /// So that the server has accepted the silent connection before the other comes, in seconds.
    static let head = 0.3
    /// A present finding needs the same picture twice.
    static let rounds = 2
    /// A round that others have disturbed is repeated so often.
    static let repeats = 2

    let context: ProbeContext
    let address: SocketAddress
    let hold: Double

    init(_ context: ProbeContext, _ address: SocketAddress, hold: Double) {
        self.context = context
        self.address = address
        self.hold = hold
    }

    func run(_ report: inout ProbeReport) -> Judgement {
        let usual: Int64
        switch baseline(&report) {
        case .success(let delay): usual = delay
        case .failure(let missing): return .unknown(missing.reason)
        }
        if context.cancellation.isCancelled { return .unknown("interrupted") }
        controlClosed(&report)
        controlIdle(&report)
        var blocked = 0
        var disturbed = 0
        while !context.cancellation.isCancelled {
            let round = silentRound(blocked + disturbed + 1)
            add(&report, "beside a silent connection", round.summary, round.delay)
            if round.isBlocked { blocked += 1 } else { disturbed += 1 }
            let isRepeated = round.isLater && disturbed <= Self.repeats
            if !isRepeated, !round.isBlocked || blocked == Self.rounds {
                return round.judgement(usual)
            }
        }
        return .unknown("interrupted")
    }

    private struct NoBaseline: Error {
        var reason: String
    }

    /// How soon the server answers while nobody holds it: the median of the three promptest.
    private func baseline(_ report: inout ProbeReport) -> Result<Int64, NoBaseline> {
        var delays: [Int64] = []
        for number in 1...Self.mostBaselines where !context.cancellation.isCancelled {
            let attempt = handshake("baseline \(number)")
            guard attempt.heardTLS, let delay = attempt.answerDelay else {
                note(&report, "baseline", attempt)
                return .failure(
                    NoBaseline(
                        reason: "a handshake without any other connection of ours: "
                            + attempt.summary))
            }
            delays.append(delay)
            delays.sort()
            // Too slow alone to see a hold of this length in it.
            let prompt = delays.count(where: isPrompt(_:))
            if prompt >= Self.baselines || prompt == 0 && number >= Self.lateBaselines { break }
            // Out of step with somebody who comes at regular times.
            let pause = isPrompt(delay) ? 0 : 0.3 * Double(number)
            try? sleep(until: .after(seconds: pause), context.cancellation)
        }
        guard delays.count >= Self.baselines else {
            return .failure(NoBaseline(reason: "interrupted"))
        }
        let usual = delays[Self.baselines / 2]
        add(&report, "baseline", "first record after \(secondsText(usual))", usual)
        return isPrompt(usual)
            ? .success(usual)
            : .failure(
                NoBaseline(
                    reason: "the server takes \(secondsText(usual)) with nobody else there"))
    }

    private func isPrompt(_ delay: Int64) -> Bool { Double(delay) / 1e9 < hold / 2 }

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
    private func silentRound(_ number: Int) -> SecondClientRound {
        let silent = Connection(context, to: address, label: "silent \(number)")
        do throws(NetworkFailure) {
            try silent.connect(by: context.attempt, .init(isPaced: false))
            context.log("holding a silent connection to \(address)")
            try sleep(until: .after(seconds: Self.head), context.cancellation)
        } catch {
            return SecondClientRound(attempt: nil, failure: "\(error)", hold: hold)
        }
        let answer = Results<TLSAttempt>(1)
        let begin = MonotonicInstant.now
        let experiment = self
        let limit = hold + context.options.timeout
        guard
            let other = Thread({
                answer.set(0, experiment.handshake("other client \(number)", limit: limit))
            })
        else { return SecondClientRound(attempt: nil, failure: "no thread to be had", hold: hold) }
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
        return SecondClientRound(
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
