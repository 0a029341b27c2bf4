import Dissection
import Testing

struct TCPChecksumTests {
    private static func sum(_ bytes: [UInt8]) -> Int {
        var sum = 0
        for start in stride(from: 0, to: bytes.count, by: 2) {
            sum += Int(bytes[start]) << 8 | (start + 1 < bytes.count ? Int(bytes[start + 1]) : 0)
        }
        while sum > 0xFFFF { sum = (sum & 0xFFFF) + sum >> 16 }
        return sum
    }

    /// A segment over IPv4 whose checksum field holds what `make` makes of the sums of the pseudo
    /// header and of all.
    private func verdict(
        payload: [UInt8] = Packet.payload, cut: Int = 0, _ make: (_ pseudo: Int, _ all: Int) -> Int
    ) throws -> TCPChecksum {
        var tcp = Packet.tcp(payload: payload)
        let pseudo = Self.sum([192, 0, 2, 1, 192, 0, 2, 2, 0, 6] + bytes16(tcp.count))
        var all = pseudo + Self.sum(tcp)
        all = (all & 0xFFFF) + all >> 16
        tcp.replaceSubrange(16..<18, with: bytes16(make(pseudo, all) & 0xFFFF))
        let frame = Packet.ethernet(Packet.ipv4(tcp)).dropLast(cut)
        let bytes = Array(frame)
        var segment = TCPSegment()
        #expect(
            dissect(
                bytes.span.bytes, link: .ethernet, wireLength: bytes.count + cut, into: &segment)
                == .tcp)
        return TCPChecksum(segment, bytes.span.bytes)
    }

    @Test(arguments: [0, 1, 2, 7, 8, 9, 15, 1400])
    func `right, left to the card, wrong`(count: Int) throws {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37) }
        #expect(try verdict(payload: payload) { ~$1 } == .good)
        #expect(try verdict(payload: payload) { pseudo, _ in pseudo } == .leftToCard)
        #expect(try verdict(payload: payload) { _, _ in 0 } == .leftToCard)
        #expect(try verdict(payload: payload) { ~$1 ^ 0x0180 } == .wrong)
    }

    @Test func `a segment that was cut says nothing`() throws {
        #expect(try verdict(cut: 3) { ~$1 } == .unknown)
    }
}
