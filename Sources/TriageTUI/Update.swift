import Casebook
import Diagnosis
import TerminalUI
import TrafficAnalysis
import Triage

extension Model {
    /// Takes a message in; what it asks of the world is returned.
    ///
    /// - Parameter now: seconds since 1970.
    public mutating func update(_ message: Message, now: Int64) -> [Effect] {
        self.now = now
        switch message {
        case .key(let key): return press(key, now)
        case .resized(let size):
            self.size = size
            return []
        case .captureProgress(let job, let share, let glimpse):
            take(glimpse, share: share, of: job)
        case .compared(let job, let run):
            guard let ended = endJob(job) else { return [] }
            return take(run, ended: ended, now)
        case .interfaces(let places): exhibits.interfaces = places
        case .sliceSaved(let job, let text):
            guard endJob(job) != nil else { return [] }
            notice = text
        case .checkProgress(let job, let stage): setStage(of: job, stage)
        case .captureRead(let job, let path, let run): return take(run, of: path, job, now)
        case .checkFinished(let job, let outcome): return take(outcome, job, now)
        case .failed(let job, let text):
            endCapture(job: job, nil)
            changeParts(FlowScreen.self) { if $0.job == job { $0.job = nil } }
            guard endJob(job) != nil else { return [] }
            notice = text
            return judge(now)
        case .searched(let query, let hits):
            if case .casebook(var state) = screen, state.editor.text == query {
                state.hits = hits
                screen = .casebook(state)
            }
        case .kept(let session): isKept = isKept || session == asked
        case .seenBefore(let text): seenBefore = text
        case .notKept(let text): notice = text
        case .copied(let text), .reportSaved(let text), .refused(let text): notice = text
        case .reportExists(let path): prompt = .overwrite(path: path)
        case .drafted(let path, let faults):
            screens.append(.note(NoteState(draft: path, faults: faults)))
        case .confirmed(let incident):
            resolved = incident
            notice = "Recorded as incident \(incident). i shows all incidents."
            return [keep(now), .loadLedger]
        case .sessions(let sessions): earlier = sessions.filter { $0.id != id }
        case .ledger(let ledger): exhibits.ledger = ledger
        case .withdrawn(let incident):
            notice = "Incident \(incident) was withdrawn."
            return [.loadLedger]
        case .flowRead(let job, let trace):
            guard endJob(job) != nil else { return [] }
            changeParts(FlowScreen.self) { if $0.job == job { $0.take(trace) } }
        case .hostSeen(let picture): take(picture, now)
        case .tick: return tick(now)
        }
        return []
    }

    /// A change of less cannot be seen.
    private static let leastRemembered = 0.001

    /// After every change of the conversation: judge anew, keep what was said.
    mutating func changed(_ now: Int64) -> [Effect] {
        before = Dictionary(
            result.diagnosis.cases.prefix { $0.probability >= Self.leastRemembered }
                .map { ($0.id, $0.probability) }, uniquingKeysWith: { first, _ in first })
        return judge(now)
    }

    mutating func judge(_ now: Int64) -> [Effect] {
        conversation.underWay = Set(jobs.flatMap(\.steps))
        assessment = conversation.assess()
        doubtful = Set(assessment.doubts.map(\.fact))
        causes = CausesPane.rows(self)
        thoughts = nil
        return [keep(now)]
    }

    private mutating func keep(_ now: Int64) -> Effect {
        let session = kept(at: now)
        (isKept, asked) = (false, session)
        return .keep(session)
    }

    private mutating func take(
        _ run: CaptureRun, of path: String, _ job: Int, _ now: Int64
    ) -> [Effect] {
        guard endJob(job) != nil else { return [] }
        let isOnDisk = exhibits.captures.first { $0.job == job }?.isOnDisk ?? true
        endCapture(job: job, run)
        if isOnDisk {
            conversation.record(run, of: path, at: now)
        } else {
            // What nobody can read again is evidence, and no capture of the session.
            conversation.record(
                CheckOutcome(
                    run.report.findings + run.customFindings, warnings: run.warnings,
                    interrupted: run.interrupted), from: [OpenSteps.captureStep], at: now)
        }
        let seen = conversation.evidence.count {
            $0.state == .present && $0.source == "capture:\(path)"
        }
        notice =
            "Read \(CharacterWidth.cut(Phrases.name(path), to: 24)): "
            + "\(Phrases.plural(seen, "finding")) present."
            + (run.interrupted ? " It was stopped before its end." : "")
            + " t shows its flows."
        return changed(now)
    }

