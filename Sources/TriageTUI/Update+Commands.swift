import Casebook
import Diagnosis
import TerminalUI
import Triage

extension Model {
    mutating func perform(_ command: Command, _ now: Int64) -> [Effect] {
        if case .triage(var state) = screen, state.isProbable, command != .yes, command != .no {
            state.isProbable = false
            screen = .triage(state)
        }
        if let effects = performInPart(command, now) { return effects }
        switch command {
        case .quitNow, .leaveSummary: return [.quitWithSummary]
        case .suspend: return [.suspend]
        case .repaint: return [.repaint]
        case .help: helpOffset = 0
        case .commandLine: prompt = .command(LineEditor())
        case .quit: prompt = .quit
        case .capture: prompt = .capturePath(LineEditor())
        case .casebook, .search: screens.append(.casebook(CasebookState()))
        case .steps: screens.append(.steps(ListState()))
        case .end: screens.append(.end(PageState()))
        case .sessions:
            screens.append(.sessions(ListState()))
            return [.loadSessions]
        case .say: screens.append(.start(StartState()))
        case .undo: return undo(now)
        case .jobs: screens.append(.jobs(ListState()))
        case .cancelJobs: return cancelJobs()
        case .cancelJob: return cancelChosenJob()
        case .runTogether: return runTogether()
        case .saveReport: prompt = .reportPath(LineEditor("inquest-report.md"))
        case .saveHTML: prompt = .reportPath(LineEditor("inquest-report.html"))
        case .draftCase: prompt = .draftPath(LineEditor(draftPath))
        case .confirmCause:
            if case .caseFile(let state) = screen {
                prompt = .confirmCause(state.id)
            } else {
                prompt = .confirmCause(result.diagnosis.leader?.id)
            }
        case .copy: return copy()
        case .why: return openWhy()
        case .startTriage: return startTriage(now)
        case .back: return back()
        case .open: return open(now)
        case .run: return takeTest(now)
        case .move(let motion): move(motion)
        case .nextPane: turnPane(1)
        case .previousPane: turnPane(TriageState.Pane.allCases.count - 1)
        case .nextHeading: nextHeading()
        case .nextRival: nextRival()
        case .nextFamily: nextFamily()
        case .yes, .no, .unknown: return answer(command, now)
        case .probably: prepareProbable()
        case .remove: return remove(now)
        case .show(let word): return show(word)
        // Of the screens that know them.
        case .nextTab, .previousTab, .nextFilter, .sameServer, .nextOrder, .nextPlace,
            .previousPlace, .narrow, .widen, .refresh, .pause, .takeEvidence, .resolve,
            .withdraw, .saveSlice:
            break
        }
        return []
    }

    private mutating func undo(_ now: Int64) -> [Effect] {
        guard conversation.undo() else {
            notice = "There is nothing to take back."
            return []
        }
        notice = "Taken back."
        return changed(now)
    }

    private mutating func startTriage(_ now: Int64) -> [Effect] {
        guard case .start(let state) = screen else { return [] }
        let text = state.editor.text
        showTriage()
        return text.contains { !$0.isWhitespace } ? say(text, now) : []
    }

    /// What the words may mean is asked next.
    mutating func say(_ text: String, _ now: Int64) -> [Effect] {
        if conversation.say(text, at: now) == 0 {
            notice =
                "No open question of the casebook resembles that; here is the most telling one."
        }
        showTriage()
        return changed(now)
    }

    mutating func showTriage() {
        if let place = screens.lastIndex(where: { if case .triage = $0 { true } else { false } }) {
            screens.removeSubrange((place + 1)...)
        } else {
            screens = [.triage(TriageState())]
        }
    }

    private mutating func back() -> [Effect] {
        switch screen {
        case .start(var state) where !state.editor.isEmpty:
            state.editor = LineEditor()
            screen = .start(state)
        case .casebook(var state) where !state.editor.isEmpty:
            (state.editor, state.hits, state.list) = (LineEditor(), nil, ListState())
            screen = .casebook(state)
        case .triage(var state):
            state.pane = .question
            screen = .triage(state)
        case .start where screens.count == 1: prompt = .quit
        default: if screens.count > 1 { screens.removeLast() }
        }
        return []
    }

    private mutating func prepareProbable() {
        guard case .triage(var state) = screen else { return }
        state.isProbable = true
        screen = .triage(state)
        notice = "Probably yes or probably no? y or n."
    }

