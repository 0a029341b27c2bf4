package import Casebook

extension Learning {
    /// What an engine is taught by: counts of which those of dated incidents fade with the clock.
    public struct Tally: Hashable, Sendable {
        /// Counts of cases in it are of incidents that do not age.
        package var learned = Learned()
        /// By case, aged to `reference`.
        package var dated: [CaseID: Double] = [:]
        package var datedUnlisted = 0.0
        /// The latest time of an incident.
        package var latest = Int64.min

        package init() {}

        /// 2026-01-01, any day would do: counts can then be summed once and aged to every day.
        private static let reference: Int64 = 1_767_225_600

        mutating func note(_ time: Int64?) {
            if let time { latest = max(latest, time) }
        }

        /// - Parameter time: `nil` does not age.
        mutating func count(_ cause: CaseID?, _ credit: Double, at time: Int64?) {
            switch (cause, time) {
            case (let cause?, let time?):
                dated[cause, default: 0] += credit * Self.weight(time)
            case (nil, let time?): datedUnlisted += credit * Self.weight(time)
            case (let cause?, nil): learned.cases[cause, default: 0] += credit
            case (nil, nil): learned.unlistedCount += credit
            }
        }

        /// Whether it tells of a day what the ledger would: an incident that was dated later
        /// counted as one of the day on which it was added.
        public func holds(at now: Int64) -> Bool { latest <= now }

        /// - Parameter now: of the learning that made it, or later if it `holds` then.
        public func learned(at now: Int64?) -> Learned {
            guard let now else { return learned }
            let scale = 1 / Self.weight(now)
            var result = learned
            for (cause, count) in dated { result.cases[cause, default: 0] += count * scale }
            result.unlistedCount += datedUnlisted * scale
            return result
        }

        /// Half-life of one year. Beyond 500 years a clock is wrong, and the figures would end.
        private static func weight(_ time: Int64) -> Double {
            let years = Double(time &- reference) / (365.25 * 86_400)
            return exponential(min(500, max(-500, years)) * naturalLogarithm(2))
        }
    }

    /// All that lines of a ledger add up to.
    public struct Memory: Hashable, Sendable {
        package struct Listing: Hashable, Sendable {
            package var item: CaseID
            package var fact: FactID

            package init(item: CaseID, fact: FactID) {
                self.item = item
                self.fact = fact
            }
        }

        /// Of a fact outside a case's list.
        package struct Sightings: Hashable, Sendable {
            package var present: Int
            package var looked: Int

            package init(present: Int = 0, looked: Int = 0) {
                self.present = present
                self.looked = looked
            }
        }

        /// Of the incidents of one fingerprint.
        package struct Times: Hashable, Sendable {
            /// Of the last one that was no relapse.
            package var counted: Int64
            package var seen: Int64

            package init(counted: Int64, seen: Int64) {
                self.counted = counted
                self.seen = seen
            }
        }

        public package(set) var tally = Tally()
        package var sightings: [Listing: Sightings] = [:]
        package var fingerprints: [String: Times] = [:]
        package var quarantined: [Quarantined] = []
        package var unknownCauses: [String] = []
        /// Lines whose cause the casebook knows.
        package var usable = 0
        /// Of these, the ones that the temperature was fitted to.
        package var fitted = 0

        public init() {}

        /// Whether a line can be added now as if the lines had come in order of time.
        public func isInOrder(_ incident: ConfirmedIncident) -> Bool {
            guard let fingerprint = incident.fingerprint, let time = incident.time,
                let last = fingerprints[fingerprint]
            else { return true }
            return time >= last.seen
        }
    }
}
