public import Casebook

/// What confirmed incidents add to a casebook; the cold model is the empty value.
///
/// Counts are soft: an incident that was only believed to be solved, or a fact of which a weak
/// instrument spoke, adds less than one.
public struct Learned: Hashable, Sendable {
    /// Soft counts of one proportion.
    public struct Counts: Hashable, Sendable {
        public var present = 0.0
        public var absent = 0.0

        public init(present: Double = 0, absent: Double = 0) {
            self.present = present
            self.absent = absent
        }

        /// Mean of a Beta distribution that starts at `cold` with the given strength.
        func mean(cold: Double, strength: Double) -> Double {
            guard present > 0 || absent > 0 else { return cold }
            return Parameters.probability(
                (strength * cold + present) / (strength + present + absent), or: cold)
        }
    }

    /// n_c: confirmed incidents by case.
    public package(set) var cases: [CaseID: Double] = [:]
    /// n₀: incidents whose confirmed cause was in no case.
    public package(set) var unlistedCount = 0.0
    /// Facts seen in incidents whose case does not list them.
    public package(set) var backgrounds: [FactID: Counts] = [:]
    /// Facts seen in incidents whose case lists them.
    public package(set) var listings: [CaseID: [FactID: Counts]] = [:]

    /// T of the softmax, once there are incidents enough to fit it.
    public package(set) var temperature: Double?

    /// Worth of a frequency word and of the background, in incidents.
    static let listingStrength = 10.0
    static let backgroundStrength = 20.0

    public init() {}

    /// N: all confirmed incidents. Summed in ascending order of id: same counts, same bits.
    var incidentCount: Double {
        cases.keys.sorted().reduce(unlistedCount) { $0 + (cases[$1] ?? 0) }
    }

    func count(of id: CaseID) -> Double { cases[id] ?? 0 }

    func background(of fact: FactID, cold: Double) -> Double {
        backgrounds[fact]?.mean(cold: cold, strength: Self.backgroundStrength) ?? cold
    }

    func probability(of fact: FactID, in item: CaseID, cold: Double) -> Double {
        listings[item]?[fact]?.mean(cold: cold, strength: Self.listingStrength) ?? cold
    }
}
