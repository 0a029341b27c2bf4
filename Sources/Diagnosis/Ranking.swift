public import Casebook

/// The bare ranking, for casebooks of any size and for programs.
public struct Ranking: Hashable, Sendable {
    public struct Place: Hashable, Sendable {
        public var id: CaseID
        public var probability: Double
    }

    /// By probability, ties by id.
    public var places: [Place]
    /// P(none of the cases in the casebook).
    public var unlisted: Double
}

extension Engine {
    /// The most probable cases, without verdicts and lists: one pass over the postings and one
    /// over the cases.
    public func rank(_ observations: Observations, limit: Int = 10) -> Ranking {
        let posterior = posterior(observations)
        let best = best(limit, in: posterior.cases)
        return Ranking(
            places: best.map { item in
                Ranking.Place(id: model.caseIDs[item], probability: posterior.cases[item])
            },
            unlisted: posterior.unlisted)
    }

    /// Positions of the `limit` largest values, largest first, ties by position.
    ///
    /// Sorts only what reaches the smallest value kept so far, in batches.
    func best(_ limit: Int, in values: [Double]) -> [Int] {
        func precedes(_ left: Int, _ right: Int) -> Bool {
            values[left] != values[right] ? values[left] > values[right] : left < right
        }
        guard limit > 0 else { return [] }
        guard values.count > 2 * limit else {
            return Array(values.indices.sorted(by: precedes).prefix(limit))
        }
        var kept: [Int] = []
        var least = -Double.infinity
        for (position, value) in values.enumerated() where value > least {
            kept.append(position)
            if kept.count >= 2 * limit {
                kept = Array(kept.sorted(by: precedes).prefix(limit))
                least = values[kept[limit - 1]]
            }
        }
        return Array(kept.sorted(by: precedes).prefix(limit))
    }
}
