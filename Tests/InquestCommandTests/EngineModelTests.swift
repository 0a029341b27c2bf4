import EvaluationSimulation
import Testing

/// `inquest engine` beside its model written out plainly, case by case and fact by fact.
struct EngineModelTests {
    /// Frequencies are kept on a grid of 256 steps in log odds, .047 apart; over a hundred answers
    /// that moves an even chance by up to .045. Another weight for small families moves it by .2.
    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `says what the model says`(seed: UInt64) throws {
        let difference = try Evaluation.largestDifference(
            program: Inquest.binary, cases: 40, incidents: 60, seed: seed)
        #expect(difference < 0.08)
        #expect(difference > 0, "the same code on both sides?")
    }
}
