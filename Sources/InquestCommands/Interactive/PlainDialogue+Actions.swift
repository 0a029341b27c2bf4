import Casebook
import PacketCapture
import Triage

extension PlainDialogue {
    mutating func act(_ reply: Reply, on question: Question) -> Turn {
        switch reply {
        case .answer(let answer): return self.answer(answer, question)
        case .why: tell(why(question))
        case .undo, .back: return takeBack()
        case .quit: return .end
        case .help: tell(Reply.explanation)
        case .say(let text): return say(text)
        case .capture(let path): return read(path)
        case .correction(let id, let answer): return correct(id, answer)
        case .nothing:
            let answers = expected(question)
            tell(
                "Please type \(answers.dropLast().joined(separator: ", ")) or "
                    + "\(answers.last ?? ""); 'help' tells what else can be typed.")
        case .other(let text):
            if question.isCapture { return read(text) }
            if !assessment.together.isEmpty { return aim(text) }
            tell("'\(text)' is no answer; 'help' tells what can be typed.")
        }
        return .again
    }

    private mutating func answer(_ answer: Answer, _ question: Question) -> Turn {
        if !assessment.together.isEmpty { return decide(answer, assessment.together) }
        if question.isCapture, answer == .yes {
            tell("Type the path of the capture.")
            return .again
        }
        if question.isHost, answer == .yes || answer == .probably { return lookAtHost() }
        conversation.answer(answer, to: question, at: now)
        return .next
    }

    /// The same question is asked again: the state before the answer is back.
    private mutating func takeBack() -> Turn {
        guard conversation.undo() else {
            tell("There is no answer to take back.")
            return .again
        }
        tell("The last answer was taken back.")
        return .next
    }

    private mutating func correct(_ id: String, _ answer: Answer) -> Turn {
        do throws(Failure) {
            _ = try answers.parse("\(id)=\(answer.rawValue)")
        } catch {
            tell(ErrorText.report(error).text)
            return .again
        }
        conversation.correct(id, answer, at: now)
        tell("Noted: \(id)=\(answer.rawValue).")
        return .next
    }

    private mutating func say(_ text: String) -> Turn {
        if conversation.meanings(of: text).isEmpty {
            tell("No question of the casebook resembles that, or it is answered already.")
            return .again
        }
        conversation.say(text, at: now)
        return .next
    }

    private mutating func read(_ path: String) -> Turn {
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
        guard Reply(line) == .answer(.yes) else {
            tell("It was not read.")
            return .again
        }
        do throws(CaptureError) {
            let run = try CaptureRun(path: path, casebook: conversation.session.casebook) { _ in
                !Interrupt.requested
            }
            conversation.record(run, of: path, at: now)
        } catch {
            tell(ErrorText.report(error).text)
            return .again
        }
        let seen = conversation.evidence.count { $0.state == .present && $0.kind == .finding }
        tell("Read. \(Figures.plural(seen, "finding")) present.")
        return .next
    }

    /// Looks at this host; the operator agreed.
    private mutating func lookAtHost() -> Turn {
        tell("Looking at this host for \(Int(OpenSteps.hostWatchSeconds)) s …")
        let wish = HostRun.Wish(watch: OpenSteps.hostWatchSeconds)
        do {
            let run = try HostRun(wish, casebook: conversation.casebook) { !Interrupt.requested }
            conversation.record(CheckOutcome(run), from: [OpenSteps.hostStep], at: now)
            tellHost(run.findings)
            return .next
        } catch {
            tell(ErrorText.report(Failure.log(error)).text)
            return .again
        }
    }

    private func tellHost(_ findings: [Evidence]) {
        let present = findings.filter { $0.state == .present }
        for finding in present { tell("\(finding.id): \(finding.summary)") }
        let absent = findings.count { $0.state == .absent }
        tell(
            "Looked. \(Figures.plural(present.count, "finding")) present, \(absent) absent, "
                + "\(findings.count - present.count - absent) could not be told.")
    }
}
