public import Casebook
public import Diagnosis
import Probes

/// A triage by questions as a value: what is asked, what was answered, and every state before, so
/// that taking back is exact.
public struct Conversation: Sendable {
    public enum Question: Hashable, Sendable {
        /// What the operator's own words may have meant.
        case guess(Suggestions.Suggestion)
        case step(NextStep)

        public var id: String {
            switch self {
            case .guess(let guess): guess.fact
            case .step(let step): step.id
            }
        }
    }

    /// What follows from the evidence so far.
    public struct Assessment: Sendable {
        public var result: TriageResult
        /// What is asked now; `nil` when nothing is worth asking (`result.stop` says why).
        public var question: Question?
    }

    /// Everything that one answer may change.
    private struct State: Sendable {
        var session: TriageSession
        var guesses: [Suggestions.Suggestion] = []
        /// The operator's own words.
        var said: [String] = []
        /// Steps that were done or declined, in order.
        var done: [Step] = []
        /// To be asked before anything else.
        var chosen: String?
    }

    /// Weaker guesses at what somebody's own words mean are not worth reading.
    public static let leastConfidence = 0.3

    private let suggestions: Suggestions
    private let policy: StepPolicy
    private var state: State
    private var past: [State] = []

    /// - Parameter budget: seconds that all steps may take together; `nil` is no limit.
    public init(session: TriageSession, budget: Double? = nil) {
        suggestions = Suggestions(session.casebook)
        var policy = StepPolicy()
        policy.budget = budget
        self.policy = policy
        state = State(session: session)
    }

    public var session: TriageSession { state.session }
    public var casebook: Casebook { state.session.casebook }
    public var evidence: [Evidence] { state.session.log.entries }
    public var guesses: [Suggestions.Suggestion] { state.guesses }
    /// Ids of the steps that were done or declined, in order.
    public var done: [String] { state.done.map(\.id) }
    public var canUndo: Bool { !past.isEmpty }
    /// How often something was answered, read or changed, less what was taken back.
    public var moves: Int { past.count }
}

extension Conversation {
    /// Answers what is asked; a step that is no question counts as done or declined.
    public mutating func answer(_ answer: Answer, to question: Question) {
        remember()
        state.chosen = nil
        switch question {
        case .guess(let guess):
            state.guesses.removeAll { $0.fact == guess.fact }
            if answer != .unknown { state.session.record([reported(guess.fact, answer)]) }
        case .step(let next):
            guard let step = state.session.openSteps().steps.first(where: { $0.id == next.id })
            else { return }
            // Nobody can answer for a capture or a probe; declining it tells nothing.
            if next.kind == .ask || next.byHand {
                state.session.record(step.facts.map { answer.evidence(of: $0, in: casebook) })
            }
            state.done.append(step)
        }
    }

    /// Words that were volunteered and then confirmed are a report; anything else is an answer.
    private func reported(_ fact: FactID, _ answer: Answer) -> Evidence {
        if answer != .yes { return answer.evidence(of: fact, in: casebook) }
        return Evidence(
            id: fact, kind: .symptom, state: .present, source: "report",
            summary: "The operator confirmed that this was meant.")
    }

    /// Answers or corrects any fact of the vocabulary.
    public mutating func correct(_ fact: FactID, _ answer: Answer) {
        remember()
        if let source = evidence.first(where: { $0.id == fact && $0.instrument == .report })?.source
        {
            state.session.remove(fact, saidBy: source)
        }
        state.session.record([answer.evidence(of: fact, in: casebook)])
        markDone { $0.facts == [fact] }
    }

    /// Takes one piece of evidence out; what it settled may be asked again.
    public mutating func remove(_ evidence: Evidence) {
        remember()
        state.session.remove(evidence.id, saidBy: evidence.source)
        state.done.removeAll { $0.facts == [evidence.id] }
    }

    /// - Returns: how many questions the words may answer; those are asked first.
    public mutating func say(_ text: String) -> Int {
        let found = meanings(of: text)
        remember()
        state.said.append(text)
        state.guesses = found
        return found.count
    }

    /// What a text may mean and nobody has answered yet, the likeliest first.
    public func meanings(of text: String) -> [Suggestions.Suggestion] {
        let known = state.session.log.knownFacts
        return suggestions.suggest(text).filter {
            $0.confidence >= Self.leastConfidence && !known.contains($0.fact)
        }
    }

