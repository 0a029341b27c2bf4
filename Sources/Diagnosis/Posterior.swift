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
            add(table, atPostingsOf: reading.fact, to: &caseScores)
            for family in rowScores.indices {
                rowScores[family] += reading.logLikelihood(row(family, reading.fact)) - reference
            }
        }
        let (cases, rows) = Self.softmax(caseScores, rowScores, temperature: temperature)
        return Posterior(
            readings: readings, caseScores: caseScores, rowScores: rowScores, cases: cases,
            rows: rows)
    }

    /// The inner loop: over spans, which are checked for bounds but not for being shared.
    func add(_ table: [Double], atPostingsOf fact: Int, to scores: inout [Double]) {
        let (item, code, table) = (postings.item.span, postings.code.span, table.span)
        var scores = scores.mutableSpan
        for position in postings.range(fact) {
            scores[Int(item[position])] += table[Int(code[position])]
        }
    }

    private static func softmax(
        _ cases: [Double], _ rows: [Double], temperature: Double
    ) -> ([Double], [Double]) {
        let top = max(cases.max() ?? -.infinity, rows.max() ?? -.infinity)
        let scale = 1 / temperature
        var total = 0.0
        func mass(_ score: Double) -> Double {
            let mass = exponential((score - top) * scale)
            total += mass
            return mass
        }
        var (caseMass, rowMass) = (cases.map(mass), rows.map(mass))
        let share = 1 / total
        for item in caseMass.indices { caseMass[item] *= share }
        for row in rowMass.indices { rowMass[row] *= share }
        return (caseMass, rowMass)
    }
}
