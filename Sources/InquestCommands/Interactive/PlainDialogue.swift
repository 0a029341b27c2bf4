import Casebook
import Diagnosis
import Probes
import Triage

/// A triage by questions on any terminal or pipe: one line at a time on standard error, no cursor
/// control and no colour, for screen readers, dumb terminals and scripts that wait for a prompt.
///
/// What is asked and what follows from an answer is up to the `Conversation`.
struct PlainDialogue {
    typealias Question = Conversation.Question

    enum Turn {
        case next, again, end
    }

    let run: Run
    let options: ProbeOptions
    var console: Console { run.console }
    let answers: SymptomAnswers
    var conversation: Conversation
    var assessment: Conversation.Assessment
    var input = LineInput()
    private let recorder: IncidentRecorder
    /// Of an incident as it was taken up.
    private var keptMoves: Int?
    private var toldDoubts: Set<FactID> = []
    private var number = 0

    /// - Parameters:
    ///   - said: the operator's own words; what they may have meant is asked first.
    ///   - options: of probes that the operator lets run.
    ///   - recorder: keeps every answer before the next question.
    ///   - kept: an incident that is taken up again.
    init(
        session: TriageSession, said: [String], budget: Double?, options: ProbeOptions, run: Run,
        recorder: IncidentRecorder, resuming kept: SessionFile? = nil
    ) {
        self.run = run
        self.options = options
        self.recorder = recorder
        answers = SymptomAnswers(casebook: session.casebook)
        conversation = Conversation(session: session, budget: budget, at: IncidentCommand.now())
        if let kept {
            conversation.resume(kept, adding: session, at: IncidentCommand.now())
            keptMoves = kept.past.count
        }
        for text in said { conversation.say(text, at: IncidentCommand.now()) }
        assessment = conversation.assess()
    }

    var now: Int64 { IncidentCommand.now() }

    /// Asks until nothing is worth asking, the input ends or somebody has had enough.
    mutating func ask() {
        tell("Answer each question with y, n or ?; 'help' tells what else can be typed.")
        keep()
        while !Interrupt.requested {
            tellDoubts()
            guard let question = assessment.question else {
                let reason = assessment.result.stop ?? .noStepLeft
                tell("End of the questions: " + reason.sentence)
                break
            }
            number += 1
            show(question, number: number)
            guard ask(question) else { break }
            assessment = conversation.assess()
            keep()
        }
        tellHowToGoOn()
        recorder.tellEnd(conversation.evidence)
    }

    private mutating func keep() {
        if conversation.evidence.isEmpty, !conversation.canUndo, !recorder.hasBegun { return }
        // Taken up and looked at only: nothing has changed yet.
        defer { keptMoves = nil }
        if keptMoves == conversation.moves { return }
        recorder.keep(conversation, assessment.result)
    }

    /// - Returns: whether there is more to ask.
    private mutating func ask(_ question: Question) -> Bool {
        while true {
            let answers = expected(question).joined(separator: ", ")
            console.prompt("[\(answers), why, undo, back, quit, help] > ")
            guard let line = input.next() else {
                tell("")
                return false
            }
            switch act(Reply(line), on: question) {
            case .next: return true
            case .again: continue
            case .end: return false
            }
        }
    }

    /// What may be answered.
    func expected(_ question: Question) -> [String] {
        if question.isCapture { return ["PATH", "?"] }
        if question.isHost { return ["y", "n", "?"] }
        if assessment.together.isEmpty { return ["y", "n", "?", "py", "pn"] }
        return conversation.session.targets.isEmpty ? ["TARGET", "?"] : ["y", "n"]
    }

    private mutating func tellDoubts() {
        for doubt in assessment.doubts {
            guard toldDoubts.insert(doubt.fact).inserted else { continue }
            let answer = doubt.state == .present ? "yes" : "no"
            tell(
                "Doubtful: \(doubt.fact)=\(answer) contradicts the rest; it is wrong with a "
                    + "probability of \(Wording.probability(doubt.probabilityWrong)). "
                    + "Look again; '\(doubt.fact)=\(answer == "yes" ? "no" : "yes")' corrects it.")
        }
    }

    func tell(_ text: String) { console.note(text) }
}

extension Conversation.Question {
    var isHost: Bool { id == OpenSteps.hostStep }
    var isCapture: Bool { id == OpenSteps.captureStep }
}
