internal import Casebook

/// The outcomes of equal requests, and whether they go together with a mark of the backend.
enum Outcome {
    /// Fewer observations of one side could agree by chance.
    private static let least = 3

    /// `200`, `502`, `no answer`: what a person would call the same outcome.
    static func word(_ exchange: HTTPExchange) -> String {
        if exchange.isComplete { return "status \(exchange.status ?? 0)" }
        return exchange.failure ?? ""
    }

    static func byBackend(_ exchanges: [HTTPExchange]) -> Judgement {
        let bad = exchanges.filter { !$0.isGood }
        guard exchanges.count >= 2 * least else {
            return .unknown("too few requests were made to compare: \(exchanges.count)")
        }
        if bad.isEmpty { return .absent("all \(exchanges.count) requests had the same outcome") }
        if bad.count == exchanges.count {
            return .absent("all \(exchanges.count) requests failed: \(bad[0].summary)")
        }
        let share = Evidence.Measure(
            value: Double(bad.count) * 100 / Double(exchanges.count), unit: "percent")
        let marks = exchanges.map { (BackendMark.marks($0), $0.isGood) }
        for name in Set(marks.flatMap(\.0.keys)).sorted() {
            guard let values = separating(name, marks) else { continue }
            return .present(
                "\(bad.count) of \(exchanges.count) fail, all with \(name) "
                    + "\(values.joined(separator: ", ")), and no other does", share)
        }
        return .unknown(
            "\(bad.count) of \(exchanges.count) fail (\(bad[0].summary)), but no mark of a backend "
                + "tells them from the others")
    }

    /// The values of the mark with which requests fail, where each value has one outcome.
    ///
    /// Answers without the mark are left out: the page of a proxy that reached no backend has none.
    private static func separating(
        _ name: String, _ marks: [([String: String], Bool)]
    ) -> [String]? {
        var good: [String: Int] = [:]
        var bad: [String: Int] = [:]
        for (found, isGood) in marks {
            guard let value = found[name] else { continue }
            if isGood { good[value, default: 0] += 1 } else { bad[value, default: 0] += 1 }
        }
        guard Set(good.keys).isDisjoint(with: bad.keys),
            good.values.reduce(0, +) >= least, bad.values.reduce(0, +) >= least,
            // A value of its own for each answer is an identifier of requests, not of backends.
            good.count + bad.count <= marks.count / 3
        else { return nil }
        return bad.keys.sorted()
    }
}

/// `probe.http.fails-at-round-seconds`.
enum RoundSeconds {
    /// Values that timeouts of servers, proxies and balancers commonly have, in seconds.
    private static let usual: [Int64] = [
        5, 10, 15, 20, 25, 30, 40, 45, 50, 60, 75, 90, 100, 120, 180, 240, 300, 350, 600, 900,
    ]
    /// Nanoseconds (findings.yaml).
    private static let tolerance: Int64 = 500_000_000
    private static let least = 3

    static func judgement(_ exchanges: [HTTPExchange]) -> Judgement {
        let failing = exchanges.filter { !$0.isGood && ($0.status ?? 500) >= 500 }
        // Where our own deadline ended the wait, its value says nothing of the other side.
        let ended = failing.filter { !$0.timedOut }
        guard !failing.isEmpty else { return .unknown("no request failed") }
        guard ended.count >= least else {
            return .unknown(
                ended.count < failing.count
                    ? "our own deadline came first: ask again with a longer --timeout"
                    : "only \(ended.count) requests failed")
        }
        let durations = ended.map(\.duration)
        for seconds in usual {
            let near = durations.filter { abs($0 - seconds * 1_000_000_000) <= tolerance }
            guard near.count == durations.count else { continue }
            return .present(
                "all \(near.count) failures came after \(seconds) s: a timer",
                .init(value: Double(seconds), unit: "s"))
        }
        let shortest = milliseconds(durations.min() ?? 0)
        let longest = milliseconds(durations.max() ?? 0)
        return .absent("failures came after \(shortest) to \(longest), at no common round value")
    }
}
