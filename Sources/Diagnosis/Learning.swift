import Casebook

/// Folds the ledger of confirmed incidents into `Learned`.
///
/// Every incident is judged by the cold model, so what it adds depends on itself alone: replaying
/// a ledger is the same as adding its lines one by one, and striking a line is the same as never
/// having had it. Nothing is forgotten but by the clock.
public struct Learning: Sendable {
    private let cold: Engine
    /// Seconds since 1970 to which counts of cases are aged; `nil` does not age.
    private let now: Int64?

    /// From which a later run can go on.
    public private(set) var memory: Memory

    /// - Parameters:
    ///   - cold: an engine that has learned nothing.
    ///   - memory: of the same casebook, by a learning that had a clock if this one has.
    public init(cold: Engine, now: Int64? = nil, memory: Memory = Memory()) {
        self.cold = cold
        self.now = now
        self.memory = memory
    }

    /// The whole ledger at once, with the temperature fitted where it is long enough.
    public init(cold: Engine, ledger: some Sequence<ConfirmedIncident>, now: Int64? = nil) {
        self.init(cold: cold, now: now)
        let ledger = Array(ledger)
        for incident in ledger { add(incident) }
        calibrate(ledger)
    }

    public var learned: Learned { memory.tally.learned(at: now) }
    public var quarantined: [Quarantined] { memory.quarantined }
    /// Ids of incidents whose cause the casebook does not know (any more); they add nothing.
    public var unknownCauses: [String] { memory.unknownCauses }

    /// Adds one line of the ledger; lines of one fingerprint must come in order of time.
    public mutating func add(_ incident: ConfirmedIncident) {
        let item = incident.cause.flatMap { cold.model.caseIndex[$0] }
        if incident.cause != nil, item == nil {
            memory.unknownCauses.append(incident.id)
            return
        }
        memory.usable += 1
        memory.tally.note(incident.time)
        guard !isRelapse(incident) else { return }
        let posterior = cold.posterior(incident.observations)
        let credit = credit(for: incident, item: item, posterior)
        guard credit > 0 else { return }
        let time = now == nil ? nil : incident.time.map { min($0, now ?? $0) }
        memory.tally.count(incident.cause, credit, at: time)
        guard let item, let cause = incident.cause else { return }
        learnFrequencies(of: item, cause, incident.observations, credit: credit)
    }

    /// Whether the temperature is the one that a replay of the whole ledger would come to. It is
    /// fitted anew whenever the ledger has grown by a tenth.
    public var isCalibrated: Bool { memory.fitted == Calibration.length(of: memory.usable) }

    /// Fits the temperature to the ledger, of which every line was added.
    public mutating func calibrate(_ ledger: [ConfirmedIncident]) {
        let length = Calibration.length(of: memory.usable)
        memory.fitted = length
        let known = cold.model.caseIndex
        let usable = ledger.lazy.filter { $0.cause.map { known[$0] != nil } ?? true }
        let fitted = Array(usable.prefix(length))
        let held = Set(memory.quarantined.lazy.map(\.incident))
        let wrong = Double(fitted.count { held.contains($0.id) }) / Double(max(1, length))
        memory.tally.learned.temperature =
            Calibration(cold: cold, ledger: fitted, wrong: max(0.02, wrong))?.temperature
    }

    /// Facts outside a case's list, present in three confirmed incidents at more than three times
    /// their background; most frequent first.
    public var suggestions: [ListingSuggestion] {
        memory.sightings.compactMap { key, seen -> ListingSuggestion? in
            guard seen.present >= 3, let fact = cold.model.factIndex[key.fact] else { return nil }
            let share = Double(seen.present) / Double(seen.looked)
            guard share > 3 * cold.model.background[fact] else { return nil }
            return ListingSuggestion(
                item: key.item, fact: key.fact, incidents: seen.present, share: share)
        }.sorted { left, right in
            left.incidents != right.incidents
                ? left.incidents > right.incidents
                : (left.item, left.fact) < (right.item, right.fact)
        }
    }

    /// The same host with the same fault within a day is one incident.
    private mutating func isRelapse(_ incident: ConfirmedIncident) -> Bool {
        guard let fingerprint = incident.fingerprint, let time = incident.time else { return false }
        if let last = memory.fingerprints[fingerprint], time &- last.counted < 86_400 {
            memory.fingerprints[fingerprint]?.seen = max(last.seen, time)
            return true
        }
        memory.fingerprints[fingerprint] = Memory.Times(counted: time, seen: time)
        return false
    }

    /// 1 if the repair was seen to work, .3 if believed; less for a cause that the evidence puts
    /// below 2 % with three others ahead (97 % of wrong and 4 % of right ones in the note).
    private mutating func credit(
        for incident: ConfirmedIncident, item: Int?, _ posterior: Posterior
    ) -> Double {
        let probability = item.map { posterior.cases[$0] } ?? posterior.unlisted
        let rivals = posterior.cases + (item == nil ? [] : [posterior.unlisted])
        let ahead = rivals.lazy.filter { $0 > probability }.count
        guard probability < 0.02, ahead >= 3 else { return incident.verified ? 1 : 0.3 }
        memory.quarantined.append(
            Quarantined(
                incident: incident.id, cause: incident.cause, probability: probability))
        return incident.verified ? 0.3 : 0
    }

    /// Volunteered reports are selected for being present, so they train nothing.
    private mutating func learnFrequencies(
        of item: Int, _ cause: CaseID, _ observations: Observations, credit: Double
    ) {
        let model = cold.model
        let asked = observations.without(.report)
        for reading in model.readings(asked, parameters: cold.parameters) {
            let fact = model.factIDs[reading.fact]
            let present = reading.presence(model.probability(ofFact: reading.fact, inCase: item))
            let (yes, no) = (reading.ifPresent, reading.ifAbsent)
            let weight = credit * abs(yes - no) / max(yes, no)
            let counts = Learned.Counts(present: weight * present, absent: weight * (1 - present))
            if model.forward.listing(of: reading.fact, inCase: item) != nil {
                memory.tally.learned.listings[cause, default: [:]][fact, default: .init()]
                    .add(counts)
            } else {
                memory.tally.learned.backgrounds[fact, default: .init()].add(counts)
                let key = Memory.Listing(item: cause, fact: fact)
                memory.sightings[key, default: Memory.Sightings()].looked += 1
                if reading.state == .present { memory.sightings[key]?.present += 1 }
            }
        }
    }
}

extension Learned.Counts {
    mutating func add(_ other: Learned.Counts) {
        present += other.present
        absent += other.absent
    }
}
