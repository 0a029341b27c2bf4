import Casebook

/// Probabilities of all hypotheses given what was said: cases, and one "none of these" a family.
struct Posterior: Equatable, Sendable {
    /// Known facts in ascending order, with echo weights.
    let readings: [Reading]
    /// Λ: log prior plus weighted log-likelihoods relative to the background, before the softmax;
    /// for a case that lists nothing it is the log prior.
    let caseScores: [Double]
    let rowScores: [Double]
    let cases: [Double]
    let rows: [Double]

    /// P(none of the known cases).
    var unlisted: Double { rows.reduce(0, +) }

    func reading(of fact: Int) -> Reading? {
        var (low, high) = (0, readings.count)
        while low < high {
            let middle = (low + high) / 2
            if readings[middle].fact < fact { low = middle + 1 } else { high = middle }
        }
        return low < readings.count && readings[low].fact == fact ? readings[low] : nil
    }
}

extension Model {
    /// The known facts among the observations, ascending, weighted; facts outside the vocabulary
    /// are left out.
    func readings(_ observations: Observations, parameters: Parameters) -> [Reading] {
        var votes: [Int: Votes] = [:]
        for (key, answer) in observations.answers {
            guard let fact = factIndex[key.fact] else { continue }
            votes[fact, default: Votes()].add(answer, by: key.instrument)
        }
        var readings = votes.keys.sorted().map { fact in
            (votes[fact] ?? Votes()).reading(of: fact, parameters: parameters)
        }
        weigh(&readings)
        return readings
    }

    /// Recomputed from the set of evidence, in order of facts, every time: the cost is at most
    /// one pass over the postings, and undo, order and repetition need no thought.
    func posterior(_ readings: [Reading], temperature: Double) -> Posterior {
        var caseScores = logPrior
        var rowScores = [Double](repeating: logRowPrior, count: familyCount)
        for reading in readings {
            let reference = reading.logLikelihood(background[reading.fact])
            let table = postings.palette[postings.paletteRange(reading.fact)].map {
                reading.logLikelihood($0) - reference
            }
            for position in postings.range(reading.fact) {
                caseScores[Int(postings.item[position])] += table[Int(postings.code[position])]
            }
            for family in rowScores.indices {
                rowScores[family] += reading.logLikelihood(row(family, reading.fact)) - reference
            }
        }
        let (cases, rows) = Self.softmax(caseScores, rowScores, temperature: temperature)
        return Posterior(
            readings: readings, caseScores: caseScores, rowScores: rowScores, cases: cases,
            rows: rows)
    }

    private static func softmax(
        _ cases: [Double], _ rows: [Double], temperature: Double
    ) -> ([Double], [Double]) {
        let top = max(cases.max() ?? -.infinity, rows.max() ?? -.infinity)
        let scale = 1 / temperature
        let caseMass = cases.map { exponential(($0 - top) * scale) }
        let rowMass = rows.map { exponential(($0 - top) * scale) }
        let total = rowMass.reduce(caseMass.reduce(0, +), +)
        return (caseMass.map { $0 / total }, rowMass.map { $0 / total })
    }
}
