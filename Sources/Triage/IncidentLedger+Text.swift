public import CasebookStore
import Diagnosis

extension IncidentLedger {
    /// `counted`, `withdrawn`, `quarantined`, `unknown-cause`.
    public func word(for entry: LedgerEntry) -> String { remembered(entry).word }

    /// What became of an entry, for a person.
    public func reason(for entry: LedgerEntry) -> String {
        Self.reason(remembered(entry), verified: entry.verified)
    }

    /// The standing of an entry as the database remembers it.
    public func remembered(_ entry: LedgerEntry) -> LedgerStanding {
        switch standing(of: entry) {
        case .counted: LedgerStanding(word: "counted")
        case .withdrawn: LedgerStanding(word: "withdrawn")
        case .unknownCause: LedgerStanding(word: "unknown-cause")
        case .quarantined(let probability):
            LedgerStanding(word: "quarantined", probability: probability)
        }
    }

    /// What became of an entry, for a person.
    ///
    /// - Parameter verified: the repair was seen to work.
    public static func reason(_ standing: LedgerStanding, verified: Bool) -> String {
        switch standing.word {
        case "counted": verified ? "It counts fully." : "It counts three tenths."
        case "withdrawn": "It was taken back and counts for nothing."
        case "unknown-cause": "The casebook has no such case: it counts for nothing."
        default:
            "The evidence contradicts this cause ("
                + "\(Wording.probability(standing.probability ?? 0)), and others fit better): "
                + "a second person should look. Until then it counts "
                + (verified ? "three tenths." : "for nothing.")
        }
    }
}
