public import Casebook
public import Diagnosis
import Probes

/// Every move takes the time at which it is made, in seconds since 1970.
extension Conversation {
    /// Answers what is asked; a step that is no question counts as done or declined.
    public mutating func answer(_ answer: Answer, to question: Question, at time: Int64) {
        switch question {
        case .guess(let guess):
            let evidence = reported(guess.fact, answer)
            move(Move(.answered, guess.fact, answer), time) { state in
                state.guesses.removeAll { $0.fact == guess.fact }
                if answer != .unknown { state.session.record([evidence]) }
            }
        case .step(let next) where next.kind == .ask || next.byHand:
            let step = Step(
                id: next.id, facts: next.facts, instrument: .operator, seconds: next.costSeconds,
                effect: next.effect)
            let evidence = next.facts.map { answer.evidence(of: $0, in: casebook) }
            move(Move(.answered, next.id, answer), time) { state in
                state.session.record(evidence)
                state.done.append(step)
            }
        case .step(let next): decline([next.id], at: time)
        }
    }

    /// Nobody can answer for a capture or a probe; declining it tells nothing.
    public mutating func decline(_ steps: [String], at time: Int64) {
        move(Move(.declined, steps.joined(separator: " ")), time) { state in
            state.markDone { steps.contains($0.id) }
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
    public mutating func correct(_ fact: FactID, _ answer: Answer, at time: Int64) {
        let reports = evidence.filter { $0.id == fact && $0.instrument == .report }
        let evidence = answer.evidence(of: fact, in: casebook)
        move(Move(.corrected, fact, answer), time) { state in
            for report in reports { state.session.remove(fact, saidBy: report.source) }
            state.session.record([evidence])
            state.guesses.removeAll { $0.fact == fact }
            state.markDone { $0.facts == [fact] }
        }
    }

    /// Takes one piece of evidence out; what it settled may be asked again.
    public mutating func remove(_ evidence: Evidence, at time: Int64) {
        move(Move(.removed, evidence.id), time) { state in
            state.session.remove(evidence.id, saidBy: evidence.source)
            state.done.removeAll { $0.facts == [evidence.id] }
        }
    }

    /// - Returns: how many questions the words may answer; those are asked first.
    @discardableResult
    public mutating func say(_ text: String, at time: Int64) -> Int {
        let found = meanings(of: text)
        let facts = Set(found.map(\.fact))
        move(Move(.said, text), time) { state in
            state.said.append(text)
            state.guesses = found + state.guesses.filter { !facts.contains($0.fact) }
        }
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

    public mutating func record(_ run: CaptureRun, of path: String, at time: Int64) {
        move(Move(.read, path), time) { state in
            // Before it is read: a step that has told everything is open no longer.
            state.markDone { $0.id == OpenSteps.captureStep }
            state.session.record(run, of: path)
        }
    }

    /// What checks of another kind found.
    ///
    /// - Parameter steps: the ids of the steps that were run.
    public mutating func record(_ outcome: CheckOutcome, from steps: [String], at time: Int64) {
        move(Move(.checked, steps.joined(separator: " ")), time) { state in
            state.markDone { steps.contains($0.id) }
            state.session.record(outcome)
        }
    }

    /// From now on checks go to another target.
    ///
    /// - Returns: what is wrong with it; `nil` when it was taken.
    public mutating func aim(at words: String, at time: Int64) -> String? {
        do throws(ProbeTargetError) {
            let target = try ProbeTarget(parsing: words)
            move(Move(.aimed, target.words), time) { $0.session.turn(to: target) }
            return nil
        } catch {
            return "\(error.fault); \(error.suggestion)"
        }
    }

    /// Takes an earlier run up again, with what this run has brought already.
    public mutating func resume(
        _ kept: SessionFile, adding session: TriageSession, at time: Int64
    ) {
        restore(kept)
        if session.log.entries.isEmpty, session.targets.isEmpty { return }
        let brought =
            session.captures.isEmpty
            ? Move(.checked, "what the command line named")
            : Move(.read, session.captures.joined(separator: " "))
        move(brought, time) { $0.session.adopt(session) }
    }

    /// - Returns: whether there was anything to take back.
    @discardableResult
    public mutating func undo() -> Bool {
        guard let last = past.popLast() else { return false }
        state = last
        return true
    }

    private mutating func move(_ move: Move, _ time: Int64, _ change: (inout State) -> Void) {
        past.append(state)
        if past.count > Self.mostMoves { past.removeFirst() }
        (state.move, state.time, state.chosen) = (move, time, nil)
        change(&state)
        if let last = past.last { state.stamp(after: last) }
    }
}

extension Conversation.State {
    mutating func markDone(_ matches: (Step) -> Bool) {
        let known = Set(done.map(\.id))
        done += session.plainSteps.filter { matches($0) && !known.contains($0.id) }
    }

    /// What is as it was before keeps its time; the rest came to be now.
    mutating func stamp(after previous: Self) {
        let (old, new) = (previous.session.log.entries, session.log.entries)
        let same = zip(old, new).prefix { $0 == $1 }.count
        var known: [Evidence: Int64?] = [:]
        for (entry, time) in zip(old, previous.times).dropFirst(same) { known[entry] = time }
        times =
            Array(previous.times.prefix(same))
            + new.dropFirst(same).map { known[$0] ?? time }
    }
}
