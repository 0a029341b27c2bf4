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
        let proven = model.caseIDs.indices.map { item in
            examiner.isProven(item) && (excludedBy[item].isEmpty || item == order.first)
        }
        let likely = leader.flatMap { item in
            isFarAhead(item, posterior, order.filter { excludedBy[$0].isEmpty }) ? item : nil
        }
        let verdicts = model.caseIDs.indices.map { item -> RankedCase.Verdict in
            proven[item]
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
            unexplained: leader.map(examiner.unexplained) ?? [],
            unrecognised: unrecognised(observations))
    }

    /// At least `likelyProbability`, ahead of the next case and of "none" by 6 dB, and with
    /// something in its favour: what merely remains when all else is ruled out is not likely.
    private func isFarAhead(_ leader: Int, _ posterior: Posterior, _ order: [Int]) -> Bool {
        let support = decibansPerScore * (posterior.caseScores[leader] - model.logPrior[leader])
        guard support > parameters.negligibleDecibans else { return false }
        let probability = posterior.cases[leader]
        let next = order.first { $0 != leader }.map { posterior.cases[$0] } ?? 0
        let rival = max(next, posterior.unlisted)
        return probability >= parameters.likelyProbability
            && probability >= rival * ratio(ofDecibans: parameters.likelyLeadDecibans)
    }

    /// The verdict as a whole.
    ///
    /// `none` needs that somebody has really looked: a machine, or a person at eight facts. Then
    /// it says one of three things: nothing is abnormal; what is present fits no case (no case
    /// has more than 3 dB of evidence in its favour); or P(none) leads.
    private func overall(
        _ cases: [RankedCase], posterior: Posterior
    ) -> (Diagnosis.Verdict, Diagnosis.Ground) {
        if let proven = cases.first(where: { $0.verdict == .confirmed }) {
            return (.confirmed, .proven(proven.id))
        }
        if let likely = cases.first(where: { $0.verdict == .likely }) {
            return (.likely, .ahead(likely.id))
        }
        let known = posterior.readings.filter { $0.state != .unknown }
        guard !known.isEmpty else { return (.undecided, .nothingLookedAt) }
        let enough = known.count >= parameters.noneKnownFacts
        let machineLooked = known.contains { $0.machineSaysAbsent || $0.machineSaysPresent }
        if !known.contains(where: { $0.state == .present }) {
            return machineLooked || enough
                ? (.none, .nothingAbnormal) : (.undecided, .notEnoughEvidence)
        }
        if enough, posterior.unlisted >= parameters.noneProbability {
            return (.none, .outsideCasebook)
        }
        let best = cases.lazy.filter { $0.verdict != .excluded }.map(\.evidenceDecibans).max() ?? 0
        return enough && best <= parameters.negligibleDecibans
            ? (.none, .nothingFits) : (.undecided, .notEnoughEvidence)
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
