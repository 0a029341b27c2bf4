import Casebook
import Diagnosis
import Glibc

/// How often a fact is likely to be there when a case is at work, from one incident of it.
///
/// The five words are five hypotheses of how often, all equally likely beforehand; a sixth says
/// that the fact has nothing to do with the case and is there as often as its background. Each
/// look (a capture, a probe, an answer) speaks for and against them by Bayes' rule, and the word
/// next to what is then expected is suggested. So
///
/// - one look that saw it suggests `usually` (expected .77): one incident never shows `always`;
/// - several looks in one incident are no several incidents: each after the first counts half.
///   Five of five suggest `always`;
/// - seen from one vantage point and not from another suggests `sometimes`, as the casebook's
///   rule for vantage points has it;
/// - an everyday fact, more probably there by chance than by the case, suggests no word: whoever
///   knows better may list it;
/// - an answer of "probably" weakens the word by one.
struct SuggestedWord: Equatable {
    /// `nil`: better not listed.
    var frequency: Frequency?
    var reason: String

    /// Looks that saw the fact, and looks that could have and did not.
    struct Looks: Equatable {
        var present = 0
        var absent = 0
        /// Every look that saw it was an answer of "probably".
        var isHedged = false

        var count: Int { present + absent }
    }

    /// A little stronger beforehand than all five words together: what is there anyway in four of
    /// ten incidents is left out.
    private static let weightOfChance = 6.0

    init(_ looks: Looks, background: Double) {
        let dependent = (1 + Double(looks.count - 1) / 2) / Double(max(1, looks.count))
        func likelihood(_ often: Double) -> Double {
            pow(often, Double(looks.present) * dependent)
                * pow(1 - often, Double(looks.absent) * dependent)
        }
        let words = Parameters().frequencies.map { ($0.key, $0.value) }.sorted { $1.1 < $0.1 }
        let byCase = words.reduce(0) { $0 + likelihood($1.1) }
        let byChance = Self.weightOfChance * likelihood(background)
        let expected = words.reduce(0) { $0 + likelihood($1.1) * $1.1 } / byCase
        let nearest = words.min { abs($0.1 - expected) < abs($1.1 - expected) }?.0 ?? .usually
        reason = "seen in \(looks.present) of \(Figures.plural(looks.count, "look"))"
        if byChance > byCase {
            frequency = nil
            reason += ", and anyway in \(Figures.fixed(background * 100, 0)) of 100 incidents"
        } else if looks.isHedged {
            frequency = Self.weaker(nearest)
            reason += ", and only probably"
        } else {
            frequency = nearest
        }
    }

    private static func weaker(_ word: Frequency) -> Frequency {
        switch word {
        case .always: .usually
        case .usually: .sometimes
        default: .rarely
        }
    }
}