    /// Asks an open step next, whatever would be asked otherwise.
    public mutating func choose(_ step: String) { state.chosen = step }

    public mutating func record(_ run: CaptureRun, of path: String) {
        remember()
        state.session.record(run, of: path)
        state.chosen = nil
        markDone { $0.id == OpenSteps.captureStep }
    }

    /// What a check of another kind found.
    ///
    /// - Parameter step: the id of the step that was run.
    public mutating func record(_ evidence: [Evidence], from step: String) {
        remember()
        state.session.record(evidence)
        state.chosen = nil
        markDone { $0.id == step }
    }

    /// - Returns: what is wrong with it; `nil` when it was taken.
    public mutating func aim(at words: String) -> String? {
        do throws(ProbeTargetError) {
            let target = try ProbeTarget(parsing: words)
            remember()
            state.session.aim(at: target)
            return nil
        } catch {
            return "\(error.fault); \(error.suggestion)"
        }
    }

    /// - Returns: whether there was anything to take back.
    @discardableResult
    public mutating func undo() -> Bool {
        guard let last = past.popLast() else { return false }
        state = last
        return true
    }

    private mutating func remember() { past.append(state) }

    private mutating func markDone(_ matches: (Step) -> Bool) {
        let known = Set(done)
        state.done += state.session.openSteps().steps.filter {
            matches($0) && !known.contains($0.id)
        }
    }
}

extension Conversation {
    /// Judges everything that is known and finds what to ask next.
    public func assess() -> Assessment {
        let session = state.session
        let observations = Observations(session.log.entries)
        let diagnosis = session.engine.diagnose(observations)
        let open = session.openSteps()
        var dialogue = session.dialogue(open.steps, observations, policy)
        for step in state.done { dialogue.finish([step]) }
        let next = NextSteps(
            engine: session.engine, diagnosis: diagnosis, dialogue: dialogue, open: open)
        let (question, stop) = question(dialogue, open)
        return Assessment(
            result: TriageResult(
                casebook: session.casebook, diagnosis: diagnosis, evidence: session.log.entries,
                warnings: session.warnings, truncated: session.truncated, commands: open.commands,
                next: next.steps(), stop: stop, engine: session.engine,
                observations: observations),
            question: question)
    }

    private func question(
        _ dialogue: Dialogue, _ open: OpenSteps
    ) -> (Question?, StopReason?) {
        func described(_ proposal: Proposal) -> Question {
            .step(
                open.describe(
                    proposal, engine: state.session.engine, dialogue.observations))
        }
        let engine = state.session.engine
        if let chosen = state.chosen,
            let proposal = engine.proposals(dialogue).first(where: { $0.step.id == chosen })
        {
            return (described(proposal), nil)
        }
        if let guess = state.guesses.first { return (.guess(guess), nil) }
        // What may do harm is asked for only when all that is harmless has been asked.
        var harmless = dialogue
        harmless.permission.proposed = .normal
        for dialogue in [harmless, dialogue] {
            switch engine.advise(dialogue) {
            case .take(let proposal): return (described(proposal), nil)
            case .runTogether(let proposals):
                if let first = proposals.first { return (described(first), nil) }
            case .stop(.noStepLeft), .stop(.littleToLearn): continue
            case .stop(let reason): return (nil, reason)
            }
        }
        if case .stop(let reason) = engine.advise(dialogue) { return (nil, reason) }
        return (nil, .noStepLeft)
    }
}

extension Conversation {
    /// What has to be kept so that nothing is lost when the process dies.
    public func kept(id: String, created: Int64, updated: Int64) -> SessionFile {
        SessionFile(
            id: id, created: created, updated: updated, evidence: evidence,
            captures: session.captures, done: done, guesses: guesses.map(\.fact),
            target: session.target, said: state.said,
            truncated: session.truncated)
    }

    /// Takes an earlier run up again; what the casebook no longer knows is left out.
    public mutating func restore(_ kept: SessionFile) {
        state.session.restore(kept)
        state.said = kept.said
        let ids = Set(kept.done)
        state.done = state.session.openSteps().steps.filter { ids.contains($0.id) }
        state.guesses = kept.guesses.filter { casebook[symptom: $0] != nil }
            .map { Suggestions.Suggestion(fact: $0, score: 0, confidence: 1, negated: false) }
    }
}