    private mutating func answer(_ command: Command, _ now: Int64) -> [Effect] {
        guard case .triage(var state) = screen else { return [] }
        let answer: Answer =
            switch command {
            case .yes: state.isProbable ? .probably : .yes
            case .no: state.isProbable ? .probablyNot : .no
            default: .unknown
            }
        state.isProbable = false
        screen = .triage(state)
        if state.pane == .evidence { return change(to: answer, state, now) }
        guard let question = assessment.question else {
            notice = "Nothing is asked. s shows what could still be looked at."
            return []
        }
        if case .step(let step) = question, step.kind == .run, !step.byHand, answer != .unknown {
            if answer == .yes { return runQuestion(now) }
            conversation.answer(.unknown, to: question, at: now)
            return changed(now)
        }
        conversation.answer(answer, to: question, at: now)
        return changed(now)
    }

    private mutating func change(
        to answer: Answer, _ state: TriageState, _ now: Int64
    ) -> [Effect] {
        let rows = EvidencePane.rows(self)
        guard state.evidence.selected < rows.count else { return [] }
        let item = rows[state.evidence.selected]
        if Answer(item) == nil, item.instrument != .report {
            notice = "A machine saw this; x takes it out."
            return []
        }
        conversation.correct(item.id, answer, at: now)
        notice = "Changed. u takes it back."
        return changed(now)
    }

    private mutating func remove(_ now: Int64) -> [Effect] {
        guard let item = chosenEvidence else { return [] }
        return takeOut(item, now)
    }

    mutating func takeOut(_ item: Evidence, _ now: Int64) -> [Effect] {
        conversation.remove(item, at: now)
        if case .part = screen { screens.removeLast() }
        notice = "Taken out. u takes that back."
        return changed(now)
    }
}

extension Model {
    private mutating func copy() -> [Effect] { copy(copyable()) }

    mutating func copy(_ text: String?) -> [Effect] {
        guard let text, !text.isEmpty else {
            notice = "There is no command here to copy."
            return []
        }
        return [.copy(text)]
    }

    private func copyable() -> String? {
        switch screen {
        case .triage:
            guard case .step(let step)? = assessment.question, !step.command.isEmpty else {
                return nil
            }
            return step.command
        case .steps(let list):
            let steps = result.next
            guard list.selected < steps.count, !steps[list.selected].command.isEmpty else {
                return nil
            }
            return steps[list.selected].command
        case .caseFile(let state):
            guard let entry = conversation.casebook[case: state.id],
                entry.decision.undecidable == nil
            else { return nil }
            return result.decidingCommands(entry.decision).lines.joined(separator: "\n")
        case .end:
            return endPage.page(width: 78).lines.map(\.text)
                .joined(separator: "\n") + "\n"
        default: return nil
        }
    }

    /// A new case lies beside its likeliest relatives; its name has to be thought of.
    private var draftPath: String {
        let leader = result.diagnosis.leader.flatMap { conversation.casebook[case: $0.id] }
        let day = Times.text(created).prefix(10)
        return "\(leader?.family ?? "tcp")/incident-\(day)/case.md"
    }

    private mutating func openWhy() -> [Effect] {
        let subject: CaseID? =
            switch screen {
            case .caseFile(let state): state.id
            case .triage(let state) where state.pane == .causes: cause(state.causes.selected)
            default: nil
            }
        guard let subject = subject ?? result.diagnosis.leader?.id else { return [] }
        if thoughts == nil { thoughts = result.secondThoughts() }
        var state = WhyState(subject: subject)
        // Why not this one: compared with the leader.
        if let leader = result.diagnosis.leader, leader.id != subject {
            state.rival = .named(leader.id)
        }
        screens.append(.why(state))
        return []
    }

    func cause(_ row: Int) -> CaseID? {
        let rows = causes
        guard row >= 0, row < rows.count, case .cause(let ranked) = rows[row] else { return nil }
        return ranked.id
    }

    mutating func openCause(_ row: Int) -> [Effect] {
        let rows = causes
        guard row >= 0, row < rows.count else { return [] }
        switch rows[row] {
        case .cause(let ranked): screens.append(.caseFile(CaseState(id: ranked.id)))
        case .family(let family, _, _): screens.append(.casebook(CasebookState(family: family)))
        case .none, .rest: screens.append(.casebook(CasebookState()))
        }
        return []
    }

