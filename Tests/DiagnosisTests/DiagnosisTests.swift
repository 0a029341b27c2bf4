import Casebook
import Diagnosis
import Testing

@Suite struct DiagnosisTests {
    @Test func `with no evidence nothing was looked at and priors rule`() {
        let engine = Engine(
            knowledge: Knowledge(
                facts: [],
                cases: [
                    Knowledge.Entry(id: "a", family: "tls", baseRate: .common),
                    Knowledge.Entry(id: "b", family: "tcp", baseRate: .rare),
                ]))
        let diagnosis = engine.diagnose([])
        #expect(diagnosis.verdict == .undecided)
        #expect(diagnosis.ground == .nothingLookedAt)
        #expect(diagnosis.cases.map(\.id) == ["a", "b"])
        #expect(abs(diagnosis.unlisted - 0.15) < 1e-12)
    }
}
