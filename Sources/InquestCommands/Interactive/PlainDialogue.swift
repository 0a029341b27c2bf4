import Casebook
import Diagnosis
import Probes
import Triage

/// A triage by questions on any terminal or pipe: one line at a time on standard error, no cursor
/// control and no colour, for screen readers, dumb terminals and scripts that wait for a prompt.
struct PlainDialogue {
    /// Everything that one answer may change, so that it can be taken back.
    struct State {
        var session: TriageSession
        var dialogue: Dialogue
        /// What the operator's own words may have meant, to be confirmed one by one.
        var guesses: [Suggestions.Suggestion] = []
    }

    enum Question {
        case step(Proposal)
        /// Probes that may run side by side.
        case probes([Proposal])
        case guess(Suggestions.Suggestion)
    }

    enum Turn {
        case next, again, end
    }

    let run: Run
    let options: ProbeOptions
    var console: Console { run.console }
    let suggestions: Suggestions
    let answers: SymptomAnswers
    var state: State
    var history: [(state: State, question: Question)] = []
    /// To be asked before anything else.
    var forced: Question?
    var input = LineInput()
    private var toldDoubts: Set<FactID> = []
    private var number = 0

    /// - Parameters:
    ///   - said: the operator's own words; what they may have meant is asked first.
    ///   - options: of probes that the operator lets run.
    init(
        session: TriageSession, said: [String], budget: Double?, options: ProbeOptions, run: Run
    ) {
        self.run = run
        self.options = options
        suggestions = Suggestions(session.casebook)
        answers = SymptomAnswers(casebook: session.casebook)
        var policy = StepPolicy()
        policy.budget = budget
        let observations = Observations(session.log.entries)
        state = State(
            session: session,
            dialogue: session.dialogue(session.openSteps().steps, observations, policy))
        state.guesses = said.flatMap(meanings)
    }

    /// What a text may mean and nobody has answered yet.
    func meanings(of text: String) -> [Suggestions.Suggestion] {
        let known = state.session.log.knownFacts
        return suggestions.suggest(text).filter {
            $0.confidence >= SymptomAnswers.leastConfidence && !known.contains($0.fact)
        }
    }

    /// Asks until nothing is worth asking, the input ends or somebody has had enough.
    mutating func ask() -> TriageSession {
        tell("Answer each question with y, n or ?; 'help' tells what else can be typed.")
        asking: while !Interrupt.requested {
            tellDoubts()
            let question: Question
            switch nextQuestion() {
            case .success(let open): question = open
            case .failure(let end):
                tell("End of the questions: " + end.reason.sentence)
                break asking
            }
            number += 1
            show(question, number: number)
            guard ask(question) else { break }
        }
        tellHowToGoOn()
        return state.session
    }

    private struct End: Error {
        var reason: StopReason
    }

    private mutating func nextQuestion() -> Result<Question, End> {
        if let question = forced {
            forced = nil
            return .success(question)
        }
        if let guess = state.guesses.first { return .success(.guess(guess)) }
        state.dialogue.steps = state.session.openSteps().steps
        // What may do harm is asked for only when all that is harmless has been asked.
        var harmless = state.dialogue
        harmless.permission.proposed = .normal
        for dialogue in [harmless, state.dialogue] {
            switch state.session.engine.advise(dialogue) {
            case .take(let proposal): return .success(Self.question([proposal]))
            case .runTogether(let proposals):
                if !proposals.isEmpty { return .success(Self.question(proposals)) }
            case .stop(.noStepLeft), .stop(.littleToLearn): continue
            case .stop(let reason): return .failure(End(reason: reason))
            }
        }
        if case .stop(let reason) = state.session.engine.advise(state.dialogue) {
            return .failure(End(reason: reason))
        }
        return .failure(End(reason: .noStepLeft))
    }

    /// Checks of other kinds than probes are asked for one by one.
    private static func question(_ proposals: [Proposal]) -> Question {
        let probes = proposals.filter { $0.step.instrument == .probe }
        return probes.isEmpty ? .step(proposals[0]) : .probes(probes)
    }

    /// - Returns: whether there is more to ask.
    private mutating func ask(_ question: Question) -> Bool {
        while true {
            let words =
                switch question {
                case .step where question.isCapture: "PATH, ?"
                case .step where question.isHost: "y, n, ?"
                case .probes: state.session.targets.isEmpty ? "TARGET, ?" : "y, n"
                default: "y, n, ?, py, pn"
                }
            console.prompt("[\(words), why, undo, back, quit, help] > ")
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

    private mutating func tellDoubts() {
        let doubts = state.session.engine.doubts(state.dialogue.observations)
        for doubt in doubts where doubt.probabilityWrong > 0.5 {
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
