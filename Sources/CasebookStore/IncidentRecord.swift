public import Casebook

/// A triage as it is kept: what lists and searches need, and the whole in its exchange form.
public struct IncidentRecord: Hashable, Sendable {
    /// UUID (RFC 9562), version 7.
    public var id: String
    /// Seconds since 1970, like `updated`.
    public var created: Int64
    public var updated: Int64
    /// `screens`, `questions`, `diagnose`, `confirm` or `import`.
    public var origin: String
    /// One line for a list.
    public var title: String
    /// The content hash of the casebook that judged it.
    public var casebook: String
    public var leader: CaseID?
    public var leaderTitle: String?
    public var verdict: String
    public var probability: Double?
    /// The operator's own words.
    public var said: [String]
    public var targets: [String]
    public var captures: [String]
    public var evidence: [Evidence]
    /// `inquest.session/1`.
    public var document: [UInt8]
    /// The number of the ledger's entry that it became.
    public var ledger: Int?

    public init(
        id: String, created: Int64, updated: Int64, origin: String, title: String,
        casebook: String, leader: CaseID? = nil, leaderTitle: String? = nil,
        verdict: String = "undecided", probability: Double? = nil, said: [String] = [],
        targets: [String] = [], captures: [String] = [], evidence: [Evidence] = [],
        document: [UInt8], ledger: Int? = nil
    ) {
        self.id = id
        self.created = created
        self.updated = updated
        self.origin = origin
        self.title = title
        self.casebook = casebook
        self.leader = leader
        self.leaderTitle = leaderTitle
        self.verdict = verdict
        self.probability = probability
        self.said = said
        self.targets = targets
        self.captures = captures
        self.evidence = evidence
        self.document = document
        self.ledger = ledger
    }
}

/// An incident in a list.
public struct IncidentSummary: Hashable, Sendable {
    public var id: String
    public var created: Int64
    public var updated: Int64
    public var origin: String
    public var title: String
    public var casebook: String
    public var leader: CaseID?
    public var verdict: String
    public var probability: Double?
    /// How many facts are known to be present or absent.
    public var facts: Int
    /// Counts the writes; whoever goes on with an incident says which state it knows.
    public var revision: Int
    /// When it was resolved, in seconds since 1970; `nil` while it is open.
    public var resolved: Int64?
    /// What it was resolved as last; stands while `resolved` is there.
    public var outcome: IncidentOutcome?
}

/// What an incident turned out to be.
public struct IncidentOutcome: Hashable, Sendable {
    /// The number of the ledger's entry.
    public var number: Int
    /// Seconds since 1970.
    public var time: Int64
    /// `nil`: a cause that no case of the casebook described.
    public var cause: CaseID?
    public var verified: Bool
    public var withdrawnAt: Int64?
    /// How the repair was seen to work.
    public var verifiedBy: String?
    public var fixedBy: String?
    /// From the beginning of the trouble to the day it was understood, as somebody said it.
    public var secondsToDiagnose: Int?

    public init(
        number: Int, time: Int64, cause: CaseID?, verified: Bool, withdrawnAt: Int64? = nil,
        verifiedBy: String? = nil, fixedBy: String? = nil, secondsToDiagnose: Int? = nil
    ) {
        self.number = number
        self.time = time
        self.cause = cause
        self.verified = verified
        self.withdrawnAt = withdrawnAt
        self.verifiedBy = verifiedBy
        self.fixedBy = fixedBy
        self.secondsToDiagnose = secondsToDiagnose
    }
}

/// Which incidents a list holds.
public struct IncidentFilter: Hashable, Sendable {
    public enum State: Sendable { case all, open, resolved }

    public var state: State
    /// Words that all must be there, whole or as beginnings.
    public var search: String?
    public var limit: Int

    public init(state: State = .all, search: String? = nil, limit: Int) {
        self.state = state
        self.search = search
        self.limit = limit
    }
}
