import Dissection
import Foundation
import PacketCapture
import Redaction
import Testing

/// Captured bytes are hostile: no packet, whole, cut or changed, makes the redactor trap or longer.
@Suite struct HostileTests {
    private static let captures: [String] = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
        let folders = ["casebook", "Tests/Fixtures"].map { root + "/" + $0 }
        return folders.flatMap { folder -> [String] in
            let names = (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []
            return names.filter { $0.hasSuffix(".pcap") || $0.hasSuffix(".pcapng") }.sorted()
                .map { folder + "/" + $0 }
        }
    }()

    /// Steele, Lea, Flood: SplitMix64; the same numbers at each run.
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    private struct Packet {
        var bytes: [UInt8]
        var wireLength: Int
        var link: LinkType
    }

    private static func packets(_ path: String, limit: Int) -> [Packet] {
        var packets: [Packet] = []
        guard var reader = try? CaptureReader(path: path) else { return [] }
        _ = try? reader.forEachPacket { record, bytes in
            packets.append(
                Packet(
                    bytes: bytes.array(0..<bytes.byteCount), wireLength: record.wireLength,
                    link: record.link))
            return packets.count < limit
        }
        return packets
    }

    private static func run(_ packets: [Packet]) {
        let redactor = PacketRedactor(RedactionKey(Array("0123456789abcdef".utf8))!)
        for pass in 0..<2 {
            for (index, packet) in packets.enumerated() {
                let span = packet.bytes.span.bytes
                if pass == 0 {
                    redactor.look(
                        at: span, number: index + 1, link: packet.link,
                        wireLength: packet.wireLength)
                } else {
                    let new = redactor.redact(
                        span, number: index + 1, link: packet.link, wireLength: packet.wireLength)
                    #expect(new.isEmpty || new.count == packet.bytes.count)
                }
            }
            if pass == 0 { redactor.turnBack() }
        }
    }

    @Test(arguments: captures)
    func `changed and cut packets are rewritten without a trap`(path: String) {
        var numbers = Numbers(state: 7)
        let whole = Self.packets(path, limit: 150)
        for round in 0..<4 {
            let changed = whole.map { packet -> Packet in
                var packet = packet
                guard !packet.bytes.isEmpty else { return packet }
                for _ in 0..<round {
                    let place = Int.random(in: 0..<min(packet.bytes.count, 120), using: &numbers)
                    packet.bytes[place] = UInt8.random(in: .min ... .max, using: &numbers)
                }
                if round % 2 == 1 {
                    let kept = Int.random(in: 0...packet.bytes.count, using: &numbers)
                    packet.bytes.removeLast(packet.bytes.count - kept)
                }
                return packet
            }
            Self.run(changed)
        }
    }

    @Test func `every prefix of a packet of each kind is rewritten without a trap`() {
        var seen = 0
        for path in Self.captures {
            for packet in Self.packets(path, limit: 12) where packet.bytes.count < 400 {
                let prefixes = packet.bytes.indices.map { length in
                    Packet(
                        bytes: Array(packet.bytes.prefix(length)), wireLength: packet.wireLength,
                        link: packet.link)
                }
                Self.run(prefixes)
                seen += 1
            }
            if seen > 400 { return }
        }
    }

    @Test func `random bytes on every link are rewritten without a trap`() {
        var numbers = Numbers(state: 99)
        let packets = (0..<20_000).map { index -> Packet in
            let links: [UInt32] = [0, 1, 12, 101, 108, 113, 228, 229, 276, 105]
            var bytes = (0..<Int.random(in: 0...160, using: &numbers)).map { _ in
                UInt8.random(in: .min ... .max, using: &numbers)
            }
            // Half of them get as far as IP.
            if index % 2 == 0, bytes.count > 40 {
                bytes[12] = 8
                bytes[13] = 0
                bytes[14] = 0x45
                bytes[23] =
                    [1, 4, 6, 17, 41, 47, 51, 58, 97, 112, 143].randomElement(using: &numbers) ?? 6
                bytes[20] = 0
                bytes[21] = 0
            }
            return Packet(
                bytes: bytes, wireLength: bytes.count + index % 3,
                link: LinkType(rawValue: links[index % links.count]))
        }
        Self.run(packets)
    }
}
