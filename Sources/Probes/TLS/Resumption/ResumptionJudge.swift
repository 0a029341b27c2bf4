internal import Casebook

/// What the three series of one address show.
struct ResumptionJudge {
    let all: [ResumptionSeries]

    /// “4 tries or more”, “3 or more tries of each” (findings.yaml).
    private static let enough = 4
    private static let enoughUnclean = 3

    private var failure: Judgement {
        .unknown(
            all.compactMap(\.failure).first.map { "the handshakes failed: \($0)" }
                ?? "too few sessions could be offered")
    }

    /// Nothing failed, and the server gave out nothing that could be offered.
    private func issuesNothing(_ series: ResumptionSeries) -> Bool {
        series.failure == nil && series.connections >= Self.enough
            && series.withoutSession == series.connections
    }

    private var judged: [ResumptionSeries] { all.filter { $0.polite.count >= Self.enough } }

    var refused: Judgement {
        guard !judged.isEmpty else {
            return all.contains(where: issuesNothing)
                ? .absent("the server gave out no session that could be refused") : failure
        }
        let shares = judged.map {
            "by \($0.kind.rawValue) \(ResumptionSeries.share($0.polite))"
        }.joined(separator: ", ")
        // A server without a cache refuses session ids and takes tickets: that is no refusal.
        return judged.contains { $0.polite.contains(where: \.isAccepted) }
            ? .absent("resumed after polite closes: \(shares)")
            : .present(
                "resumed after polite closes: \(shares)", .init(value: 100, unit: "percent"))
    }

    var never: Judgement {
        if let one = all.first(where: { $0.tries.contains(where: \.isAccepted) }) {
            return .absent("sessions are resumed by \(one.kind.rawValue)")
        }
        // A version that the server does not speak says nothing for or against.
        let answered = all.filter { $0.failure == nil }
        let offers = answered.reduce(0) { $0 + $1.polite.count }
        guard !answered.isEmpty,
            answered.allSatisfy({ issuesNothing($0) || $0.polite.count >= Self.enough })
        else { return failure }
        return .present(
            offers == 0
                ? "the server gave out no session" : "all of \(offers) sessions were refused",
            .init(value: Double(offers), unit: "count"))
    }

    var works: Judgement {
        guard
            let best = judged.max(by: {
                $0.polite.count(where: \.isAccepted) < $1.polite.count(where: \.isAccepted)
            })
        else {
            let answered = all.filter { $0.failure == nil }
            return !answered.isEmpty && answered.allSatisfy(issuesNothing)
                ? .absent("the server gave out no session") : failure
        }
        let accepted = best.polite.count(where: \.isAccepted)
        let measure = Evidence.Measure(value: Double(accepted), unit: "count")
        let text = "\(ResumptionSeries.share(best.polite)) resumed by \(best.kind.rawValue)"
        // “At least 3 of 4.”
        return accepted * 4 >= best.polite.count * 3
            ? .present(text, measure) : .absent(text, measure)
    }

    var needsCleanClose: Judgement {
        let comparable = all.filter { isMostly($0.polite, accepted: true) }
        guard !comparable.isEmpty else {
            return .unknown("no session is resumed after polite closes, so there is no contrast")
        }
        for series in comparable {
            for closing in [TLSClosing.finOnly, .reset] {
                let unclean = series.after(closing)
                guard isMostly(unclean, accepted: false) else { continue }
                guard series.controls.contains(where: \.isAccepted) else {
                    return .unknown(
                        "by \(series.kind.rawValue) refused after \(closing.rawValue), and after "
                            + "the polite control too")
                }
                let refused = unclean.count { !$0.isAccepted }
                return .present(
                    "by \(series.kind.rawValue) \(ResumptionSeries.share(series.polite)) resumed "
                        + "after close_notify, \(ResumptionSeries.share(unclean)) after "
                        + closing.rawValue,
                    .init(value: 100 * Double(refused) / Double(unclean.count), unit: "percent"))
            }
        }
        let unclean = comparable.flatMap { series in
            [TLSClosing.finOnly, .reset].map(series.after).filter { !$0.isEmpty }
        }
        guard comparable.allSatisfy({ !$0.after(.finOnly).isEmpty }) else { return failure }
        guard unclean.allSatisfy({ isMostly($0, accepted: true) }) else {
            return .unknown("after unclean closes some sessions are resumed and some are not")
        }
        let withReset = comparable.contains { !$0.after(.reset).isEmpty }
        return .absent(
            "sessions are resumed after close_notify and after FIN alone alike"
                + (withReset ? "" : "; RST was not tried (--allow disruptive)"))
    }

    /// Three quarters or more, of enough tries.
    private func isMostly(_ tries: [ResumptionSeries.Try], accepted: Bool) -> Bool {
        let matching = tries.count { $0.isAccepted == accepted }
        return matching >= Self.enoughUnclean && matching * 4 >= tries.count * 3
    }
}
