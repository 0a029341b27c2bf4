import Dissection
import PacketCapture
import Testing

/// Packets are shown before they are visited, to who wants that.
struct ForesightTests {
    private static let packets = (0..<3000).map { number in
        Sample(
            time: Int64(number) * 1_000_000, bytes: [UInt8(number & 0xFF), UInt8(number >> 8)],
            wireLength: 2)
    }

    /// The first two bytes of what was shown, how many were before each visit, by what `wants` says.
    private func shown(
        _ file: [UInt8], wants: Bool
    ) throws -> (numbers: [Int], beforeVisit: [Int]) {
        try withFile(file) { path in
            var reader = try CaptureReader(path: path)
            var numbers: [Int] = []
            var beforeVisit: [Int] = []
            _ = try reader.forEachPacket(
                expecting: { _, bytes in
                    numbers.append(Int(bytes.byte(at: 0)) | Int(bytes.byte(at: 1)) << 8)
                    return wants
                }
            ) { _, _ in
                beforeVisit.append(numbers.count)
                return true
            }
            return (numbers, beforeVisit)
        }
    }

    private static func files() -> [[UInt8]] {
        let builder = PcapngBuilder()
        let blocks = packets.map { builder.enhanced($0, units: UInt64($0.time / 1000)) }
        return [
            PcapBuilder().file(packets),
            builder.section() + builder.interface() + blocks.flatMap(\.self),
        ]
    }

    @Test(arguments: files())
    func `each is shown in its turn, two visits before its own`(file: [UInt8]) throws {
        let (numbers, beforeVisit) = try shown(file, wants: true)
        #expect(numbers == Array(0..<3000))
        #expect(beforeVisit == (0..<3000).map { min($0 + 3, 3000) })
    }

    @Test(arguments: files())
    func `who wants no more is asked again from time to time`(file: [UInt8]) throws {
        #expect(try shown(file, wants: false).numbers.count == 3)
    }
}
