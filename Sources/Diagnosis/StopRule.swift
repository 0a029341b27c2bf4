public import Casebook

/// Why there is nothing more to ask.
public enum StopReason: Hashable, Sendable {
    /// The leader's deciding test has matched, or evidence it names as sufficient.
    case proven(CaseID)
    /// P(case) has reached the stop probability, and nothing excludes it.
    case known(CaseID)
    /// These cases together have, and they share their first action.
    case sameAction([CaseID])
    /// P(none) has reached its stop probability, with enough facts known.
    case outsideCasebook
    /// The best open step would tell this many bits: too few.
    case littleToLearn(bestGainBits: Double)
    /// Nothing that may and can be done is left.
    case noStepLeft
    /// The steps that are left take longer than the time that is left.
    case budgetSpent
    /// As many moves as a person will bear.
    case moveLimit
}

extension Engine {
    /// The reason that the evidence itself gives to stop.
    func settledReason(_ posterior: Posterior, policy: StepPolicy) -> StopReason? {
        let examiner = Examiner(engine: self, posterior: posterior)
        let proven = confirmedCases(examiner)
        if let leader = proven.max(by: { one, other in
            (posterior.cases[one], other) < (posterior.cases[other], one)
        }) {
            return .proven(model.caseIDs[leader])
        }
        if let top = best(1, in: posterior.cases).first,
            posterior.cases[top] >= policy.stopProbability, examiner.exclusions(top).isEmpty
        {
            return .known(model.caseIDs[top])
        }
        let known = posterior.readings.lazy.filter { $0.state != .unknown }.count
        if posterior.unlisted >= policy.stopNoneProbability, known >= parameters.noneKnownFacts {
            return .outsideCasebook
        }
        return sameAction(posterior, examiner, policy: policy)
    }

    private func sameAction(
        _ posterior: Posterior, _ examiner: Examiner, policy: StepPolicy
    ) -> StopReason? {
        for cases in sameActionCases {
            let members = cases.filter { examiner.exclusions($0).isEmpty }
            let mass = members.reduce(0) { $0 + posterior.cases[$1] }
            if mass >= policy.stopProbability {
                return .sameAction(members.map { model.caseIDs[$0] })
            }
        }
        return nil
    }

    /// Cases in the order in which to try their deciding tests or repairs: by p/C, which is
    /// optimal for one cause and independent costs (exchange argument).
    ///
    /// - Parameter cost: seconds of the case's test; one second at least.
    public func confirmationOrder(
        _ observations: Observations, cost: (CaseID) -> Double
    ) -> [CaseID] {
        let posterior = posterior(observations)
        let worth = model.caseIDs.indices.map { item in
            let seconds = cost(model.caseIDs[item])
            return posterior.cases[item] / (seconds.isFinite ? max(1, seconds) : 1)
        }
        return model.caseIDs.indices.sorted { left, right in
            worth[left] != worth[right] ? worth[left] > worth[right] : left < right
        }.map { model.caseIDs[$0] }
    }
}