    private mutating func open(_ now: Int64) -> [Effect] {
        switch screen {
        case .triage(let state):
            switch state.pane {
            case .causes: return openCause(state.causes.selected)
            case .evidence: return readEvidence(state.evidence.selected)
            case .question: return runQuestion(now)
            }
        case .steps(let list):
            guard list.selected < result.next.count else { return [] }
            conversation.choose(result.next[list.selected].id)
            showTriage()
            return judge(now)
        case .casebook(let state):
            let rows = state.rows(self)
            guard state.list.selected < rows.count else { return [] }
            screens.append(.caseFile(CaseState(id: rows[state.list.selected].id)))
        case .why(let state): screens.append(.caseFile(CaseState(id: state.subject)))
        case .end:
            if let leader = result.diagnosis.leader {
                screens.append(.caseFile(CaseState(id: leader.id)))
            }
        case .sessions(let list):
            guard list.selected < earlier.count else { return [] }
            return resume(earlier[list.selected], now)
        case .start, .caseFile, .jobs, .note, .part: break
        }
        return []
    }

    private mutating func readEvidence(_ row: Int) -> [Effect] {
        let rows = EvidencePane.rows(self)
        guard row < rows.count else { return [] }
        return open(EvidenceScreen(rows[row]))
    }

    /// What stands chosen in the list.
    private var chosenEvidence: Evidence? {
        guard case .triage(let state) = screen, state.pane == .evidence else { return nil }
        let rows = EvidencePane.rows(self)
        return state.evidence.selected < rows.count ? rows[state.evidence.selected] : nil
    }

    /// Enter in the question: what it proposes, where it is not a mere question.
    private mutating func runQuestion(_ now: Int64) -> [Effect] {
        guard case .step(let step)? = assessment.question else {
            if assessment.question == nil { return openCause(0) }
            notice = "Answer with y, n or d."
            return []
        }
        if step.id == OpenSteps.captureStep {
            prompt = .capturePath(LineEditor())
        } else if runnable(step) {
            let check = Check(
                steps: [step.id], command: step.command, effect: step.effect,
                target: conversation.session.target)
            if step.effect > .normal {
                prompt = .consent(check, LineEditor())
            } else {
                return run(check)
            }
        } else if step.needsTarget {
            prompt = .command(LineEditor("target "))
        } else {
            notice =
                step.byHand
                ? "Look at it by hand, then answer y, n or d. c copies the command."
                : step.kind == .ask
                    ? "Answer with y, n or d."
                    : "It cannot be run from here; c copies the command, d leaves it."
        }
        return []
    }

    mutating func run(_ check: Check) -> [Effect] {
        let names = check.steps
        let title = names.count > 3 ? "\(names.count) checks" : names.joined(separator: ", ")
        return startJob(title, steps: names) { .runCheck(job: $0, check) }
    }

    /// The probes that are as harmless as the one that is proposed, in one go.
    private mutating func runTogether() -> [Effect] {
        let steps = together
        guard steps.count > 1 else { return runQuestion(now) }
        let target = conversation.session.target
        return run(
            Check(
                steps: steps.map(\.id),
                command: "inquest probe \(CommandFilling.quoted(target ?? "TARGET")) "
                    + steps.map(\.id).joined(separator: " "),
                effect: steps.map(\.effect).max() ?? .normal, target: target))
    }

    var together: [NextStep] {
        assessment.together.filter { runnable($0) && $0.effect <= .normal }
    }

    /// The part of a case's deciding test that is still open becomes the question.
    private mutating func takeTest(_ now: Int64) -> [Effect] {
        guard case .caseFile(let state) = screen,
            let entry = conversation.casebook[case: state.id]
        else { return [] }
        let facts = Set(entry.decision.confirms.flatMap(\.self))
        guard
            let step = conversation.session.openSteps().steps.first(where: {
                !facts.isDisjoint(with: $0.facts) && !conversation.done.contains($0.id)
                    && !conversation.underWay.contains($0.id)
            })
        else {
            notice = "Nothing of this test can be done from here, or it runs, or it was done."
            return []
        }
        conversation.choose(step.id)
        showTriage()
        return judge(now)
    }

    mutating func resume(_ session: SessionFile, _ now: Int64) -> [Effect] {
        let old = conversation.session
        var fresh = TriageSession(casebook: old.casebook, engine: old.engine)
        for warning in old.warnings { fresh.warn(warning) }
        conversation = Conversation(session: fresh, at: session.created)
        conversation.restore(session)
        (id, created, resolved) = (session.id, session.created, session.resolved)
        seenBefore = nil
        screens = [.triage(TriageState())]
        notice = "Taken up where it was left \(Times.text(session.updated))."
        return changed(now)
    }
}
