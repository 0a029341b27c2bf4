public import Casebook

/// Where the diagnosis would stand after one possible answer.
public struct Outcome: Hashable, Sendable {
    public var fact: FactID
    public var state: FactState
    /// P(this answer) now.
    public var probability: Double
    /// The case that would lead, unless "none of these" would; `nil` then.
    public var leader: CaseID?
    /// P(leader), or P(none).
    public var leaderProbability: Double
}

extension Engine {
    /// "Yes: A 84 %, no: B 61 %": both answers that an instrument could give on a fact.
    ///
    /// Empty where the vocabulary does not know the fact.
    public func whatIf(
        _ fact: FactID, askedOf instrument: Evidence.Instrument, _ observations: Observations
    ) -> [Outcome] {
        guard let index = model.factIndex[fact] else { return [] }
        let yes = probabilityOfYes(index, instrument, posterior(observations))
        return [(FactState.present, yes), (.absent, 1 - yes)].map { state, probability in
            var copy = observations
            copy.record(fact, state, by: instrument, named: "what if")
            let lead = lead(of: posterior(copy))
            return Outcome(
                fact: fact, state: state, probability: probability, leader: lead.id,
                leaderProbability: lead.probability)
        }
    }

    private func probabilityOfYes(
        _ fact: Int, _ instrument: Evidence.Instrument, _ posterior: Posterior
    ) -> Double {
        let rates = parameters.errorRates(instrument, graded: false)
        let present = presence(of: fact, posterior)
        return present * (1 - rates.falseNo) + (1 - present) * rates.falseYes
    }

    /// P(fact present | all evidence), averaged over the hypotheses.
    func presence(of fact: Int, _ posterior: Posterior) -> Double {
        let reading = posterior.reading(of: fact)
        func presence(_ probability: Double) -> Double {
            reading?.presence(probability) ?? probability
        }
        let base = presence(model.background[fact])
        let palette = model.postings.palette[model.postings.paletteRange(fact)]
        let excess = palette.map { presence($0) - base }
        var sum = posterior.cases.reduce(0, +) * base
        for position in model.postings.range(fact) {
            let item = Int(model.postings.item[position])
            sum += posterior.cases[item] * excess[Int(model.postings.code[position])]
        }
        for family in posterior.rows.indices {
            sum += posterior.rows[family] * presence(model.row(family, fact))
        }
        return min(max(sum, 0), 1)
    }

    /// The most probable case, or `nil` where "none of these" is more probable than any.
    func lead(of posterior: Posterior) -> (id: CaseID?, probability: Double) {
        let top = posterior.cases.indices.max { posterior.cases[$0] < posterior.cases[$1] }
        let unlisted = posterior.unlisted
        guard let top, posterior.cases[top] >= unlisted else { return (nil, unlisted) }
        return (model.caseIDs[top], posterior.cases[top])
    }
}
