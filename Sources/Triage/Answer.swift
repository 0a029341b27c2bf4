public import Casebook

/// What a person says to a question.
public enum Answer: String, CaseIterable, Sendable {
    case yes, no, unknown, probably
    case probablyNot = "probably-not"

    public var state: FactState {
        switch self {
        case .yes, .probably: .present
        case .no, .probablyNot: .absent
        case .unknown: .unknown
        }
    }

    private var isGraded: Bool { self == .probably || self == .probablyNot }

    public func evidence(of fact: FactID, in casebook: Casebook) -> Evidence {
        Evidence(
            id: fact, kind: casebook[symptom: fact] != nil ? .symptom : .finding, state: state,
            source: isGraded ? "operator:probably" : "operator",
            summary: "The operator answered \(rawValue).")
    }

    /// The answer that gave `evidence`; `nil` where no person answered.
    public init?(_ evidence: Evidence) {
        guard evidence.instrument == .operator else { return nil }
        let isGraded = evidence.source == "operator:probably"
        switch evidence.state {
        case .present: self = isGraded ? .probably : .yes
        case .absent: self = isGraded ? .probablyNot : .no
        case .unknown: self = .unknown
        }
    }
}
