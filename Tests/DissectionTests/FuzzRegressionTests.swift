import Foundation
import Testing

@Suite struct DissectionFuzzRegressionTests {
    /// Tests/Fixtures/fuzz/dissection: inputs that failed under the fuzzer once.
    private static let inputs: [URL] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Fixtures/fuzz/dissection")
        let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
        return (names ?? []).sorted().map { folder.appending(path: $0) }
    }()

    @Test func `inputs that the fuzzer found are dissected without a fault`() throws {
        for input in Self.inputs {
            let bytes = try [UInt8](Data(contentsOf: input))
            exerciseDissection(bytes.span.bytes)
        }
    }

    @Test func `random bytes never trap in any dissector`() {
        var generator = SeededGenerator(state: 3)
        for _ in 0..<50_000 {
            let input = (0..<Int.random(in: 0..<90, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            exerciseDissection(input.span.bytes)
        }
    }
}
