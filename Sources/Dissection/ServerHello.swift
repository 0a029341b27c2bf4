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
    /// The message asks for another ClientHello: its random is SHA-256 of "HelloRetryRequest".
    public var isHelloRetryRequest = false

    /// Reads a message without its four-byte handshake header; errors as for `ClientHello`.
    public init(body bytes: RawSpan) throws(DissectionError) {
        let layout = try ServerHelloLayout(body: bytes)
        legacyVersion = layout.legacyVersion
        random = bytes.array(layout.random)
        sessionID = bytes.array(layout.sessionID)
        cipherSuite = layout.cipherSuite
        selectedVersion = layout.selectedVersion
        pskAccepted = layout.pskAccepted
        hasSessionTicket = layout.hasSessionTicket
        isHelloRetryRequest = layout.isHelloRetryRequest
        if let name = layout.alpn { alpn = bytes.text(name) }
        (extensions, malformedExtensions) = try layout.extensionTypes(bytes)
    }

    /// TLS 1.3 or a draft of it was chosen.
    public var isTLS13: Bool { Dissection.isTLS13(selectedVersion) }
}
