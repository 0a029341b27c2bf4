public import Casebook

/// One line of the append-only ledger: what was seen and what it turned out to be.
public struct ConfirmedIncident: Hashable, Sendable {
    public var id: String
    public var observations: Observations
    /// `nil`: a cause that no case of the casebook describes.
    public var cause: CaseID?
    /// The repair was seen to work; else the cause is only believed.
    public var verified: Bool
    /// Seconds since 1970; without it the incident does not age.
    public var time: Int64?
    /// The same for incidents of one host and one fault, so that a relapse counts once a day.
    public var fingerprint: String?

    public init(
        id: String, observations: Observations, cause: CaseID?, verified: Bool,
        time: Int64? = nil, fingerprint: String? = nil
    ) {
        self.id = id
        self.observations = observations
        self.cause = cause
        self.verified = verified
        self.time = time
        self.fingerprint = fingerprint
    }
}

/// A confirmation that the evidence contradicts: a second person should look.
public struct Quarantined: Hashable, Sendable {
    public var incident: String
    public var cause: CaseID?
    /// P(the confirmed cause | the incident's evidence), by the cold model.
    public var probability: Double

    package init(incident: String, cause: CaseID?, probability: Double) {
        self.incident = incident
        self.cause = cause
        self.probability = probability
    }
}

/// A fact that a case does not list but that comes with it: for its author to judge.
public struct ListingSuggestion: Hashable, Sendable {
    public var item: CaseID
    public var fact: FactID
    /// Confirmed incidents of the case in which it was present.
    public var incidents: Int
    /// Of those in which it was looked at.
    public var share: Double
}
