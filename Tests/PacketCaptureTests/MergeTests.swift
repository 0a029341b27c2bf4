import Dissection
import Foundation
import PacketCapture
import Testing

@Suite struct MergeTests {
    private struct Merged: Equatable {
        var samples: [Sample] = []
        var origins: [String] = []
    }

    /// Reads files that hold `parts`, each of samples.
    private func merge(_ parts: [[UInt8]]) throws -> (merged: Merged, facts: CaptureFacts) {
        let folder = NSTemporaryDirectory() + "/inquest-merge-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var paths: [String] = []
        for (index, part) in parts.enumerated() {
            paths.append("\(folder)/\(index)")
            try Data(part).write(to: URL(filePath: paths[index]))
        }
        var reader = try MergedCapture(paths: paths)
        var merged = Merged()
        var numbers: [Int] = []
        let facts = try reader.forEachPacket { record, bytes in
            numbers.append(record.number)
            merged.samples.append(
                Sample(
                    time: record.time, bytes: bytes.array(0..<bytes.byteCount),
                    wireLength: record.wireLength))
            return true
        }
        #expect(numbers == Array(1...max(1, numbers.count)).prefix(numbers.count).map(\.self))
        merged.origins = numbers.map { number in
            guard let origin = reader.origins[number] else { return "?" }
            return (origin.file.split(separator: "/").last ?? "") + ":\(origin.number)"
        }
        return (merged, facts)
    }

    /// Microsecond `index` from 2026-01-01 on, with bytes that tell it.
    private static func sample(_ index: Int) -> Sample {
        Sample(
            time: 1_767_225_600_000_000_000 + Int64(index) * 1000,
            bytes: withUnsafeBytes(of: UInt32(index)) { Array($0) }, wireLength: 60)
    }

    private static func file(_ indices: some Sequence<Int>) -> [UInt8] {
        PcapBuilder().file(indices.map(sample))
    }

    @Test func `files are put in the order of their packets, whatever their own`() throws {
        let (merged, facts) = try merge([
            Self.file(40..<60), Self.file(0..<20), Self.file(20..<40),
        ])
        #expect(merged.samples == (0..<60).map(Self.sample))
        #expect(merged.origins.first == "1:1")
        #expect(merged.origins[59] == "0:20")
        #expect(facts.packets == 60)
        #expect(facts.reorderedPackets == 0)
        #expect(!facts.cutShort)
    }

    @Test func `files of the same time are interleaved`() throws {
        let (merged, _) = try merge([
            Self.file(stride(from: 0, to: 4000, by: 2)),
            Self.file(stride(from: 1, to: 4000, by: 2)),
        ])
        #expect(merged.samples == (0..<4000).map(Self.sample))
        #expect(merged.origins[3998] == "0:2000")
        #expect(merged.origins[3999] == "1:2000")
    }

    @Test func `what stands a little behind is put in order and counted`() throws {
        // Every tenth packet comes five late, as from another queue.
        var order = Array(0..<3000)
        for start in stride(from: 0, to: 2990, by: 10) {
            order.insert(order.remove(at: start), at: start + 5)
        }
        let (merged, facts) = try merge([Self.file(order)])
        #expect(merged.samples == (0..<3000).map(Self.sample))
        #expect(facts.reorderedPackets == 299)
        #expect(facts.latePackets == 0)
        #expect(merged.origins[0] == "0:6")
    }

    @Test func `what is too late for the window comes when it comes and is counted`() throws {
        let order = Array(1...5000) + [0]
        let (merged, facts) = try merge([Self.file(order)])
        #expect(merged.samples.count == 5001)
        #expect(facts.latePackets == 1)
        #expect(merged.samples.firstIndex(of: Self.sample(0)) ?? 0 > 3900)
    }

    @Test func `a file without packets or cut short does not spoil the others`() throws {
        let whole = Self.file(0..<10)
        let (merged, facts) = try merge([
            whole, [], Array(Self.file(10..<20).dropLast(3)), Array(PcapBuilder().header.prefix(9)),
        ])
        #expect(merged.samples == (0..<19).map(Self.sample))
        #expect(facts.cutShort)
    }

    @Test func `a file that is missing is an error`() throws {
        #expect(throws: CaptureError.noSuchFile(path: "/nonexistent/a")) {
            _ = try MergedCapture(paths: ["/nonexistent/a"])
        }
    }

    @Test func `pcap, pcapng and packed files go together`() throws {
        let builder = PcapngBuilder()
        let blocks = (10..<20).flatMap { index -> [UInt8] in
            let sample = Self.sample(index)
            return builder.enhanced(sample, units: UInt64(sample.time / 1000))
        }
        let packed = try CompressionTests.pack(Self.file(20..<30), ["zstd", "-qc"])
        let (merged, _) = try merge([
            packed, builder.section() + builder.interface() + blocks, Self.file(0..<10),
        ])
        #expect(merged.samples == (0..<30).map(Self.sample))
    }
}
