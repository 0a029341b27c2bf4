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
            save("address", Array(text.utf8), "\(folder)/address-\(index)")
        }
        save("dns", dnsAnswer, "\(folder)/dns")
    }

    /// A DNS answer with a compressed name, a CNAME and an address.
    private static let dnsAnswer: [UInt8] =
        [0, 1, 0x81, 0x80, 0, 1, 0, 2, 0, 0, 0, 1, 3] + Array("www".utf8) + [4]
        + Array("test".utf8) + [0, 0, 1, 0, 1, 0xC0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, 4, 1, 0x61]
        + [0xC0, 16, 0xC0, 43, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1]
        + [0, 0, 41, 4, 0xD0, 0, 0, 0, 0, 0, 0]

    static func write(_ record: PacketRecord, _ bytes: RawSpan, to name: String) {
        let packet = bytes.array(0..<min(bytes.byteCount, 2000))
        let link = exercisedLinks.firstIndex(of: record.link.rawValue).map(UInt8.init) ?? 1
        save("packet", [link, 0] + packet, name)
        save("packets", [link, UInt8(min(packet.count, 255))] + packet.prefix(255), name + "-one")
        var segment = TCPSegment()
        let length = record.wireLength
        let verdict = dissect(bytes, link: record.link, wireLength: length, into: &segment)
        let start = segment.payloadOffset
        if verdict == .notTCP, segment.transport == 17, segment.capturedPayload > 8 {
            let message = bytes.array(start + 8..<start + segment.capturedPayload)
            save("dns", message, name + "-datagram")
        }
        guard verdict == .tcp else { return }
        let payload = bytes.array(start..<start + segment.capturedPayload)
        let options = segment.optionsOffset..<segment.optionsOffset + segment.optionsLength
        save("tcp-options", bytes.array(options), name + "-options")
        save("records", payload, name + "-records")
        if looksLikeHTTPRequest(payload.span.bytes) || looksLikeHTTPResponse(payload.span.bytes) {
            for dissector in ["http-head", "http-framing", "block-page"] {
                save(dissector, payload, name + "-" + dissector)
            }
        }
        saveHandshake(payload, name)
    }

    /// The messages of a first record.
    private static func saveHandshake(_ payload: [UInt8], _ name: String) {
        guard payload.count > 9, payload[0] == 22 else { return }
        let dissectors: [UInt8: String] = [
            1: "client-hello", 2: "server-hello", 11: "certificates",
        ]
        var offset = 5
        while offset + 4 < payload.count, let dissector = dissectors[payload[offset]] {
            let length = Int(payload[offset + 2]) << 8 | Int(payload[offset + 3])
            let end = min(offset + 4 + length, payload.count)
            save(dissector, Array(payload[offset + 4..<end]), "\(name)-\(dissector)")
            offset = end
        }
    }

    static func save(_ dissector: String, _ bytes: [UInt8], _ path: String) {
        guard let choice = dissectorExercises.firstIndex(where: { $0.name == dissector }) else {
            fatalError("no dissector \(dissector)")
        }
        FileManager.default.createFile(atPath: path, contents: Data([UInt8(choice)] + bytes))
    }
}
