public import Casebook

/// A confirmed incident in the ledger of this machine.
public struct LedgerEntry: Hashable, Sendable {
    /// From 1 on; never given twice.
    public var number: Int
    /// When it was confirmed, in seconds since 1970.
    public var time: Int64
    /// `nil`: a cause that no case of the casebook described.
    public var cause: CaseID?
    /// The repair was seen to work; else the cause is only believed.
    public var verified: Bool
    /// The same for incidents of one host and one fault.
    public var fingerprint: String?
    /// Fact, kind, state and source of what was seen; nothing else of it is kept.
    public var evidence: [Evidence]
    /// When it was taken back, in seconds since 1970; `nil` while it stands.
    public var withdrawnAt: Int64?

    public init(
        number: Int = 0, time: Int64, cause: CaseID?, verified: Bool, fingerprint: String? = nil,
        evidence: [Evidence], withdrawnAt: Int64? = nil
    ) {
        self.number = number
        self.time = time
        self.cause = cause
        self.verified = verified
        self.fingerprint = fingerprint
        self.evidence = evidence
        self.withdrawnAt = withdrawnAt
    }
}
