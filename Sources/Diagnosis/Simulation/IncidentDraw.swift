public import Casebook

/// How a simulated incident comes about: which facts are present, and what is said of them.
///
/// The one home of these formulas: the simulation of `Tests/Evaluation` draws from a world of its
/// own with them, the strength of a case from the casebook.
public struct IncidentDraw: Sendable {
    /// Chance that somebody tells a present fact unasked, where people can see it themselves; and
    /// an absent one. With it, reports name three symptoms in ten (inference.md §6).
    public static let reported = (present: 0.45, absent: 0.002)
    /// Share of the answers that an incident lacks; drawn once an incident.
    public static let missing = (least: 0.05, most: 0.15)
    /// Chance that readings of one thing share their luck.
    public static let shared = 0.8

    /// Luck of each echo group so far.
    private var luck: [String: Double] = [:]

    public init() {}

    /// P(fact present | this cause): the cause's own frequency or the leak (noisy-OR), and for
    /// "never" at most the frequency.
    public static func presence(
        _ word: Frequency, frequency: Double, background: Double
    ) -> Double {
        word == .never
            ? min(frequency, background) : 1 - (1 - frequency) * (1 - background)
    }

    /// Whether a fact is present, of those of one incident in turn.
    ///
    /// - Parameter group: whose facts are readings of one thing: present together or not at all,
    ///   mostly. `nil` for a fact by itself.
    public mutating func isPresent(
        _ probability: Double, group: String?, _ random: inout RandomSource
    ) -> Bool {
        var draw = random.uniform()
        if let group, random.chance(Self.shared) {
            draw = luck[group] ?? draw
            luck[group] = draw
        }
        return draw < probability
    }
}
