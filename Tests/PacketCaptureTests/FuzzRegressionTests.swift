import Foundation
import Testing

@Suite struct CaptureFuzzRegressionTests {
    @Test func `inputs that the fuzzer found are decoded alike whole and in pieces`() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: fixture("fuzz/capture"))
        #expect(names.count >= 2)
        for name in names.sorted() {
            let bytes = try [UInt8](
                Data(contentsOf: URL(filePath: fixture("fuzz/capture/" + name))))
            exerciseCapture(bytes.span.bytes)
        }
    }

    @Test func `compressed inputs that the fuzzer found give alike what is sound`() throws {
        for name in try FileManager.default.contentsOfDirectory(
            atPath: fixture("fuzz/compression"))
        {
            let bytes = try [UInt8](
                Data(contentsOf: URL(filePath: fixture("fuzz/compression/" + name))))
            exerciseCompression(bytes.span.bytes)
        }
    }

    @Test(arguments: [true, false])
    func `files with random changes never trap, and pieces give what the whole gives`(
        isNext: Bool
    ) {
        let builder = PcapngBuilder(order: Writer(isBig: true))
        let pcapng = join(
            builder.section(), builder.interface(link: 113), builder.block(4, [1, 2, 3]),
            builder.enhanced(Sample.three[0], units: 1), builder.simple(Sample.three[0]))
        let good = isNext ? pcapng : PcapBuilder().file(Sample.three)
        var generator = SystemRandomNumberGenerator.seeded(7)
        for _ in 0..<4000 {
            var file = good
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0..<file.count, using: &generator)
                file[place] = UInt8.random(in: 0...255, using: &generator)
            }
            exerciseCapture(file.span.bytes)
        }
    }
}

/// The path of a file in Tests/Fixtures.
func fixture(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures/" + name)
        .standardizedFileURL.path
}

extension SystemRandomNumberGenerator {
    /// The same numbers on every machine (Lehmer, Numerical Recipes' multiplier).
    static func seeded(_ seed: UInt64) -> some RandomNumberGenerator { Seeded(state: seed) }

    private struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }
}
