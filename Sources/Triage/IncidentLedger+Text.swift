public import CasebookStore
import Diagnosis

extension IncidentLedger {
    /// `counted`, `withdrawn`, `quarantined`, `unknown-cause`.
    public func word(for entry: LedgerEntry) -> String { told(entry).word }

    /// What became of an entry, for a person.
    public func reason(for entry: LedgerEntry) -> String { told(entry).reason }

    private func told(_ entry: LedgerEntry) -> (word: String, reason: String) {
        switch standing(of: entry) {
        case .counted:
            ("counted", entry.verified ? "It counts fully." : "It counts three tenths.")
        case .withdrawn: ("withdrawn", "It was taken back and counts for nothing.")
        case .unknownCause:
            ("unknown-cause", "The casebook has no such case: it counts for nothing.")
        case .quarantined(let probability):
            (
                "quarantined",
                "The evidence contradicts this cause (\(Wording.probability(probability)), and "
                    + "others fit better): a second person should look. Until then it counts "
                    + (entry.verified ? "three tenths." : "for nothing.")
            )
        }
    }
}
