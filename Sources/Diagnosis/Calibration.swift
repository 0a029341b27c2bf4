import Casebook

/// The temperature that makes past probabilities come true.
///
/// Fitted crosswise, each half of the ledger judged by what the other half taught: a model is
/// always too sure on the incidents it has learned from. And fitted in the knowledge that some
/// confirmations are wrong: leaving out those in quarantine would leave out the right surprises
/// too and make the model too sure, counting them in full would make it timid.
struct Calibration {
    let temperature: Double

    private static let leastIncidents = 200
    private static let range = naturalLogarithm(0.7)...naturalLogarithm(1.5)
    /// Standard deviation of the prior on ln T, whose mean is 0.
    private static let spread = 0.2
    /// Scores kept for the fit; beyond it incidents are thinned out evenly.
    private static let mostScores = 4_000_000

    /// How many lines of a ledger with so many usable ones are fitted to; 0 for too few. A tenth
    /// more at a time: the fit takes long, and the temperature moves slowly.
    static func length(of usable: Int) -> Int {
        guard usable >= leastIncidents else { return 0 }
        var length = leastIncidents
        while length + length / 10 <= usable { length += length / 10 }
        return length
    }

    /// - Parameters:
    ///   - ledger: lines whose cause the casebook knows.
    ///   - wrong: the share of confirmations believed to be wrong.
    /// - Returns: `nil` below 200 confirmed incidents.
    init?(cold: Engine, ledger: [ConfirmedIncident], wrong: Double) {
        guard ledger.count >= Self.leastIncidents else { return nil }
        let hypotheses = cold.model.caseIDs.count + cold.model.familyCount
        let step = max(1, ledger.count * hypotheses / Self.mostScores)
        var judged: [Judged] = []
        for half in 0..<2 {
            var learning = Learning(cold: cold)
            for (position, incident) in ledger.enumerated() where position % 2 != half {
                learning.add(incident)
            }
            let engine = Engine(
                knowledge: cold.knowledge, parameters: cold.parameters, learned: learning.learned)
            for (position, incident) in ledger.enumerated()
            where position % 2 == half && position % step == 0 {
                judged.append(Judged(incident, engine))
            }
        }
        temperature = exponential(Self.minimum { Self.loss(judged, wrong, logTemperature: $0) })
    }

    /// Scores of all hypotheses and which of them came true.
    private struct Judged {
        let scores: [Double]
        let truth: Range<Int>

        init(_ incident: ConfirmedIncident, _ engine: Engine) {
            let posterior = engine.posterior(incident.observations)
            scores = posterior.caseScores + posterior.rowScores
            let item = incident.cause.flatMap { engine.model.caseIndex[$0] }
            truth = item.map { $0..<($0 + 1) } ?? posterior.caseScores.count..<scores.count
        }

        /// Of the confirmation: right, or any of the hypotheses by mistake.
        func logProbability(_ scale: Double, wrong: Double) -> Double {
            let top = scores.max() ?? 0
            let mass = scores.map { exponential(($0 - top) * scale) }
            let right = truth.reduce(0) { $0 + mass[$1] }
            return naturalLogarithm(
                (1 - wrong) * right / mass.reduce(0, +) + wrong / Double(scores.count))
        }
    }

    private static func loss(
        _ judged: [Judged], _ wrong: Double, logTemperature: Double
    ) -> Double {
        let scale = exponential(-logTemperature)
        let prior = logTemperature * logTemperature / (2 * spread * spread)
        return judged.reduce(prior) { $0 - $1.logProbability(scale, wrong: wrong) }
    }

    /// Golden-section search; the loss has one minimum in the range in all that was tried.
    private static func minimum(_ loss: (Double) -> Double) -> Double {
        let golden = 0.618_033_988_749_894_9
        var (low, high) = (range.lowerBound, range.upperBound)
        for _ in 0..<20 {
            let width = (high - low) * golden
            if loss(high - width) <= loss(low + width) {
                high = low + width
            } else {
                low = high - width
            }
        }
        return (low + high) / 2
    }
}
