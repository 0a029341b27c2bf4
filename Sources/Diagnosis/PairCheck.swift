public import Casebook

/// Two causes at once that explain the evidence better than any single one.
public struct CausePair: Hashable, Sendable {
    /// In ascending order.
    public var cases: [CaseID]
    /// How far ahead of the best single case.
    public var aheadOfSingleDecibans: Double
    /// How far ahead of "none of these".
    public var aheadOfNoneDecibans: Double
}

extension Engine {
    /// The best pair of one of the eight leading cases with any other, if it is 3 dB ahead of the
    /// best single case and of "none of these".
    ///
    /// Rarely says anything (a quarter of the true pairs in the note's simulation) and is then
    /// almost always right.
    public func together(_ observations: Observations) -> CausePair? {
        let posterior = posterior(observations)
        guard let single = posterior.caseScores.max() else { return nil }
        var best: (first: Int, second: Int, score: Double)?
        for first in self.best(8, in: posterior.cases) {
            let scores = pairScores(first, posterior)
            for second in scores.indices
            where second != first && scores[second] > (best?.score ?? -.infinity) {
                best = (first, second, scores[second])
            }
        }
        guard let best else { return nil }
        let top = posterior.rowScores.max() ?? 0
        let none =
            top + naturalLogarithm(posterior.rowScores.reduce(0) { $0 + exponential($1 - top) })
        let pair = CausePair(
            cases: [best.first, best.second].sorted().map { model.caseIDs[$0] },
            aheadOfSingleDecibans: decibansPerScore * (best.score - single),
            aheadOfNoneDecibans: decibansPerScore * (best.score - none))
        return min(pair.aheadOfSingleDecibans, pair.aheadOfNoneDecibans) >= 3 ? pair : nil
    }

    /// Λ of `first` together with every case: either cause alone produces the fact (noisy-OR with
    /// the leak counted once), prior κ π π.
    private func pairScores(_ first: Int, _ posterior: Posterior) -> [Double] {
        let rarity = naturalLogarithm(0.04) + model.logPrior[first]
        var scores = model.logPrior.map { $0 + rarity }
        var alone = 0.0
        for reading in posterior.readings {
            let fact = reading.fact
            let background = model.background[fact]
            let own = model.probability(ofFact: fact, inCase: first)
            let reference = reading.logLikelihood(background)
            func together(_ other: Double) -> Double {
                let both = 1 - (1 - own) * (1 - other) / (1 - background)
                return reading.logLikelihood(min(max(both, 0.005), 0.995)) - reference
            }
            // A case that is silent on the fact adds nothing to what `first` makes of it.
            let silent = together(background)
            alone += silent
            let palette = model.postings.palette[model.postings.paletteRange(fact)]
            let excess = palette.map { together($0) - silent }
            model.add(excess, atPostingsOf: fact, to: &scores)
        }
        return scores.map { $0 + alone }
    }
}
