/// The certificates of a Certificate message of TLS 1.2 and before (RFC 5246 §7.4.2), the sender's
/// own first.
public struct CertificateMessage: Equatable, Sendable {
    /// The first `limit` of them that could be read.
    public var certificates: [Certificate] = []
    /// How many the message holds.
    public var count = 0

    /// Public chains have two to four.
    static let limit = 10

    /// Reads a message without its four-byte handshake header; `nil` when its lengths do not fit
    /// together.
    public init?(body bytes: RawSpan) {
        guard bytes.byteCount >= 3, Self.uint24(bytes, 0) == bytes.byteCount - 3 else { return nil }
        var offset = 3
        while offset < bytes.byteCount {
            guard bytes.byteCount - offset >= 3 else { return nil }
            let length = Self.uint24(bytes, offset)
            offset += 3
            guard length <= bytes.byteCount - offset else { return nil }
            if count < Self.limit, let next = Certificate(bytes, offset..<(offset + length)) {
                certificates.append(next)
            }
            count += 1
            offset += length
        }
    }

    private static func uint24(_ bytes: RawSpan, _ offset: Int) -> Int {
        Int(bytes.byte(at: offset)) << 16 | Int(bytes.uint16(at: offset + 1))
    }
}
