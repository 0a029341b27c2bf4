/// Bytes as text (RFC 4648 §4).
enum Base64 {
    private static let letters = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let values: [UInt8: UInt8] = Dictionary(
        uniqueKeysWithValues: zip(letters, UInt8(0)...))

    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var value = 0
            for place in 0..<3 {
                value = value << 8 | (place < group.count ? Int(group[start + place]) : 0)
            }
            for place in 0..<4 {
                let letter = letters[value >> (18 - 6 * place) & 0x3F]
                text.append(place <= group.count ? letter : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// - Returns: `nil` for what is not padded base64 without breaks.
    static func decode(_ text: String) -> [UInt8]? {
        var input = Array(text.utf8)
        guard input.count.isMultiple(of: 4) else { return nil }
        let padding = input.reversed().prefix(2).prefix { $0 == UInt8(ascii: "=") }.count
        input.removeLast(padding)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(input.count / 4 * 3)
        var (value, bits) = (0, 0)
        for letter in input {
            guard let digit = values[letter] else { return nil }
            value = (value << 6 | Int(digit)) & 0xFFFF
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: value >> bits))
            }
        }
        return bytes
    }
}
