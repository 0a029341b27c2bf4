public import Casebook
public import Diagnosis

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
        /// The probes that may run side by side, when the question is one of them.
        public var together: [NextStep]
        /// Answers that are probably wrong, given all the others.
        public var doubts: [Doubt]
    }

    /// Everything that one move may change.
    struct State: Sendable {
        var session: TriageSession
        var guesses: [Suggestions.Suggestion] = []
        /// The operator's own words.
        var said: [String] = []
        /// Steps that were done or declined, in order.
        var done: [Step] = []
        /// To be asked before anything else.
        var chosen: String?
        /// Seconds since 1970 at which it came to be.
        var time: Int64?
        var move: Move?
        /// When each entry of the session's log came to be as it is.
        var times: [Int64?] = []
    }

    /// Weaker guesses at what somebody's own words mean are not worth reading.
    public static let leastConfidence = 0.3
    /// More than anybody does in one triage.
    static let mostMoves = 500

    let suggestions: Suggestions
    let policy: StepPolicy
    var state: State
    /// The oldest first.
    var past: [State] = []
    /// Ids of steps that run somewhere at this moment: something else is asked meanwhile.
    public var underWay: Set<String> = []

    /// - Parameters:
    ///   - budget: seconds that all steps may take together; `nil` is no limit.
    ///   - time: at which what the session knows already was put into it, in seconds since 1970.
    public init(session: TriageSession, budget: Double? = nil, at time: Int64? = nil) {
        suggestions = Suggestions(session.casebook)
        var policy = StepPolicy()
        policy.budget = budget
        self.policy = policy
        state = State(
            session: session, time: time, times: session.log.entries.map { _ in time })
    }

    public var session: TriageSession { state.session }
    public var casebook: Casebook { state.session.casebook }
    public var evidence: [Evidence] { state.session.log.entries }
    public var guesses: [Suggestions.Suggestion] { state.guesses }
    public var said: [String] { state.said }
    /// Ids of the steps that were done or declined, in order.
    public var done: [String] { state.done.map(\.id) }
    public var canUndo: Bool { !past.isEmpty }
    /// How often something was answered, read or changed, less what was taken back.
    public var moves: Int { past.count }

    /// From the beginning until now; what was taken back is not among them.
    public var moments: [Moment] {
        (past + [state]).map {
            Moment(time: $0.time, move: $0.move, evidence: $0.session.log.entries)
        }
    }

    /// When each piece of evidence came to be as it is, in seconds since 1970; in the order of
    /// `evidence`, `nil` where nobody kept it.
    public var times: [Int64?] { state.times }
}
