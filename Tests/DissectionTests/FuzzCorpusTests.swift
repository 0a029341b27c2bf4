import FuzzCorpus
import Testing

struct DissectionCorpusTests {
    @Test(arguments: dissectorExercises.indices)
    func `what the fuzzer reached is dissected without a fault`(index: Int) throws {
        let (name, exercise) = dissectorExercises[index]
        let inputs = try FuzzCorpus.inputs(of: name)
        #expect(inputs.count >= 5, "\(name)")
        // The first byte chose the dissector.
        for input in inputs where !input.isEmpty {
            exercise(input.span.bytes.extracting(1..<input.count))
        }
    }
}
