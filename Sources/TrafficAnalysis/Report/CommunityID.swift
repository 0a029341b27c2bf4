internal import Casebook
internal import Dissection

/// Community ID version 1 with seed 0, the key that Zeek, Suricata and Wireshark share
/// (https://github.com/corelight/community-id-spec).
enum CommunityID {
    static func of(_ key: FlowKey) -> String {
        var input: [UInt8] = [0, 0]
        let (lower, upper) = (key.lower.bytes, key.upper.bytes)
        let (first, second) = (key.port(0), key.port(1))
        let ordered =
            lower.count == upper.count
            ? lower.lexicographicallyPrecedes(upper) || lower == upper && first <= second
            : lower.count < upper.count
        input += ordered ? lower + upper : upper + lower
        input += [6, 0]
        for port in ordered ? [first, second] : [second, first] {
            input += [UInt8(port >> 8), UInt8(port & 0xFF)]
        }
        var hash = ContentHash()
        hash.update(input)
        return "1:" + base64(hash.finish())
    }

    /// RFC 4648 §4.
    private static func base64(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let count = min(3, bytes.count - start)
            var word: UInt32 = 0
            for place in start..<start + 3 {
                word = word << 8 | (place < bytes.count ? UInt32(bytes[place]) : 0)
            }
            for position in 0..<4 {
                let digit = Int(word >> UInt32(18 - 6 * position)) & 63
                text.append(position <= count ? alphabet[digit] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
}
