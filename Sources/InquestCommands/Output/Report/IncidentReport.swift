import Casebook
import Diagnosis
import Triage

/// An incident told in the shape of a blameless postmortem; what only people know is left blank and
/// marked.
struct IncidentReport {
    let result: TriageResult
    /// What was known after each step, the oldest first; one for a run without questions.
    let moments: [Moment]
    /// The operator's own words.
    let said: [String]
    /// Flows that findings cite, to be drawn.
    var ladders: [CitedLadder] = []
    /// How it ended, where somebody has said so.
    var outcome: ReportOutcome?

    init(result: TriageResult, moments: [Moment], said: [String]) {
        self.result = result
        self.moments = moments
        self.said = said
    }

    init(_ result: TriageResult, _ conversation: Conversation) {
        self.init(result: result, moments: conversation.moments, said: conversation.said)
    }

    /// A run without questions.
    init(_ result: TriageResult, said: [String] = []) {
        self.init(
            result: result,
            moments: [Moment(time: nil, move: nil, evidence: result.evidence)], said: said)
    }

    var leader: (ranked: RankedCase, entry: Case)? {
        result.diagnosis.leader.flatMap { ranked in
            result.casebook[case: ranked.id].map { (ranked, $0) }
        }
    }

    /// Whether the leading case is the cause as far as can be told.
    var isNamed: Bool {
        result.diagnosis.verdict == .confirmed || result.diagnosis.verdict == .likely
    }

    var document: ReportDocument {
        var document = ReportDocument(title: title)
        summary(&document)
        impact(&document)
        timeline(&document)
        causes(&document)
        document.heading("Trigger")
        document.blank("What set it off: a change, a load, a date? When was it?")
        detection(&document)
        resolution(&document)
        wentWell(&document)
        document.heading("Lessons")
        document.blank("What did we believe of the system that was not so?")
        document.blank("What would have made this shorter?")
        actions(&document)
        evidence(&document)
        beliefs(&document)
        falseLeads(&document)
        remarks(&document)
        return document
    }

    var title: String {
        guard let leader, isNamed else { return "Incident: cause not known yet" }
        return "Incident: \(leader.entry.title)"
    }
}

/// How an incident ended. What is `nil` or empty is left for people to fill in.
struct ReportOutcome {
    /// What was done about it.
    var fix: String?
    /// What showed that it worked: a line a fact, or a sentence.
    var proof: [String] = []
    /// Seconds since 1970-01-01T00:00:00Z: when it began, was noticed, and was over.
    var began: Int64?
    var noticed: Int64?
    var over: Int64?
}

/// What was believed at one moment.
struct ReportBelief {
    var leader: CaseID?
    var verdict: Diagnosis.Verdict
    /// Probabilities of the cases, those that can be seen in a drawing.
    var shares: [CaseID: Double]
    var unlisted: Double
}

extension IncidentReport {
    /// One for each moment.
    var believed: [ReportBelief] {
        moments.map { moment in
            let diagnosis = result.judge(moment.evidence)
            return ReportBelief(
                leader: diagnosis.verdict == .none ? nil : diagnosis.leader?.id,
                verdict: diagnosis.verdict,
                shares: Dictionary(
                    diagnosis.cases.filter { $0.probability >= 0.01 }
                        .map { ($0.id, $0.probability) }, uniquingKeysWith: { first, _ in first }),
                unlisted: diagnosis.unlisted)
        }
    }

    func words(_ belief: ReportBelief) -> String {
        let share = belief.leader.flatMap { belief.shares[$0] } ?? belief.unlisted
        guard let leader = belief.leader, share >= 0.1 else { return "nothing stands out" }
        let verdict =
            belief.verdict == .confirmed || belief.verdict == .likely
            ? "\(belief.verdict.rawValue): " : ""
        return "\(verdict)\(leader), \(Wording.probability(share))"
    }

    /// What led to a moment, for a person.
    func words(_ move: Move?) -> String {
        guard let move else { return "The triage began." }
        let fact =
            result.casebook[symptom: move.what]?.question
            ?? result.casebook[finding: move.what]?.definition ?? move.what
        let answer = move.answer?.rawValue.replacing("-", with: " ") ?? ""
        return switch move.kind {
        case .said: "Said: “\(move.what)”"
        case .answered: "Answered \(answer): \(fact)"
        case .corrected: "Noted \(answer): \(fact)"
        case .declined: "Left out: \(move.what)"
        case .removed: "Taken out: \(fact)"
        case .read: "Read the capture \(Self.name(move.what))"
        case .checked: "Checked: \(move.what)"
        case .aimed: "Looked at \(move.what)"
        }
    }

    /// Of a file, without the folders that it lies in: a report goes to others.
    static func name(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }

    static func time(_ seconds: Int64?) -> String {
        guard let seconds else { return "" }
        return String(Timestamp.text(seconds &* 1_000_000_000).prefix(19))
            .replacing("T", with: " ")
    }
}
