import COpenSSL

/// The secret that decides what everything becomes: the same key maps the same things to the same.
public struct RedactionKey: Sendable {
    /// Fewer bytes could be guessed.
    public static let leastBytes = 16
    private let bytes: [UInt8]

    /// - Returns: `nil` for fewer than `leastBytes`.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count >= Self.leastBytes else { return nil }
        self.bytes = bytes
    }

    /// A new one that nobody knows and that is gone with the process.
    public static func random() -> RedactionKey {
        var source = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &source) }
        return RedactionKey(checked: bytes)
    }

    private init(checked: [UInt8]) { bytes = checked }

    /// HMAC-SHA-256 (RFC 2104): 32 bytes that nobody without the key can tell from random ones.
    func digest(_ message: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        var length: UInt32 = 0
        let made = unsafe HMAC(
            EVP_sha256(), bytes, Int32(bytes.count), message, message.count, &digest, &length)
        // A digest that is not made must never let an original through.
        precondition(unsafe made != nil && length == 32)
        return digest
    }
}
