/// The five-byte header of a TLS record (RFC 8446 §5.1).
@frozen
public struct TLSRecord: Equatable, Sendable {
    /// 20 change cipher spec, 21 alert, 22 handshake, 23 application data, 24 heartbeat.
    public var contentType: UInt8
    public var version: UInt16
    /// Bytes after the header.
    public var length: Int

    @inlinable
    public init(contentType: UInt8, version: UInt16, length: Int) {
        self.contentType = contentType
        self.version = version
        self.length = length
    }
}

/// Reads a record header; `nil` when fewer than five bytes are left or they cannot be one.
///
/// Plausible is: type 20 to 24, major version 3, at most 2^14 + 2048 bytes (RFC 5246 §6.2.3), and
/// empty only for application data.
@inlinable
public func tlsRecord(_ bytes: RawSpan, at offset: Int) -> TLSRecord? {
    guard offset >= 0, bytes.byteCount &- offset >= 5 else { return nil }
    let type = bytes.byte(at: offset)
    let version = bytes.uint16(at: offset &+ 1)
    let length = Int(bytes.uint16(at: offset &+ 3))
    guard type &- 20 <= 4, version >> 8 == 3, length <= 16384 + 2048 else { return nil }
    guard length > 0 || type == 23 else { return nil }
    return TLSRecord(contentType: type, version: version, length: length)
}

/// Whether a direction's first bytes open with a TLS record; some plausible fields suffice.
///
/// Beyond `tlsRecord`: minor version 0 to 4, a change of cipher spec is one byte, and a clear alert
/// or handshake message has a known level or type.
public func looksLikeTLS(_ bytes: RawSpan) -> Bool {
    guard let record = tlsRecord(bytes, at: 0), record.version & 0xFF <= 4 else { return false }
    switch record.contentType {
    case 20: return record.length == 1
    case 21:
        guard record.length == 2, bytes.byteCount > 5 else { return record.length >= 2 }
        return 1...2 ~= bytes.byte(at: 5)
    case 22:
        // A capture may begin with an encrypted Finished, whose first byte can be anything; it is
        // short. Clear messages are known by their type.
        guard record.length > 128, bytes.byteCount > 5 else { return true }
        return HandshakeHeader.isKnownType(bytes.byte(at: 5))
    default: return true
    }
}

/// Whether a client's first bytes are a ClientHello in the format of SSL 2 (RFC 5246 appendix E.2).
///
/// ```
///  0 length (high bit set) | 2 type 1 | 3 version
///  5 cipher specs, 7 session id, 9 challenge: their lengths
/// ```
public func isSSLv2ClientHello(_ bytes: RawSpan) -> Bool {
    guard bytes.byteCount >= 11 else { return false }
    let length = Int(bytes.uint16(at: 0) & 0x7FFF)
    let version = bytes.uint16(at: 3)
    let ciphers = Int(bytes.uint16(at: 5))
    let session = Int(bytes.uint16(at: 7))
    let challenge = Int(bytes.uint16(at: 9))
    guard bytes.byte(at: 0) & 0x80 != 0, bytes.byte(at: 2) == 1 else { return false }
    guard version == 2 || 0x0300...0x0304 ~= version else { return false }
    guard ciphers > 0, ciphers % 3 == 0, session == 0 || session == 16 else { return false }
    return 16...32 ~= challenge && length == 9 + ciphers + session + challenge
}

/// The four bytes before a handshake message (RFC 8446 §4).
@frozen
public struct HandshakeHeader: Equatable, Sendable {
    /// 1 ClientHello, 2 ServerHello, 4 NewSessionTicket, 11 Certificate, 20 Finished, ...
    public var type: UInt8
    /// Bytes after the header, up to 2^24 - 1.
    public var length: Int

    @inlinable
    public init(type: UInt8, length: Int) {
        self.type = type
        self.length = length
    }

    /// `nil` when fewer than four bytes are left; nothing is checked.
    @inlinable
    public init?(_ bytes: RawSpan, at offset: Int) {
        guard offset >= 0, bytes.byteCount &- offset >= 4 else { return nil }
        let word = bytes.uint32(at: offset)
        self.init(type: UInt8(truncatingIfNeeded: word >> 24), length: Int(word & 0xFF_FFFF))
    }

    /// Whether the registry of TLS handshake types has the number
    /// (https://www.iana.org/assignments/tls-parameters).
    @inlinable
    public static func isKnownType(_ type: UInt8) -> Bool {
        switch type {
        case 0...6, 8...26, 67, 203, 254: true
        default: false
        }
    }
}

/// A protocol version as OpenSSL writes it; other numbers (drafts, GREASE) in hexadecimal, as
/// `0x7f1c`.
public func tlsVersionName(_ version: UInt16) -> String {
    switch version {
    case 0x0002: "SSLv2"
    case 0x0300: "SSLv3"
    case 0x0301: "TLSv1.0"
    case 0x0302: "TLSv1.1"
    case 0x0303: "TLSv1.2"
    case 0x0304: "TLSv1.3"
    default: "0x" + String(0x10000 + Int(version), radix: 16).dropFirst()
    }
}
