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
        self.init(
            entries: entries,
            learning: Learning(cold: cold, ledger: Self.lines(entries), now: now))
    }

    /// - Parameter casebook: by which entries are judged.
    public init(entries: [LedgerEntry], casebook: Casebook, now: Int64) {
        self.init(entries: entries, cold: Engine(casebook: casebook), now: now)
    }

    /// - Parameter learning: of these entries.
    init(entries: [LedgerEntry], learning: Learning) {
        self.entries = entries
        self.learning = learning
    }

    /// What stands, in the order of its numbers, so that what comes later can be added later.
    /// Those of one fingerprint, by which relapses are recognised, are in the order of time.
    static func lines(_ entries: [LedgerEntry]) -> [ConfirmedIncident] {
        let standing = entries.filter { $0.withdrawnAt == nil }.sorted { $0.number < $1.number }
        var lines = standing.map(incident)
        let places = Dictionary(
            grouping: standing.indices.filter { standing[$0].fingerprint != nil },
            by: { standing[$0].fingerprint })
        for (_, places) in places {
            let sorted = places.sorted {
                (standing[$0].time, standing[$0].number) < (standing[$1].time, standing[$1].number)
            }
            for (place, other) in zip(places, sorted) { lines[place] = incident(standing[other]) }
        }
        return lines
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
        try LedgerLearning(store: store, casebook: casebook, now: now).ledger()
    }

    /// The engine, with what the confirmed incidents of this machine taught it.
    ///
    /// - Returns: beside it a warning when the ledger cannot be read; then nothing was learned.
    public func engine(now: Int64) -> (engine: Engine, warning: Warning?) {
        do {
            let learning = LedgerLearning(store: store, casebook: casebook, now: now)
            return (Engine(casebook: casebook, learned: try learning.learned()), nil)
        } catch {
            let summary = "The ledger of confirmed incidents was not used: \(error)."
            return (
                Engine(casebook: casebook), Warning(id: "ledger.unreadable", summary: summary)
            )
        }
    }
}
