import Casebook

/// Expected information about the cause, in bits, of asking an instrument about a fact.
///
/// One pass over the fact's postings with tables over its palette: for 100,000 cases the exact
/// sum over all hypotheses costs no more than finding the likely ones to prune to.
struct GainTable {
    private let model: Model
    private let posterior: Posterior
    private let caseMass: Double
    /// H(p) over cases and "none of these" rows, in bits: no step can tell more.
    let entropy: Double
    /// Known facts of each echo group.
    private var knownInGroup: [Int: Int] = [:]

    init(model: Model, posterior: Posterior, temperature: Double) {
        self.model = model
        self.posterior = posterior
        caseMass = posterior.cases.reduce(0, +)
        entropy = Self.entropy(posterior, temperature: temperature)
        for reading in posterior.readings where model.groupOfFact[reading.fact] >= 0 {
            knownInGroup[model.groupOfFact[reading.fact], default: 0] += 1
        }
    }

    /// From the scores, of which the probabilities are the exponentials: one logarithm in all.
    private static func entropy(_ posterior: Posterior, temperature: Double) -> Double {
        let probabilities = [posterior.cases, posterior.rows]
        let scores = [posterior.caseScores, posterior.rowScores]
        var (top, topScore) = (0.0, 0.0)
        for (probabilities, scores) in zip(probabilities, scores) {
            for (probability, score) in zip(probabilities, scores) where probability > top {
                (top, topScore) = (probability, score)
            }
        }
        var nepers = -naturalLogarithm(top)
        for (probabilities, scores) in zip(probabilities, scores) {
            for (probability, score) in zip(probabilities, scores) {
                nepers -= probability * (score - topScore) / temperature
            }
        }
        return max(0, nepers / naturalLogarithm(2))
    }

    /// Mutual information between the cause and the instrument's answer, times the echo weight
    /// that the answer would get.
    func gain(fact: Int, rates: Parameters.ErrorRates) -> Double {
        let reading = posterior.reading(of: fact)
        // P(instrument says yes | hypothesis), from its P(present) beforehand.
        func sayingYes(_ probability: Double) -> Double {
            let present = reading?.presence(probability) ?? probability
            return present * (1 - rates.falseNo) + (1 - present) * rates.falseYes
        }
        let base = sayingYes(model.background[fact])
        let baseEntropy = binaryEntropy(base)
        let table = model.postings.palette[model.postings.paletteRange(fact)].map { listed in
            let answer = sayingYes(listed)
            return (yes: answer - base, entropy: binaryEntropy(answer) - baseEntropy)
        }
        var expectedYes = caseMass * base
        var expectedEntropy = caseMass * baseEntropy
        let (items, codes) = (model.postings.item.span, model.postings.code.span)
        let (cases, entries) = (posterior.cases.span, table.span)
        for position in model.postings.range(fact) {
            let probability = cases[Int(items[position])]
            let entry = entries[Int(codes[position])]
            expectedYes += probability * entry.yes
            expectedEntropy += probability * entry.entropy
        }
        for family in posterior.rows.indices {
            let answer = sayingYes(model.row(family, fact))
            expectedYes += posterior.rows[family] * answer
            expectedEntropy += posterior.rows[family] * binaryEntropy(answer)
        }
        let bits = max(0, binaryEntropy(min(1, expectedYes)) - expectedEntropy)
        return min(bits, entropy) * echoShare(fact, known: reading)
    }

    private func echoShare(_ fact: Int, known: Reading?) -> Double {
        if let known { return known.weight }
        let group = model.groupOfFact[fact]
        guard group >= 0 else { return 1 }
        return model.groups[group].weight(ofRank: (knownInGroup[group] ?? 0) + 1)
    }
}
