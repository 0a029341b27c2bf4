import Foundation
import PacketCapture
import Testing

/// What the real tools make of a file is read as the file itself.
@Suite struct CompressionTests {
    /// The arguments that make a program write to standard output what it packed.
    static let tools: [[String]] = [
        ["gzip", "-c"], ["gzip", "-1c"], ["zstd", "-qc"], ["zstd", "-19", "-qc"], ["pzstd", "-qc"],
        ["lz4", "-qc"], ["lz4", "-9", "-BD", "-qc"],
    ]

    private static let pcap = PcapBuilder().file(Sample.three, unit: 1000)

    @Test(arguments: tools)
    func `a packed capture is the capture`(tool: [String]) throws {
        let samples = (0..<5000).map { index in
            Sample(
                time: 1_767_225_600_000_000_000 + Int64(index) * 1000,
                bytes: (0..<60 + index % 900).map { UInt8(truncatingIfNeeded: $0 * index) },
                wireLength: 60 + index % 900)
        }
        let plain = PcapBuilder().file(samples)
        let delivery = try readCapture(try Self.pack(plain, tool))
        #expect(delivery.samples == samples)
        #expect(delivery.facts.compression?.rawValue == tool[0].replacing("pz", with: "z"))
        #expect(!delivery.facts.cutShort)
        #expect(delivery.facts.damage.isEmpty)
    }

    @Test(arguments: [["gzip", "-c"], ["zstd", "-qc"], ["lz4", "-qc"]])
    func `pieces packed one behind the other are one capture`(tool: [String]) throws {
        let packed =
            try Self.pack(Array(Self.pcap[..<70]), tool)
            + Self.pack(Array(Self.pcap[70...]), tool)
        let delivery = try readCapture(packed)
        #expect(delivery.facts.packets == 3)
        #expect(!delivery.facts.cutShort)
    }

    @Test(arguments: [["gzip", "-c"], ["zstd", "-qc"], ["lz4", "-qc"]])
    func `every prefix is read as far as it goes and said to be cut`(tool: [String]) throws {
        let packed = try Self.pack(Self.pcap, tool)
        for length in 1..<packed.count {
            do throws(CaptureError) {
                let delivery = try attempt(Array(packed[..<length]))
                #expect(delivery.facts.cutShort, "\(length) of \(packed.count) bytes")
                #expect(delivery.facts.packets <= 3)
                #expect(delivery.facts.cutShortReason?.contains(tool[0]) == true)
            } catch {
                switch error {
                case .notACapture, .unsupported: #expect(length < 4)
                case .noPacketReadable(_, let reason): #expect(reason.contains(tool[0]))
                default: Issue.record("\(error) after \(length) bytes")
                }
            }
        }
    }

    @Test(arguments: [["gzip", "-c"], ["zstd", "-qc", "--check"], ["lz4", "-qc"]])
    func `a flipped byte never goes unnoticed as long as there is a checksum`(
        tool: [String]
    ) throws {
        let packed = try Self.pack(Self.pcap, tool)
        let whole = try readCapture(packed)
        for place in packed.indices {
            var damaged = packed
            damaged[place] ^= 0x10
            // A name in the header, or a flag of it, may be another and mean nothing.
            guard let delivery = try? readCapture(damaged) else { continue }
            #expect(delivery.facts.cutShort || delivery.samples == whole.samples, "byte \(place)")
        }
    }

    @Test func `what stands behind the packed data is left out and said`() throws {
        let packed = try Self.pack(Self.pcap, ["gzip", "-c"])
        let delivery = try readCapture(packed + [UInt8](repeating: 0, count: 512))
        #expect(delivery.facts.packets == 3)
        #expect(!delivery.facts.cutShort)
        #expect(delivery.facts.damage == ["bytes behind the compressed data, left out"])
    }

    @Test func `a bomb is unpacked in pieces`() async {
        // In a process of its own: other tests need memory, too.
        await #expect(processExitsWith: .success) {
            let zeros = [UInt8](repeating: 0, count: 20 << 20)
            let packed = try Self.pack(PcapBuilder().header + zeros, ["zstd", "-qc"])
            precondition(packed.count < 5_000)
            let path = NSTemporaryDirectory() + "/inquest-bomb-\(getpid())"
            try Data(packed).write(to: URL(filePath: path))
            defer { try? FileManager.default.removeItem(atPath: path) }
            let before = Self.peakKilobytes()
            var reader = try CaptureReader(path: path)
            let facts = try reader.forEachPacket { _, _ in true }
            precondition(facts.packets == zeros.count / 16)
            precondition(Self.peakKilobytes() - before < 8 << 10)
        }
    }

    @Test func `packed inside of packed is told apart`() throws {
        let twice = try Self.pack(Self.pack(Self.pcap, ["gzip", "-c"]), ["zstd", "-qc"])
        #expect {
            try readCapture(twice)
        } throws: { error in
            guard case .unsupported(_, let what) = error as? CaptureError else { return false }
            return what.contains("gzip")
        }
    }

    private func attempt(_ bytes: [UInt8]) throws(CaptureError) -> Delivery {
        do {
            return try readCapture(bytes)
        } catch let error as CaptureError {
            throw error
        } catch {
            throw .io(path: "\(error)", errno: 0)
        }
    }

    /// VmHWM of proc_pid_status(5).
    private static func peakKilobytes() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
    }

    static func pack(_ bytes: [UInt8], _ tool: [String]) throws -> [UInt8] {
        try withFile(bytes) { path in
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = tool + [path]
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            let packed = output.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            return Array(packed)
        }
    }
}
