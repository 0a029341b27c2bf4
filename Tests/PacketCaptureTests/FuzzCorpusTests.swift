import Dissection
import FuzzCorpus
import Testing

struct CaptureCorpusTests {
    static let exercises: [(target: String, exercise: @Sendable (RawSpan) -> Void)] = [
        ("pcap", exerciseCapture), ("pcapng", exerciseCapture),
        ("compression", exerciseCompression),
    ]

    @Test(arguments: exercises.indices)
    func `what the fuzzer reached is read without a fault`(index: Int) throws {
        let (target, exercise) = Self.exercises[index]
        let inputs = try FuzzCorpus.inputs(of: target)
        #expect(inputs.count >= 5, "\(target)")
        for input in inputs { exercise(input.span.bytes) }
    }
}
