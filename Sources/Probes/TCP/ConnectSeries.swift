/// Many connects to one address, and what became of each.
struct ConnectSeries: Sendable {
    struct Try: Sendable {
        var failure: NetworkFailure?
        /// Seconds.
        var duration: Double
    }

    var address: SocketAddress
    var tries: [Try]

    var failed: Int { tries.count { $0.failure != nil } }
    /// Of those that succeeded, in seconds, shortest first.
    var durations: [Double] { tries.filter { $0.failure == nil }.map(\.duration).sorted() }
    var median: Double? { durations.isEmpty ? nil : durations[durations.count / 2] }

    /// The commonest failure, with its number.
    var commonFailure: (NetworkFailure, Int)? {
        let counts = tries.compactMap(\.failure).reduce(into: [NetworkFailure: Int]()) {
            $0[$1, default: 0] += 1
        }
        return counts.max { $0.value < $1.value }.map { ($0.key, $0.value) }
    }

    /// Connects `count` times, a few at a time so that late ones do not hold up the others, and
    /// closes each at once. `every` are seconds from one start to the next, where that is to be slower
    /// than the rate limit.
    static func run(
        _ address: SocketAddress, count: Int, width: Int, every: Double = 0, _ context: ProbeContext
    ) -> ConnectSeries {
        let begin = MonotonicInstant.now
        let lanes = parallel(min(width, count)) { lane -> [Try] in
            stride(from: lane, to: count, by: width).compactMap { number in
                let start = Deadline(begin.adding(seconds: Double(number) * every))
                guard (try? sleep(until: start, context.cancellation)) != nil else { return nil }
                return context.cancellation.isCancelled ? nil : once(address, context)
            }
        }
        return ConnectSeries(address: address, tries: lanes.flatMap(\.self))
    }

    private static func once(_ address: SocketAddress, _ context: ProbeContext) -> Try? {
        // The turn is waited for before the deadline of the attempt begins to run.
        guard (try? context.awaitTurn()) != nil else { return nil }
        let connection = Connection(context, to: address)
        var failure: NetworkFailure?
        do throws(NetworkFailure) {
            try connection.connect(by: context.attempt, .init(isPaced: false))
        } catch {
            failure = error
        }
        connection.close()
        if failure == .cancelled { return nil }
        let duration = connection.timeline.stage("connect")?.duration ?? 0
        return Try(failure: failure, duration: Double(duration) / 1e9)
    }
}