    private mutating func take(_ outcome: CheckOutcome, _ job: Int, _ now: Int64) -> [Effect] {
        guard let ended = endJob(job) else { return [] }
        if outcome.interrupted, !outcome.evidence.contains(where: { $0.state != .unknown }) {
            notice = "\(ended.title): cancelled before it saw anything."
            return judge(now)
        }
        conversation.record(outcome, from: ended.steps, at: now)
        func count(_ state: FactState) -> Int { outcome.evidence.count { $0.state == state } }
        notice =
            "\(ended.title): \(count(.present)) seen, \(count(.absent)) not seen, "
            + "\(count(.unknown)) could not be told."
        return changed(now)
    }

    mutating func setStage(of job: Int, _ stage: String) {
        if let place = jobs.firstIndex(where: { $0.id == job }) { jobs[place].stage = stage }
    }

    /// - Returns: `nil` when nobody waits for it any longer.
    private mutating func endJob(_ job: Int) -> Job? {
        jobs.firstIndex { $0.id == job }.map { jobs.remove(at: $0) }
    }

    /// Begins something in the background; something else is asked meanwhile.
    mutating func startJob(
        _ title: String, steps: [String], _ effect: (Int) -> Effect
    ) -> [Effect] {
        jobs.append(Job(id: nextJob, title: title, stage: "started", steps: steps, began: now))
        nextJob += 1
        return [effect(nextJob - 1)] + judge(now)
    }

    /// Reads a capture as if it had been asked for by key.
    public mutating func readCapture(_ path: String) -> [Effect] {
        expectCapture(path, job: nextJob)
        return startJob("reading \(path)", steps: [OpenSteps.captureStep]) {
            .readCapture(job: $0, path: path)
        }
    }
}

extension Model {
    mutating func press(_ key: Key, _ now: Int64) -> [Effect] {
        notice = nil
        if key == .control("c") { return [.quitWithSummary] }
        if let effects = pointed(key, now) { return effects }
        if helpOffset != nil { return pressInHelp(key) }
        if prompt != nil { return pressInPrompt(key, now) }
        if let effects = typed(key) { return effects }
        if case .paste = key {
            notice =
                "Pasted text needs a line: a takes words, o the path of a capture, : a command."
            return []
        }
        guard let command = keys.command(for: key) else {
            if let number = number(key) { return openCause(number - 1) }
            return []
        }
        return perform(command, now)
    }

    private func number(_ key: Key) -> Int? {
        guard case .triage = screen, case .character(let digit) = key else { return nil }
        return digit.wholeNumberValue.flatMap { (1...9).contains($0) ? $0 : nil }
    }

    private mutating func pressInHelp(_ key: Key) -> [Effect] {
        let lines = HelpPage.page(self).lines.count
        var page = PageState()
        page.offset = helpOffset ?? 0
        let motion = Keys(Keys.Binding.moves).command(for: key)
        if case .move(let motion)? = motion {
            page.move(motion, lines: lines, rows: body.height)
            helpOffset = page.offset
        } else {
            helpOffset = nil
        }
        return []
    }

    /// Keys that are text: on the first screen and in the casebook's search.
    private mutating func typed(_ key: Key) -> [Effect]? {
        if typeInPart(key) { return [] }
        switch screen {
        case .start(var state):
            if state.editor.isEmpty, opensHelp(key) { return perform(.help, 0) }
            if state.editor.isEmpty, key == .character(":") { return perform(.commandLine, 0) }
            guard keys.command(for: key) == nil, state.editor.handle(key) else { return nil }
            screen = .start(state)
            return []
        case .casebook(var state):
            if state.editor.isEmpty, opensHelp(key) { return perform(.help, 0) }
            guard keys.command(for: key) == nil, state.editor.handle(key) else { return nil }
            state.list = ListState()
            if state.editor.isEmpty { state.hits = nil }
            screen = .casebook(state)
            return state.editor.isEmpty ? [] : [.search(state.editor.text)]
        default: return nil
        }
    }

    private func opensHelp(_ key: Key) -> Bool { key == .character("?") }
}
