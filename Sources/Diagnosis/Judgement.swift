public import Casebook

extension Engine {
    /// The full diagnosis: ranking, verdicts and the lists that explain them.
    public func diagnose(_ evidence: [Evidence]) -> Diagnosis {
        diagnose(Observations(evidence))
    }

    /// - Parameter detailed: how many cases, from the top, get their lists filled. Worth setting
    ///   for casebooks of thousands of cases only.
    public func diagnose(_ observations: Observations, detailed: Int = .max) -> Diagnosis {
        let posterior = posterior(observations)
        let order = ranking(posterior)
        let examiner = Examiner(engine: self, posterior: posterior)
        let excludedBy = model.caseIDs.indices.map(examiner.exclusions)
        let leader = order.first { excludedBy[$0].isEmpty }
        let proven = confirmedCases(examiner)
        let likely = leader.flatMap { item in
            isFarAhead(item, posterior, order.filter { excludedBy[$0].isEmpty }) ? item : nil
        }
        let verdicts = model.caseIDs.indices.map { item -> RankedCase.Verdict in
            proven.contains(item)
                ? .confirmed
                : !excludedBy[item].isEmpty ? .excluded : item == likely ? .likely : .possible
        }
        let ranked = order.enumerated().map { rank, item in
            examiner.ranked(
                item, verdict: verdicts[item], excludedBy: excludedBy[item],
                detailed: rank < detailed)
        }
        let (verdict, ground) = overall(ranked, posterior: posterior)
        return Diagnosis(
            verdict: verdict, ground: ground, cases: ranked, unlisted: posterior.unlisted,
            unlistedByFamily: unlistedByFamily(posterior), known: examiner.known(),
            unexplained: (order.first { proven.contains($0) } ?? leader).map(examiner.unexplained)
                ?? [],
            unrecognised: unrecognised(observations))
    }

    /// The lists of one case that a diagnosis without them has named.
    public func detail(_ ranked: RankedCase, _ observations: Observations) -> RankedCase {
        guard let item = model.caseIDs.firstIndex(of: ranked.id) else { return ranked }
        return Examiner(engine: self, posterior: posterior(observations)).ranked(
            item, verdict: ranked.verdict, excludedBy: ranked.excludedBy, detailed: true)
    }

    /// At least `likelyProbability`, ahead of the next case and of "none" by 6 dB, and with
    /// something abnormal in its favour: neither what merely remains when all else is ruled out
    /// nor what fits a healthy system too is likely.
    private func isFarAhead(_ leader: Int, _ posterior: Posterior, _ order: [Int]) -> Bool {
        let support = decibansPerScore * (posterior.caseScores[leader] - model.logPrior[leader])
        guard support > parameters.negligibleDecibans,
            posterior.readings.contains(where: { reading in
                isAbnormal(reading)
                    && model.forward.listing(of: reading.fact, inCase: leader) != nil
            })
        else { return false }
        let probability = posterior.cases[leader]
        let next = order.first { $0 != leader }.map { posterior.cases[$0] } ?? 0
        let rival = max(next, posterior.unlisted)
        return probability >= parameters.likelyProbability
            && probability >= rival * ratio(ofDecibans: parameters.likelyLeadDecibans)
    }

    /// The verdict as a whole.
    ///
    /// `none` needs that somebody has really looked, a machine or a person at eight facts, and
    /// says one of two things: what is present is ordinary, or P(none) leads. Something abnormal
    /// that fits no case is `undecided`: it may be a known case seen from the wrong side.
    private func overall(
        _ cases: [RankedCase], posterior: Posterior
    ) -> (Diagnosis.Verdict, Diagnosis.Ground) {
        if let proven = cases.indices.first(where: { cases[$0].verdict == .confirmed }) {
            return (.confirmed, .proven(cases[proven].id))
        }
        if let likely = cases.indices.first(where: { cases[$0].verdict == .likely }) {
            return (.likely, .ahead(cases[likely].id))
        }
        let known = posterior.readings.filter { $0.state != .unknown }
        guard !known.isEmpty else { return (.undecided, .nothingLookedAt) }
        let enough = known.count >= parameters.noneKnownFacts
        let machineLooked = known.contains { $0.machineSaysAbsent || $0.machineSaysPresent }
        if !known.contains(where: isAbnormal), machineLooked || enough {
            let ordinary = known.contains { $0.state == .present }
            return (.none, ordinary ? .nothingFits : .nothingAbnormal)
        }
        return enough && posterior.unlisted >= parameters.noneProbability
            ? (.none, .outsideCasebook) : (.undecided, .notEnoughEvidence)
    }

    /// Present, and not such as healthy systems show.
    private func isAbnormal(_ reading: Reading) -> Bool {
        reading.state == .present
            && model.background[reading.fact] < parameters.ordinaryBackground
    }

    private func unlistedByFamily(_ posterior: Posterior) -> [UnlistedFamily] {
        zip(model.familyNames, posterior.rows)
            .map { UnlistedFamily(family: $0, probability: $1) }
            .sorted { ($1.probability, $0.family) < ($0.probability, $1.family) }
    }

    private func unrecognised(_ observations: Observations) -> [FactID] {
        Set(observations.answers.keys.map(\.fact))
            .filter { model.factIndex[$0] == nil }.sorted()
    }
}
