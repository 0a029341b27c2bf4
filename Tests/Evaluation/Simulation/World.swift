import Casebook
import Diagnosis
import Foundation

/// A site with its casebook: what the book says, and what is true behind it.
public struct World: Sendable {
    public struct Fact: Sendable {
        var id: FactID
        var family: Int
        var group: String?
        /// Readings of one thing: present together or not at all, mostly.
        var echoes = false
        /// P(present) in an incident whose cause has nothing to do with it.
        var background: Double
        /// What the book says of it; `nil` leaves it to the engine.
        var statedBackground: Double?
    }

    public struct Step: Sendable {
        var id: String
        var fact: Int
        var source: Evidence.Instrument
        var seconds: Double
        var privileged = false
        var intrusive = false

        var isSafe: Bool { source != .operator && !privileged && !intrusive }
        /// In second equivalents.
        var cost: Double { seconds + (privileged ? 20 : 0) + (intrusive ? 30 : 0) }
    }

    public struct Cause: Sendable {
        var id: CaseID
        var family: String
        var rate: Case.BaseRate
        /// How often it really happens here, relative to others.
        var weight: Double
        /// What the book lists: fact, word, and the true frequency of the cause alone.
        var lists: [(fact: Int, word: Frequency, truth: Double)]
    }

    var facts: [Fact]
    var steps: [Step]
    /// Those of the book.
    var causes: [Cause]
    /// Those of which the book knows nothing.
    var outside: [Cause]

    /// The words' numbers that the note's simulation assumed for truth.
    static let truth: [Frequency: Double] = [
        .always: 0.95, .usually: 0.77, .sometimes: 0.33, .rarely: 0.08, .never: 0.01,
    ]
    static let weights: [Case.BaseRate: Double] = [.common: 9, .uncommon: 3, .rare: 1]
    /// P(wrong), by who speaks; inference.md §3.
    static let errors: [Evidence.Instrument: Double] = [
        .operator: 0.10, .probe: 0.01, .host: 0.02, .capture: 0.03,
    ]
    static let outsideShare = 0.15

    /// The same book at a site where base rates are unrelated to it and frequencies are moved by
    /// 1.2 on the scale of log odds (inference.md §7).
    func shiftedSite(_ random: inout RandomSource) -> World {
        var site = self
        for item in causes.indices {
            site.causes[item].weight = exp(1.2 * random.normal())
            for entry in causes[item].lists.indices {
                let shift = random.chance(0.5) ? 1.2 : -1.2
                site.causes[item].lists[entry].truth = shifted(
                    causes[item].lists[entry].truth, by: shift)
            }
        }
        return site
    }
}
