public import Casebook
public import CasebookStore
public import Diagnosis

/// Learns from the ledger of a database, and keeps there what was learned: a ledger is replayed
/// once, and what is written to it later is added. The result is that of a replay, bit for bit.
public struct LedgerLearning: Sendable {
    let store: CasebookStore
    let casebook: Casebook
    /// Seconds since 1970.
    let now: Int64

    public init(store: CasebookStore, casebook: Casebook, now: Int64) {
        self.store = store
        self.casebook = casebook
        self.now = now
    }

    /// What an engine is to be given.
    public func learned() throws(StoreError) -> Learned {
        let last = try store.lastLedgerNumber()
        if last == 0 { return Learned() }
        if let kept = kept(withMemory: false), kept.through == last,
            let tally = try? LearnedCoding.tally(kept.tally), tally.holds(at: now)
        {
            return tally.learned(at: now)
        }
        return try learning(all: nil).learned
    }

    /// The whole ledger with what became of each entry.
    public func ledger() throws(StoreError) -> IncidentLedger {
        let all = try store.ledger(after: 0)
        return IncidentLedger(entries: all.entries, learning: try learning(all: all))
    }

    private func kept(withMemory: Bool) -> LearnedBytes? {
        store.learned(
            casebook: casebook.hash, encoding: LearnedCoding.version, withMemory: withMemory)
    }

    /// - Parameter all: the whole ledger, where it is at hand, in case it must be replayed.
    private func learning(all: LedgerTail?) throws(StoreError) -> Learning {
        let cold = Engine(casebook: casebook)
        if let kept = kept(withMemory: true),
            let memory = try? LearnedCoding.memory(kept), memory.tally.holds(at: now)
        {
            let tail = try store.ledger(after: kept.through)
            let learning = Learning(cold: cold, now: now, memory: memory)
            if tail.last == kept.through { return learning }
            if tail.last > kept.through, let grown = grow(learning, by: tail) {
                keep(grown, through: tail.last)
                return grown
            }
        }
        let all = if let all { all } else { try store.ledger(after: 0) }
        let learning = Learning(cold: cold, ledger: IncidentLedger.lines(all.entries), now: now)
        keep(learning, through: all.last)
        return learning
    }

    /// `nil` where only a replay comes to what a replay would.
    private func grow(_ learning: Learning, by tail: LedgerTail) -> Learning? {
        guard tail.withdrawn.isEmpty else { return nil }
        var grown = learning
        for incident in IncidentLedger.lines(tail.entries) {
            guard grown.memory.isInOrder(incident) else { return nil }
            grown.add(incident)
        }
        return grown.isCalibrated ? grown : nil
    }

    private func keep(_ learning: Learning, through: Int) {
        // What was dated in the future counts for less every day.
        guard learning.memory.tally.holds(at: now) else { return }
        store.keep(
            LearnedCoding.bytes(learning.memory, through: through), casebook: casebook.hash)
    }
}
