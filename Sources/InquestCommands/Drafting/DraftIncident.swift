import Casebook
import Triage

/// What a new case is made of.
struct DraftIncident {
    var session: TriageSession
    /// The operator's own words.
    var said: [String] = []
    /// What happened, a sentence each.
    var story: [String] = []
    var captures: [CaseReplays.Capture] = []
    /// Of captures that are not this case; for cutting them.
    var nearMissEvidence: [Evidence] = []

    init(session: TriageSession) { self.session = session }

    init(_ conversation: Conversation) {
        session = conversation.session
        take(conversation)
        for path in session.captures where OutputFile.isRegular(path) {
            captures.append(CaseReplays.Capture(path: path, input: SliceInput(file: path)))
        }
    }

    var isEmpty: Bool { session.log.entries.isEmpty }

    /// Takes up a kept triage; of its captures those that are still there are copied.
    mutating func restore(_ kept: SessionFile, _ console: Console) {
        var conversation = Conversation(session: session)
        conversation.restore(kept)
        session = conversation.session
        take(conversation)
        for path in session.captures {
            if OutputFile.isRegular(path) {
                captures.append(CaseReplays.Capture(path: path, input: SliceInput(file: path)))
            } else {
                console.note("\(path) is not there any more; what it showed is kept as evidence.")
            }
        }
    }

    private mutating func take(_ conversation: Conversation) {
        said = conversation.said
        story = IncidentReport(conversation.session.result(), conversation).story
    }
}

extension IncidentReport {
    /// What was done, a sentence each, with its time.
    fileprivate var story: [String] {
        moments.compactMap { moment in
            guard let move = moment.move, move.kind != .said else { return nil }
            let time = Self.time(moment.time)
            return (time.isEmpty ? "" : time + " UTC: ") + words(move)
        }
    }
}
