public import Casebook
public import CasebookStore
public import Diagnosis

/// What the confirmed incidents of this machine say, and what the engine learned of each.
public struct IncidentLedger: Sendable {
    /// What became of one entry.
    public enum Standing: Hashable, Sendable {
        /// It counts, wholly where the repair was seen to work.
        case counted
        case withdrawn
        /// The evidence contradicts it: a second person should look. The probability is that of
        /// the confirmed cause by the cold model.
        case quarantined(probability: Double)
        /// The casebook has no such case (any more): it adds nothing.
        case unknownCause
    }

    public let entries: [LedgerEntry]
    public let learning: Learning

    /// - Parameters:
    ///   - cold: an engine of the casebook that has learned nothing.
    ///   - now: seconds since 1970, to which old incidents are aged.
    public init(entries: [LedgerEntry], cold: Engine, now: Int64) {
        self.entries = entries
        let standing = entries.filter { $0.withdrawnAt == nil }
        learning = Learning(
            cold: cold,
            // Relapses are recognised in the order of time.
            ledger: standing.sorted { ($0.time, $0.number) < ($1.time, $1.number) }
                .map(Self.incident), now: now)
    }

    /// - Parameter casebook: by which entries are judged.
    public init(entries: [LedgerEntry], casebook: Casebook, now: Int64) {
        self.init(entries: entries, cold: Engine(casebook: casebook), now: now)
    }

    private static func incident(_ entry: LedgerEntry) -> ConfirmedIncident {
        ConfirmedIncident(
            id: String(entry.number), observations: Observations(entry.evidence),
            cause: entry.cause, verified: entry.verified, time: entry.time,
            fingerprint: entry.fingerprint)
    }

    public func standing(of entry: LedgerEntry) -> Standing {
        if entry.withdrawnAt != nil { return .withdrawn }
        let id = String(entry.number)
        if let held = learning.quarantined.first(where: { $0.incident == id }) {
            return .quarantined(probability: held.probability)
        }
        return learning.unknownCauses.contains(id) ? .unknownCause : .counted
    }
}

extension LoadedCasebook {
    /// The ledger of this machine, judged by the casebook.
    public func ledger(now: Int64) throws(StoreError) -> IncidentLedger {
        IncidentLedger(
            entries: try store.ledger(), cold: Engine(casebook: casebook), now: now)
    }

    /// The engine, with what the confirmed incidents of this machine taught it.
    ///
    /// - Returns: beside it a warning when the ledger cannot be read; then nothing was learned.
    public func engine(now: Int64) -> (engine: Engine, warning: Warning?) {
        do {
            if try store.ledger().isEmpty { return (Engine(casebook: casebook), nil) }
            let learned = try ledger(now: now).learning.learned
            return (Engine(casebook: casebook, learned: learned), nil)
        } catch {
            let summary = "The ledger of confirmed incidents was not used: \(error)."
            return (
                Engine(casebook: casebook), Warning(id: "ledger.unreadable", summary: summary)
            )
        }
    }
}
