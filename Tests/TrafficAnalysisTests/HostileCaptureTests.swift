import Foundation
import Testing

/// Nothing a capture holds may trap or hang the analysis.
@Suite struct HostileCaptureTests {
    static let captures: [String] = {
        let files = FileManager.default.enumerator(atPath: fixtures.path)
        return (files?.compactMap { $0 as? String } ?? [])
            .filter { $0.hasSuffix(".pcap") || $0.hasSuffix(".pcapng") }.sorted()
    }()

    private func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: fixtures.appendingPathComponent(name)))
    }

    @Test func `inputs that a fuzzer found stay harmless`() throws {
        let folder = fixtures.appendingPathComponent("fuzz/analysis")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        for name in names {
            let input = Array(try Data(contentsOf: folder.appendingPathComponent(name)))
            exerciseAnalysis(input.span.bytes)
        }
    }

    @Test(arguments: captures)
    func `a capture with any bytes changed is analysed to its end`(name: String) throws {
        let good = try bytes(name)
        var random = SplitMix(seed: UInt64(good.count))
        for round in 0..<40 {
            var input = good
            for _ in 0...(round % 8) {
                // The file header stays, else nothing would be read.
                let at = 24 + Int(random.next() % UInt64(max(input.count - 24, 1)))
                if at < input.count { input[at] = UInt8(truncatingIfNeeded: random.next()) }
            }
            if round % 5 == 0 { input.removeLast(Int(random.next() % UInt64(input.count))) }
            exerciseAnalysis(input.span.bytes)
        }
    }
}

/// Vigna's splitmix64.
struct SplitMix {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
