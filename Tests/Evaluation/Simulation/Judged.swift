import Casebook
import Foundation
import Triage

/// A ranking of one incident whose cause is known.
struct Judged {
    let cause: CaseID?
    let ranking: [(id: CaseID, probability: Double)]
    let none: Double

    init(ranking: [(id: CaseID, probability: Double)], none: Double, cause: CaseID?) {
        (self.ranking, self.none, self.cause) = (ranking, none, cause)
    }

    init(_ reply: JSONNode, cause: CaseID?) {
        let ranking = (reply["ranking"]?.array ?? []).map { pair in
            let parts = pair.array ?? []
            return (id: parts.first?.string ?? "", probability: parts.last?.number ?? 0)
        }
        self.init(ranking: ranking, none: reply["none"]?.number ?? 0, cause: cause)
    }

    /// Place of the true cause among the cases, from 0.
    var place: Int? { ranking.firstIndex { $0.id == cause } }
    var confidence: Double { ranking.first?.probability ?? 0 }
    var isRight: Bool { cause != nil && place == 0 }

    /// -ln P(what was true).
    var logLoss: Double {
        guard cause != nil else { return -log(max(none, 1e-6)) }
        let listed = place.map { ranking[$0].probability }
        return -log(max(listed ?? 0, 1e-6))
    }

    /// Squared error over all cases and "none of these" (Brier 1950, several classes).
    var brier: Double {
        let cases = ranking.reduce(0) { sum, item in
            let error = item.probability - (item.id == cause ? 1 : 0)
            return sum + error * error
        }
        let error = none - (cause == nil ? 1 : 0)
        return cases + error * error
    }
}

/// Figures over many of them.
struct Score {
    private let known: [Judged]
    private let all: [Judged]

    init(_ judged: [Judged]) {
        all = judged
        known = judged.filter { $0.cause != nil }
    }

    /// Share of the incidents with a cause in the book whose cause is among the first `places`.
    func top(_ places: Int) -> Double {
        mean(known.map { ($0.place ?? .max) < places ? 1 : 0 })
    }

    var logLoss: Double { mean(all.map(\.logLoss)) }
    var brier: Double { mean(all.map(\.brier)) }

    /// Expected calibration error over ten bins of P(leader); outside incidents count as wrong.
    var calibrationError: Double {
        let bins = Dictionary(grouping: all) { min(9, Int($0.confidence * 10)) }
        return bins.values.reduce(0) { sum, bin in
            let gap = mean(bin.map(\.confidence)) - mean(bin.map { $0.isRight ? 1 : 0 })
            return sum + abs(gap) * Double(bin.count) / Double(all.count)
        }
    }

    /// Area under the curve of P(none): chance that an outside incident has more than a known one.
    var noneArea: Double {
        let outside = all.filter { $0.cause == nil }
        guard !outside.isEmpty, !known.isEmpty else { return .nan }
        var wins = 0.0
        for left in outside {
            for right in known {
                wins += left.none > right.none ? 1 : left.none == right.none ? 0.5 : 0
            }
        }
        return wins / Double(outside.count * known.count)
    }

    /// Of the incidents whose leader has at least `probability`: how many, and how many are right.
    func sure(_ probability: Double) -> (share: Double, right: Double) {
        let sure = all.filter { $0.confidence >= probability }
        return (
            Double(sure.count) / Double(max(1, all.count)), mean(sure.map { $0.isRight ? 1 : 0 })
        )
    }

    /// True cause and the one that was put before it, most frequent first.
    var confusions: [(pair: String, count: Int)] {
        var counts: [String: Int] = [:]
        for item in known where !item.isRight {
            counts["\(item.cause ?? "") taken for \(item.ranking.first?.id ?? "")", default: 0] += 1
        }
        return counts.map { ($0.key, $0.value) }
            .sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    }
}

func mean(_ values: [Double]) -> Double {
    values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
}

func percentile(_ values: [Double], _ share: Double) -> Double {
    guard !values.isEmpty else { return .nan }
    return values.sorted()[min(values.count - 1, Int(Double(values.count) * share))]
}
