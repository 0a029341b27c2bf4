/// The ClientHello of a client of HTTP/3 (RFC 8446 §4.1.2, RFC 9001 §8.2), good enough to be
/// answered; its key share is random, so the handshake is never finished.
enum QUICHello {
    static func message(serverName: String?, source: [UInt8]) -> [UInt8] {
        let random = (0..<32).map { _ in UInt8.random(in: 0...255) }
        // Any 32 bytes are a public key of X25519 (RFC 7748 §5).
        let share = (0..<32).map { _ in UInt8.random(in: 0...255) }
        var extensions: [UInt8] = []
        if let name = serverName.map({ Array($0.utf8) }), name.count < 256 {
            extensions += field(0, list(2, [0] + list(2, name)))
        }
        extensions += field(10, list(2, [0x00, 0x1D]))  // supported_groups: x25519
        extensions += field(13, list(2, [4, 3, 8, 4, 4, 1, 5, 3, 8, 5, 5, 1, 8, 6, 6, 1]))
        extensions += field(16, list(2, list(1, Array("h3".utf8))))  // ALPN
        extensions += field(43, list(1, [0x03, 0x04]))  // supported_versions
        extensions += field(45, list(1, [1]))  // psk_dhe_ke
        extensions += field(51, list(2, [0x00, 0x1D] + list(2, share)))  // key_share
        extensions += field(57, parameters(source))
        let suites = list(2, [0x13, 0x01, 0x13, 0x02, 0x13, 0x03])
        let body = [0x03, 0x03] + random + [0] + suites + [1, 0] + list(2, extensions)
        return [
            1, UInt8(body.count >> 16), UInt8(body.count >> 8 & 0xFF), UInt8(body.count & 0xFF),
        ]
            + body
    }

    /// Transport parameters (RFC 9000 §18.2): idle timeout, room for data and streams, and the
    /// connection ID that the header must match.
    private static func parameters(_ source: [UInt8]) -> [UInt8] {
        func number(_ id: UInt8, _ value: Int) -> [UInt8] {
            let encoded = QUICInitial.variable(value, bytes: 2)
            return [id, UInt8(encoded.count)] + encoded
        }
        return number(0x01, 10_000) + number(0x04, 16_000) + number(0x05, 16_000)
            + number(0x06, 16_000) + number(0x07, 16_000) + number(0x08, 100)
            + number(0x09, 100) + [0x0F, UInt8(source.count)] + source
    }

    private static func field(_ number: UInt16, _ content: [UInt8]) -> [UInt8] {
        [UInt8(number >> 8), UInt8(number & 0xFF)] + list(2, content)
    }

    /// Content behind its length of one or two bytes.
    private static func list(_ bytes: Int, _ content: [UInt8]) -> [UInt8] {
        (bytes == 1 ? [] : [UInt8(content.count >> 8)]) + [UInt8(content.count & 0xFF)] + content
    }
}
