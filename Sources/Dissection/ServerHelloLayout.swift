/// Where the fields of a ServerHello stand in its bytes, as `ClientHelloLayout` of the other.
public struct ServerHelloLayout: HelloLayout, Sendable {
    public var legacyVersion: UInt16
    public var random: Range<Int>
    public var sessionID: Range<Int> = 0..<0
    public var cipherSuite: UInt16
    var extensions: Range<Int> = 0..<0
    /// Extension 43, else the legacy version.
    public var selectedVersion: UInt16
    public var pskAccepted = false
    var hasSessionTicket = false
    /// The bytes of the first name.
    public var alpn: Range<Int>?
    /// The message asks for another ClientHello: its random is SHA-256 of "HelloRetryRequest".
    public let isHelloRetryRequest: Bool

    /// Reads a message without its four-byte handshake header; errors as for `ClientHello`.
    public init(body bytes: RawSpan) throws(DissectionError) {
        var cursor = ByteCursor(bytes)
        let version = try cursor.uint16(bytes)
        legacyVersion = version
        selectedVersion = version
        random = try cursor.take(32)
        isHelloRetryRequest = Self.isRetry(bytes, random.lowerBound)
        // Drafts of TLS 1.3 before 22 had neither session id nor compression in this message.
        let isEarlyDraft = 0x7F00...0x7F15 ~= version
        if !isEarlyDraft {
            sessionID = try cursor.vector8(bytes).remaining
            guard sessionID.count <= 32 else {
                throw .malformed("session id longer than 32 bytes")
            }
        }
        cipherSuite = try cursor.uint16(bytes)
        if !isEarlyDraft { _ = try cursor.uint8(bytes) }
        if cursor.isAtEnd { return }
        try readExtensions(bytes, cursor)
    }

    /// TLS 1.3 or a draft of it was chosen.
    public var isTLS13: Bool { Dissection.isTLS13(selectedVersion) }

    private static func isRetry(_ bytes: RawSpan, _ random: Int) -> Bool {
        bytes.uint64(at: random) == 0xCF21_AD74_E59A_6111
            && bytes.uint64(at: random + 8) == 0xBE1D_8C02_1E65_B891
            && bytes.uint64(at: random + 16) == 0xC2A2_1116_7ABB_8C5E
            && bytes.uint64(at: random + 24) == 0x079E_09E2_C8A8_339C
    }

    mutating func readContent(
        _ type: UInt16, _ bytes: RawSpan, _ content: ByteCursor
    ) throws(DissectionError) {
        var content = content
        switch type {
        case 16:
            let list = try protocolList(bytes, content)
            let name = list.lowerBound + 1
            alpn = list.isEmpty ? nil : name..<name + Int(bytes.byte(at: list.lowerBound))
        case 35: hasSessionTicket = true
        case 41: pskAccepted = true
        case 43: selectedVersion = try content.uint16(bytes)
        default: break
        }
    }
}
