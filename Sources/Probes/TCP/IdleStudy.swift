/// One address and its idle connections.
struct IdleStudy: Sendable {
    let address: SocketAddress
    let dialogue: ServiceDialogue
    let context: ProbeContext

    private static let patience = 5.0

    enum Outcome: Sendable {
        case lived
        /// The next request met with silence, RST or an ICMP error.
        case lost(NetworkFailure)
        /// FIN or RST came while nothing was said, after so many seconds.
        case closed(after: Double)
        /// It never worked.
        case failed(NetworkFailure)
    }

    struct Round: Sendable {
        /// Seconds idle, and what became of it.
        var outcomes: [(idle: Double, outcome: Outcome)] = []
        var controlLives = true

        var lived: [Double] {
            outcomes.compactMap { if case .lived = $0.outcome { $0.idle } else { nil } }
        }
        var lost: [Double] {
            outcomes.compactMap { if case .lost = $0.outcome { $0.idle } else { nil } }
        }
        var closed: [Double] {
            outcomes.compactMap { if case .closed(let time) = $0.outcome { time } else { nil } }
        }
        var failures: [NetworkFailure] {
            outcomes.compactMap {
                if case .failed(let failure) = $0.outcome { failure } else { nil }
            }
        }
        var shortestLost: Double? { lost.min() }
        /// Below the shortest time that was lost: a longer one that lived is luck.
        var longestLived: Double? { lived.filter { $0 < (shortestLost ?? .infinity) }.max() }

        /// The times between which the limit lies.
        var bracket: (lived: Double, lost: Double)? {
            shortestLost.map { (longestLived ?? 0, $0) }
        }

        /// A request that crosses the server's FIN is answered by RST. Where others were closed by
        /// FIN after about that time, it is the server's own patience that ended.
        mutating func explainResets() {
            guard let patience = closed.min() else { return }
            for index in outcomes.indices {
                if case .lost(.reset) = outcomes[index].outcome,
                    outcomes[index].idle >= patience * 0.8
                {
                    outcomes[index].outcome = .closed(after: outcomes[index].idle)
                }
            }
        }

        mutating func add(_ other: Round) {
            outcomes += other.outcomes
            controlLives = controlLives && other.controlLives
        }

        func result(_ address: SocketAddress) -> ProbeReport.AddressResult {
            let text = [
                longestLived.map { "idle for \(rounded($0)) s: lives" },
                shortestLost.map { "idle for \(rounded($0)) s: lost" },
                closed.min().map { "closed by the server after \(rounded($0)) s" },
            ].compactMap(\.self).joined(separator: ", ")
            return .init(
                address: address.description, isGood: lost.isEmpty && failures.isEmpty,
                summary: text.isEmpty ? "no connection could be tried" : text)
        }
    }

    /// All of `times` at once, each on a connection of its own, and the control beside them.
    func run(_ times: [Double]) -> Round {
        let longest = times.max() ?? 0
        let study = self
        let outcomes = parallel(times.count + 1) { index -> Outcome in
            if index == times.count { return study.control(for: longest) }
            return study.leaveIdle(times[index])
        }
        var round = Round()
        round.outcomes = zip(times, outcomes).map { ($0, $1) }
        round.explainResets()
        if case .lived = outcomes[times.count] {} else { round.controlLives = false }
        return round
    }

    private func leaveIdle(_ seconds: Double) -> Outcome {
        let connection = Connection(context, to: address, label: "idle \(rounded(seconds)) s")
        let channel: any ByteChannel
        do throws(NetworkFailure) {
            channel = try begin(connection)
            let start = MonotonicInstant.now
            if try endsWithin(seconds, channel) {
                dialogue.close(channel)
                return .closed(after: Double(MonotonicInstant.now - start) / 1e9)
            }
        } catch {
            connection.close()
            return .failed(error)
        }
        defer { dialogue.close(channel) }
        do throws(NetworkFailure) {
            try dialogue.exchange(channel, by: .after(seconds: Self.patience))
            return .lived
        } catch .closed {
            // FIN that crossed the request: the server closed openly.
            return .closed(after: seconds)
        } catch .cancelled {
            return .failed(.cancelled)
        } catch {
            return .lost(error)
        }
    }

    private func begin(_ connection: Connection) throws(NetworkFailure) -> any ByteChannel {
        let deadline = context.attempt
        try connection.connect(by: deadline)
        let channel = try dialogue.open(connection, by: deadline).channel
        if dialogue.serverSpeaksFirst { try dialogue.exchange(channel, by: deadline) }
        return channel
    }

    /// Whether the peer ends the connection, or says anything at all, during that time.
    private func endsWithin(
        _ seconds: Double, _ channel: any ByteChannel
    ) throws(NetworkFailure) -> Bool {
        let deadline = Deadline.after(seconds: seconds)
        while true {
            do throws(NetworkFailure) {
                if try channel.receive(atMost: 1024, by: deadline).isEmpty { return true }
            } catch .timedOut {
                return false
            } catch .reset {
                return true
            }
        }
    }

    /// A request every few seconds for as long.
    private func control(for seconds: Double) -> Outcome {
        let connection = Connection(context, to: address, label: "control")
        let interval = min(context.options.tcp.controlInterval, max(seconds / 4, 0.1))
        do throws(NetworkFailure) {
            let channel = try begin(connection)
            defer { dialogue.close(channel) }
            let end = Deadline.after(seconds: seconds)
            while !end.hasPassed {
                try sleep(until: end.within(seconds: interval), context.cancellation)
                try dialogue.exchange(channel, by: .after(seconds: Self.patience))
            }
            return .lived
        } catch {
            return .lost(error)
        }
    }
}
