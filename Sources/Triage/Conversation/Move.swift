public import Casebook

/// Something that changed what a triage knows: an answer, a capture read, a check that came back.
public struct Move: Hashable, Sendable {
    public enum Kind: String, CaseIterable, Sendable {
        /// `what` is the operator's own words.
        case said
        /// `what` is a fact; `answer` is there.
        case answered
        /// As above, of something that was not asked, or was answered before.
        case corrected
        /// `what` is the step that nobody wants to do.
        case declined
        /// `what` is the fact that was taken out.
        case removed
        /// `what` is the path of a capture.
        case read
        /// `what` are the steps that ran, with spaces between.
        case checked
        /// `what` is the target.
        case aimed
    }

    public var kind: Kind
    public var what: String
    public var answer: Answer?

    public init(_ kind: Kind, _ what: String, _ answer: Answer? = nil) {
        self.kind = kind
        self.what = what
        self.answer = answer
    }
}

/// What was known after a move.
public struct Moment: Hashable, Sendable {
    /// Seconds since 1970; `nil` where nobody kept it.
    public var time: Int64?
    /// What led to it; `nil` for the beginning.
    public var move: Move?
    /// In the order in which it was recorded.
    public var evidence: [Evidence]

    public init(time: Int64?, move: Move?, evidence: [Evidence]) {
        self.time = time
        self.move = move
        self.evidence = evidence
    }
}
