public import Casebook

/// The numbers behind the words and the model.
///
/// Unless a line says otherwise, a value is the default of the project's inference note, which
/// chose it by simulation: 60 to 100,000 synthetic cases, with every assumption broken on purpose.
/// Its finding on imprecision (after Henrion et al. 1996): a value that is off by half costs
/// little, so these are not to be tuned to a handful of captures.
public struct Parameters: Hashable, Sendable {
    /// How often an instrument is wrong.
    public struct ErrorRates: Hashable, Sendable {
        /// P(says present | absent).
        public var falseYes: Double
        /// P(says absent | present).
        public var falseNo: Double

        public init(falseYes: Double, falseNo: Double) {
            self.falseYes = falseYes
            self.falseNo = falseNo
        }
    }

    /// P(fact present | this case alone is the cause), by word.
    public var frequencies: [Frequency: Double] = [
        .always: 0.96, .usually: 0.78, .sometimes: 0.35, .rarely: 0.08, .never: 0.01,
    ]
    /// Relative weights of the base-rate words; they are normalised over the casebook.
    public var baseRates: [Case.BaseRate: Double] = [.common: 9, .uncommon: 3, .rare: 1]
    /// P(fact present | the case does not list it), where the casebook has learned no other.
    public var background = 0.05
    /// The same for a fact of which a case says that it proves the case alone: such a word is
    /// a promise that other causes hardly ever show it.
    public var provingBackground = 0.01
    /// Background from which a fact is ordinary: present in healthy systems often enough to be
    /// no sign of trouble.
    public var ordinaryBackground = 0.15
    /// By instrument. A report is volunteered, so only "present" exists and `falseNo` is unused.
    public var errors: [Evidence.Instrument: ErrorRates] = [
        .operator: ErrorRates(falseYes: 0.10, falseNo: 0.10),
        .probe: ErrorRates(falseYes: 0.01, falseNo: 0.01),
        .host: ErrorRates(falseYes: 0.02, falseNo: 0.02),
        .capture: ErrorRates(falseYes: 0.03, falseNo: 0.03),
        .report: ErrorRates(falseYes: 0.005, falseNo: 0),
    ]
    /// Of an operator who answers "probably" or "probably not".
    public var gradedErrors = ErrorRates(falseYes: 0.25, falseNo: 0.25)

    /// π₀: the share of incidents whose cause no case describes.
    public var unlistedRate = 0.15
    /// A₀: the worth of the base-rate words, in confirmed incidents.
    public var priorStrength = 40.0
    /// How much an unknown problem of a large family looks like the family's average case; the
    /// rest looks like the whole casebook's average.
    public var familyShare = 0.85

    /// ρ of a group whose facts are listed by exactly the same cases.
    public var echoCeiling = 0.6
    /// Mean Jaccard similarity below which facts of a group count as merely related.
    public var echoFloor = 0.3
    /// T of the final softmax: 1 until 200 confirmed incidents allow a fit.
    public var temperature = 1.0

    /// Least posterior probability of a `likely` case.
    public var likelyProbability = 0.6
    /// How far a `likely` case must be ahead of the next case and of "none of these".
    public var likelyLeadDecibans = 6.0
    /// P(none) from which the cause is declared to be outside the casebook.
    public var noneProbability = 0.6
    /// Facts that must be known before that is declared.
    public var noneKnownFacts = 8
    /// Evidence for a case up to this "hardly matters", and does not make it likely.
    public var negligibleDecibans = 3.0

    public init() {}

    public subscript(word: Frequency) -> Double {
        Self.probability(frequencies[word], or: Self.standard.frequencies[word] ?? 0.5)
    }

    public subscript(rate: Case.BaseRate) -> Double {
        guard let weight = baseRates[rate], weight.isFinite, weight > 0 else { return 1 }
        return weight
    }

    /// The share of a family of `size` cases: 0 for one, where "average" would be a twin that
    /// takes a fifth of the case's mass.
    ///
    /// Ours, not the note's: in simulations with 30 cases in 13 families of 0 to 9, AUC of P(none)
    /// rose from .79 to .83 and log loss fell by .03; with 60 cases in equal families the change
    /// is within .005.
    func familyShare(ofSize size: Double) -> Double {
        Self.probability(familyShare, or: 0.85) * (size > 1 ? 1 - 1 / size : 0)
    }

    /// The error rates of an instrument, bounded away from certainty.
    func errorRates(_ instrument: Evidence.Instrument, graded: Bool) -> ErrorRates {
        let rates = graded ? gradedErrors : errors[instrument] ?? gradedErrors
        return ErrorRates(
            falseYes: Self.probability(rates.falseYes, or: 0.5),
            falseNo: Self.probability(rates.falseNo, or: 0.5))
    }

    private static let standard = Parameters()

    /// No source is ever certain: a probability of 0 would veto, and two vetoes leave nothing.
    static let certaintyMargin = 1e-6

    /// `value` inside the open unit interval; `fallback` for nothing and for NaN.
    static func probability(_ value: Double?, or fallback: Double) -> Double {
        guard let value, !value.isNaN else { return fallback }
        return min(max(value, certaintyMargin), 1 - certaintyMargin)
    }
}
