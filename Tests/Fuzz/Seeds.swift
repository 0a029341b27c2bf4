import Dissection
import Foundation
import PacketCapture

/// Writes seeds for the dissection fuzzer: the packets, payloads and hellos of captures.
///
/// Usage: seeds FOLDER CAPTURE...
@main
struct Seeds {
    /// Per capture; more would only slow the fuzzer's start down.
    static let most = 24

    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        guard let folder = arguments.first else { return }
        for (index, path) in arguments.dropFirst().enumerated() {
            guard var reader = try? CaptureReader(path: path) else { continue }
            _ = try? reader.forEachPacket { record, bytes in
                write(record, bytes, to: "\(folder)/\(index)-\(record.number)")
                return record.number < most
            }
        }
        for (index, text) in ["192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1", "::"].enumerated() {
            save(5, Array(text.utf8), "\(folder)/address-\(index)")
        }
        save(21, dnsAnswer, "\(folder)/dns")
    }

    /// A DNS answer with a compressed name, a CNAME and an address.
    private static let dnsAnswer: [UInt8] =
        [0, 1, 0x81, 0x80, 0, 1, 0, 2, 0, 0, 0, 1, 3] + Array("www".utf8) + [4]
        + Array("test".utf8) + [0, 0, 1, 0, 1, 0xC0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, 4, 1, 0x61]
        + [0xC0, 16, 0xC0, 43, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1]
        + [0, 0, 41, 4, 0xD0, 0, 0, 0, 0, 0, 0]

    /// The choices are those of `exerciseDissection`.
    static func write(_ record: PacketRecord, _ bytes: RawSpan, to name: String) {
        let links: [UInt32: UInt8] = [
            1: 6, 0: 8, 9: 9, 51: 10, 101: 11, 104: 12, 108: 13, 113: 14, 276: 15,
        ]
        let packet = bytes.array(0..<min(bytes.byteCount, 2000))
        save(links[record.link.rawValue] ?? 6, packet, name)
        var segment = TCPSegment()
        let length = record.wireLength
        guard dissect(bytes, link: record.link, wireLength: length, into: &segment) == .tcp else {
            return
        }
        let start = segment.payloadOffset
        let payload = bytes.array(start..<start + segment.capturedPayload)
        let options = segment.optionsOffset..<segment.optionsOffset + segment.optionsLength
        save(3, bytes.array(options), name + "-options")
        save(2, payload, name + "-records")
        if looksLikeHTTPRequest(payload.span.bytes) || looksLikeHTTPResponse(payload.span.bytes) {
            save(4, payload, name + "-http")
        }
        if payload.count > 9, payload[0] == 22, 1...2 ~= payload[5] {
            save(payload[5] - 1, Array(payload[9...]), name + "-hello")
        }
    }

    static func save(_ choice: UInt8, _ bytes: [UInt8], _ path: String) {
        FileManager.default.createFile(atPath: path, contents: Data([choice] + bytes))
    }
}
