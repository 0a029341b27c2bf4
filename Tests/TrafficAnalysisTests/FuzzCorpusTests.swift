import FuzzCorpus
import Testing

struct AnalysisCorpusTests {
    @Test func `what the fuzzer reached is analysed without a fault`() throws {
        let inputs = try FuzzCorpus.inputs(of: "analysis")
        #expect(inputs.count >= 5)
        for input in inputs { exerciseAnalysis(input.span.bytes) }
    }
}
