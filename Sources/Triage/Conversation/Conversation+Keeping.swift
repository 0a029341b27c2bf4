import Casebook
import Diagnosis
import Probes

extension Conversation {
    /// What has to be kept so that nothing is lost when the process dies.
    public func kept(id: String, created: Int64, updated: Int64) -> SessionFile {
        SessionFile(
            id: id, created: created, updated: updated, now: state.record,
            past: past.map(\.record))
    }

    /// Takes an earlier run up again; what the casebook no longer knows is left out.
    public mutating func restore(_ kept: SessionFile) {
        let fresh = state.session
        let steps = steps(of: kept.now, fresh)
        let words = Set((kept.past + [kept.now]).flatMap(\.said))
        let meant = Dictionary(
            words.sorted().flatMap { suggestions.suggest($0) }.map { ($0.fact, $0) },
            uniquingKeysWith: { first, _ in first })
        var states: [State] = []
        for record in kept.past.suffix(Self.mostMoves) + [kept.now] {
            var next = state(of: record, fresh, steps, meant)
            next.stamp(after: states.last ?? State(session: fresh))
            states.append(next)
        }
        state = states.removeLast()
        past = states
    }

    private func state(
        of record: SessionFile.Record, _ fresh: TriageSession, _ steps: [String: Step],
        _ meant: [FactID: Suggestions.Suggestion]
    ) -> State {
        var state = State(session: fresh, times: [])
        state.session.restore(record)
        state.said = record.said
        state.guesses = record.guesses.filter { casebook[symptom: $0] != nil }.map {
            meant[$0] ?? Suggestions.Suggestion(fact: $0, score: 0, confidence: 1, negated: false)
        }
        state.done = record.done.map { id in
            // A step that is open no longer: nothing but its name is asked for.
            steps[id]
                ?? Step(
                    id: id, facts: casebook.knows(fact: id) ? [id] : [], instrument: .operator,
                    seconds: 0)
        }
        (state.chosen, state.time, state.move) = (record.chosen, record.time, record.move)
        return state
    }

    /// All that could be done before anything was known.
    private func steps(of record: SessionFile.Record, _ fresh: TriageSession) -> [String: Step] {
        var session = fresh
        if let target = record.targets.first.flatMap({ try? ProbeTarget(parsing: $0) }) {
            session.turn(to: target)
        }
        return Dictionary(
            session.openSteps().steps.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }
}

extension Conversation.State {
    fileprivate var record: SessionFile.Record {
        var record = SessionFile.Record()
        (record.time, record.move, record.chosen) = (time, move, chosen)
        record.evidence = session.log.entries
        record.captures = session.captures
        record.done = done.map(\.id)
        record.guesses = guesses.map(\.fact)
        record.targets = session.targets.map(\.words)
        record.said = said
        record.warnings = session.warnings
        record.truncated = session.truncated
        record.servers = session.servers.flatMap { file, flows in
            flows.map { SessionFile.Record.Server(file: file, flow: $0.key, server: $0.value) }
        }.sorted { ($0.file, $0.flow) < ($1.file, $1.flow) }
        return record
    }
}
