import Casebook
import Diagnosis
import PacketCapture
import Triage

extension PlainDialogue {
    mutating func act(_ reply: Reply, on question: Question) -> Turn {
        switch reply {
        case .answer(let word): return answer(word, question)
        case .why: tell(why(question))
        case .undo, .back: return takeBack(andAskAgain: reply == .back)
        case .quit: return .end
        case .help: tell(Reply.explanation)
        case .say(let text): return say(text, question)
        case .capture(let path): return read(path, question)
        case .correction(let id, let word): return correct(id, word, question)
        case .nothing: tell("Please answer y, n or ?; 'help' tells what else can be typed.")
        case .other(let text):
            if question.isCapture { return read(text, question) }
            tell("'\(text)' is no answer; 'help' tells what can be typed.")
        }
        return .again
    }

    private mutating func answer(_ word: String, _ question: Question) -> Turn {
        switch question {
        case .guess(let guess):
            remember(question)
            state.guesses.removeAll { $0.fact == guess.fact }
            if word != "unknown" { record(reported(guess.fact, word)) }
        case .step(let proposal) where question.isCapture:
            if word == "yes" {
                tell("Type the path of the capture.")
                return .again
            }
            remember(question)
            state.dialogue.finish([proposal.step])
        case .step(let proposal) where question.isHost:
            return answerAboutHost(word, question, proposal)
        case .step(let proposal):
            remember(question)
            let evidence = proposal.step.facts.compactMap { answers.evidence($0, word) }
            record(evidence)
            state.dialogue.finish([proposal.step])
        }
        return .next
    }

    /// Words that were volunteered and then confirmed are a report; anything else is an answer.
    private func reported(_ fact: FactID, _ word: String) -> [Evidence] {
        if word != "yes" { return answers.evidence(fact, word).map { [$0] } ?? [] }
        return [
            Evidence(
                id: fact, kind: .symptom, state: .present, source: "report",
                summary: "The operator confirmed that this was meant.")
        ]
    }

    mutating func remember(_ question: Question) { history.append((state, question)) }

    private mutating func record(_ evidence: [Evidence]) {
        state.session.record(evidence)
        state.dialogue.observations = Observations(state.session.log.entries)
    }

    private mutating func takeBack(andAskAgain: Bool) -> Turn {
        guard let last = history.popLast() else {
            tell("There is no answer to take back.")
            return .again
        }
        state = last.state
        if andAskAgain { forced = last.question }
        tell("The last answer was taken back.")
        return .next
    }

    private mutating func correct(_ id: String, _ word: String, _ question: Question) -> Turn {
        let evidence: Evidence
        do {
            evidence = try answers.parse("\(id)=\(word)")
        } catch {
            tell(ErrorText.report(error).text)
            return .again
        }
        remember(question)
        record([evidence])
        let settled = state.dialogue.steps.filter { $0.facts == [id] }
        state.dialogue.finish(settled)
        tell("Noted: \(id)=\(word).")
        return .next
    }

    private mutating func say(_ text: String, _ question: Question) -> Turn {
        let found = meanings(of: text)
        if found.isEmpty {
            tell("No question of the casebook resembles that, or it is answered already.")
            return .again
        }
        remember(question)
        state.guesses = found
        return .next
    }

    private mutating func read(_ path: String, _ question: Question) -> Turn {
        // Standard input is where the answers come from.
        guard !path.isEmpty, path != "-" else {
            tell("Type the path of a pcap or pcapng file.")
            return .again
        }
        console.prompt("Read \(path) now? [y, n] > ")
        guard let line = input.next() else {
            tell("")
            return .end
        }
        guard Reply(line) == .answer("yes") else {
            tell("It was not read.")
            return .again
        }
        let before = state
        do throws(CaptureError) {
            try state.session.readCapture(path) { _ in !Interrupt.requested }
        } catch {
            tell(ErrorText.report(error).text)
            return .again
        }
        history.append((before, question))
        state.dialogue.observations = Observations(state.session.log.entries)
        state.dialogue.finish(state.dialogue.steps.filter { $0.id == OpenSteps.captureStep })
        let seen = state.session.log.entries.count { $0.state == .present && $0.kind == .finding }
        tell("Read. \(Figures.plural(seen, "finding")) present.")
        return .next
    }
}

extension PlainDialogue.Question {
    var isHost: Bool { isStep(OpenSteps.hostStep) }

    var isCapture: Bool { isStep(OpenSteps.captureStep) }

    private func isStep(_ id: String) -> Bool {
        if case .step(let proposal) = self {
            proposal.step.id == id
        } else {
            false
        }
    }
}
