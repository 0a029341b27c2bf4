import Casebook
import Diagnosis

extension Conversation {
    /// An answer that is wrong with more than this is worth another look.
    private static let doubtful = 0.5
    /// Cases whose lists are filled at once; those of others when somebody reads the case.
    static let detailedCases = 32

    /// Judges everything that is known and finds what to ask next.
    public func assess() -> Assessment {
        let session = state.session
        let observations = Observations(session.log.entries)
        let diagnosis = session.engine.diagnose(observations, detailed: Self.detailedCases)
        let open = session.openSteps(for: diagnosis)
        var dialogue = session.dialogue(open.steps, observations, policy)
        for step in state.done { dialogue.finish([step]) }
        dialogue.steps.removeAll { underWay.contains($0.id) }
        let next = NextSteps(
            engine: session.engine, diagnosis: diagnosis, dialogue: dialogue, open: open)
        let asked = Asker(state: state, dialogue: dialogue, open: open).ask()
        return Assessment(
            result: TriageResult(
                casebook: session.casebook, diagnosis: diagnosis, evidence: session.log.entries,
                warnings: session.warnings, truncated: session.truncated, commands: open.commands,
                next: next.steps(), stop: asked.stop, engine: session.engine,
                observations: observations),
            question: asked.question, together: asked.together,
            doubts: session.engine.doubts(observations).filter {
                $0.probabilityWrong > Self.doubtful
            })
    }
}

/// Chooses what is asked in one state of a conversation.
private struct Asker {
    typealias Question = Conversation.Question

    let state: Conversation.State
    let dialogue: Dialogue
    let open: OpenSteps

    private var engine: Engine { state.session.engine }

    func ask() -> (question: Question?, together: [NextStep], stop: StopReason?) {
        if let chosen = state.chosen,
            let proposal = engine.proposals(dialogue).first(where: { $0.step.id == chosen })
        {
            return asked([proposal])
        }
        if let guess = state.guesses.first { return (.guess(guess), [], nil) }
        // What may do harm is asked for only when all that is harmless has been asked.
        var harmless = dialogue
        harmless.permission.proposed = .normal
        for dialogue in [harmless, dialogue] {
            switch engine.advise(dialogue) {
            case .take(let proposal): return asked([proposal])
            case .runTogether(let proposals) where !proposals.isEmpty: return asked(proposals)
            case .runTogether, .stop(.noStepLeft), .stop(.littleToLearn): continue
            case .stop(let reason): return (nil, [], reason)
            }
        }
        if case .stop(let reason) = engine.advise(dialogue) { return (nil, [], reason) }
        return (nil, [], .noStepLeft)
    }

    /// Probes may run side by side; checks of other kinds are asked for one by one.
    private func asked(
        _ proposals: [Proposal]
    ) -> (question: Question?, together: [NextStep], stop: StopReason?) {
        let probes = proposals.filter { $0.step.instrument == .probe }
        let steps = (probes.isEmpty ? Array(proposals.prefix(1)) : probes).map {
            open.describe($0, engine: engine, dialogue.observations)
        }
        return (steps.first.map { .step($0) }, probes.isEmpty ? [] : steps, nil)
    }
}
