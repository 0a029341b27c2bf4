/// A ServerHello of SSL 3 to TLS 1.3, or a HelloRetryRequest (RFC 8446 §4.1.3, §4.1.4).
public struct ServerHello: Equatable, Sendable {
    public var legacyVersion: UInt16
    /// 32 bytes.
    public var random: [UInt8]
    /// 0 to 32 bytes; with TLS 1.3 only the client's id sent back.
    public var sessionID: [UInt8]
    public var cipherSuite: UInt16
    /// Types of the extensions, in the order sent.
    public var extensions: [UInt16] = []
    /// Extensions whose content contradicts itself: their fields are as if they had not been sent.
    public var malformedExtensions: [UInt16] = []
    /// Extension 43, else the legacy version.
    public var selectedVersion: UInt16
    /// Extension 41: a TLS 1.3 session is resumed.
    public var pskAccepted = false
    /// Extension 35: a new ticket will follow (RFC 5077 §3.2).
    public var hasSessionTicket = false
    /// The protocol of extension 16; in TLS 1.3 it is encrypted elsewhere.
    public var alpn: String?

    /// Reads a message without its four-byte handshake header; errors as for `ClientHello`.
    public init(body bytes: RawSpan) throws(DissectionError) {
        var cursor = ByteCursor(bytes)
        let version = try cursor.uint16(bytes)
        legacyVersion = version
        selectedVersion = version
        random = bytes.array(try cursor.take(32))
        // Drafts of TLS 1.3 before 22 had neither session id nor compression in this message.
        let isEarlyDraft = 0x7F00...0x7F15 ~= version
        sessionID = []
        if !isEarlyDraft {
            let session = try cursor.vector8(bytes).remaining
            guard session.count <= 32 else { throw .malformed("session id longer than 32 bytes") }
            sessionID = bytes.array(session)
        }
        cipherSuite = try cursor.uint16(bytes)
        if !isEarlyDraft { _ = try cursor.uint8(bytes) }
        try readExtensions(bytes, &cursor)
    }

    /// The message asks for another ClientHello: its random is SHA-256 of "HelloRetryRequest".
    public var isHelloRetryRequest: Bool { random == Self.retryRandom }

    /// TLS 1.3 or a draft of it was chosen.
    public var isTLS13: Bool { Dissection.isTLS13(selectedVersion) }

    private static let retryRandom: [UInt8] = [
        0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8,
        0x91,
        0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33,
        0x9C,
    ]

    private mutating func readExtensions(
        _ bytes: RawSpan, _ cursor: inout ByteCursor
    ) throws(DissectionError) {
        if cursor.isAtEnd { return }
        var list = try cursor.vector16(bytes)
        while !list.isAtEnd {
            let type = try list.uint16(bytes)
            let content = try list.vector16(bytes)
            extensions.append(type)
            do throws(DissectionError) {
                try readExtension(type, bytes, content)
            } catch {
                malformedExtensions.append(type)
            }
        }
        guard cursor.isAtEnd else { throw .malformed("bytes after the extensions") }
    }

    private mutating func readExtension(
        _ type: UInt16, _ bytes: RawSpan, _ content: ByteCursor
    ) throws(DissectionError) {
        var content = content
        switch type {
        case 16: alpn = try protocolNames(bytes, content).first
        case 35: hasSessionTicket = true
        case 41: pskAccepted = true
        case 43: selectedVersion = try content.uint16(bytes)
        default: break
        }
    }
}
