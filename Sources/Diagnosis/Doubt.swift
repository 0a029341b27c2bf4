public import Casebook

/// An answer and how probably it is wrong, given everything else.
public struct Doubt: Hashable, Sendable {
    public var fact: FactID
    public var state: FactState
    /// P(the fact is not as it was said to be | all evidence).
    public var probabilityWrong: Double
}

extension Engine {
    /// The known facts, the most doubtful first; above one half, look again by other means.
    public func doubts(_ observations: Observations) -> [Doubt] {
        let posterior = posterior(observations)
        return posterior.readings.compactMap { reading -> Doubt? in
            guard reading.state != .unknown else { return nil }
            let present = presence(of: reading.fact, posterior)
            return Doubt(
                fact: model.factIDs[reading.fact], state: reading.state,
                probabilityWrong: reading.state == .present ? 1 - present : present)
        }.sorted { left, right in
            left.probabilityWrong != right.probabilityWrong
                ? left.probabilityWrong > right.probabilityWrong : left.fact < right.fact
        }
    }
}
