public import Casebook

/// What a draft says to whoever goes on with it; comments of its front matter.
public struct CaseNotes: Hashable, Sendable {
    /// Why a fact has its word, behind it.
    public var reasons: [FactID: String]
    /// Lines below the findings.
    public var remarks: [String]

    public init(reasons: [FactID: String] = [:], remarks: [String] = []) {
        self.reasons = reasons
        self.remarks = remarks
    }
}
