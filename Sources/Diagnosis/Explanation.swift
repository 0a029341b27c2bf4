public import Casebook

/// Why one hypothesis is more (or less) probable than another, fact by fact.
///
/// `priorDecibans` plus the decibans of all contributions is `posteriorDecibans`.
public struct Explanation: Hashable, Sendable {
    /// What a case is compared with.
    public enum Rival: Hashable, Sendable {
        /// The best other case; "none of these" where there is no other.
        case runnerUp
        case named(CaseID)
        /// The most probable family of "none of these".
        case unlisted
        /// A cause of the same weight as "none of these" that lists no fact at all.
        case background
    }

    public var subject: CaseID
    public var rival: Rival
    /// The family, where the rival is `unlisted`.
    public var rivalFamily: String?
    /// Odds before any evidence.
    public var priorDecibans: Double
    /// Strongest first; every known fact that tells the two apart.
    public var contributions: [Contribution]
    /// Odds after all evidence.
    public var posteriorDecibans: Double
    /// Present facts that the case does not list.
    public var unexplained: [FactID]
    /// Facts that the case expects always or usually and nobody has looked at.
    public var missing: [FactID]

    public var supports: [Contribution] { contributions.filter { $0.decibans > 0 } }
    public var against: [Contribution] { contributions.filter { $0.decibans < 0 } }
}

extension Engine {
    /// Compares `subject` with `rival`; `nil` where a case id is unknown.
    public func explain(
        _ subject: CaseID, against rival: Explanation.Rival = .runnerUp,
        _ observations: Observations
    ) -> Explanation? {
        guard let item = model.caseIndex[subject] else { return nil }
        let posterior = posterior(observations)
        guard let opponent = opponent(rival, of: item, posterior) else { return nil }
        let examiner = Examiner(engine: self, posterior: posterior)
        let contributions = posterior.readings.compactMap { reading -> Contribution? in
            let listing = model.forward.listing(of: reading.fact, inCase: item)
            let made = examiner.contribution(
                reading, frequency: listing?.word,
                expected: listing?.probability ?? model.background[reading.fact],
                rivalExpected: probability(of: reading.fact, under: opponent))
            return made.decibans == 0 ? nil : made
        }.sorted(by: Examiner.strongerFirst)
        return Explanation(
            subject: subject, rival: opponent.named(in: model),
            rivalFamily: opponent.family(in: model),
            priorDecibans: decibansPerScore * (model.logPrior[item] - logPrior(of: opponent)),
            contributions: contributions,
            posteriorDecibans: decibansPerScore
                * (posterior.caseScores[item] - score(of: opponent, posterior)),
            unexplained: examiner.unexplained(item), missing: examiner.missing(item))
    }

    /// As above from a list of evidence; `rival` `nil` is the unlisted background.
    public func explain(
        _ subject: CaseID, against rival: CaseID?, _ evidence: [Evidence]
    ) -> Explanation? {
        explain(
            subject, against: rival.map(Explanation.Rival.named) ?? .background,
            Observations(evidence))
    }

    /// A hypothesis to compare with, by position.
    private enum Opponent {
        case item(Int), row(Int), background

        func named(in model: Model) -> Explanation.Rival {
            switch self {
            case .item(let item): .named(model.caseIDs[item])
            case .row: .unlisted
            case .background: .background
            }
        }

        func family(in model: Model) -> String? {
            if case .row(let family) = self { model.familyNames[family] } else { nil }
        }
    }

    private func opponent(
        _ rival: Explanation.Rival, of item: Int, _ posterior: Posterior
    ) -> Opponent? {
        switch rival {
        case .named(let id): model.caseIndex[id].map(Opponent.item)
        case .background: .background
        case .unlisted: topRow(posterior)
        case .runnerUp:
            ranking(posterior).first { $0 != item }.map(Opponent.item) ?? topRow(posterior)
        }
    }

    private func topRow(_ posterior: Posterior) -> Opponent {
        let scores = posterior.rowScores
        return .row(scores.indices.max { scores[$0] < scores[$1] } ?? 0)
    }

    private func probability(of fact: Int, under opponent: Opponent) -> Double {
        switch opponent {
        case .item(let item): model.probability(ofFact: fact, inCase: item)
        case .row(let family): model.row(family, fact)
        case .background: model.background[fact]
        }
    }

    private func logPrior(of opponent: Opponent) -> Double {
        switch opponent {
        case .item(let item): model.logPrior[item]
        case .row: model.logRowPrior
        case .background: naturalLogarithm(model.unlistedPrior)
        }
    }

    /// Λ of the background is its prior: likelihoods are relative to it.
    private func score(of opponent: Opponent, _ posterior: Posterior) -> Double {
        switch opponent {
        case .item(let item): posterior.caseScores[item]
        case .row(let family): posterior.rowScores[family]
        case .background: naturalLogarithm(model.unlistedPrior)
        }
    }
}
