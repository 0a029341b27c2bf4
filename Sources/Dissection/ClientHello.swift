/// A ClientHello of SSL 3 to TLS 1.3 (RFC 8446 §4.1.2).
public struct ClientHello: Equatable, Sendable {
    public var legacyVersion: UInt16
    /// 32 bytes.
    public var random: [UInt8]
    /// 0 to 32 bytes; with TLS 1.3 it may be an invention for old middleboxes.
    public var sessionID: [UInt8]
    public var cipherSuites: [UInt16]
    /// Types of the extensions, in the order sent.
    public var extensions: [UInt16] = []
    /// Extensions whose content contradicts itself: their fields are as if they had not been sent.
    public var malformedExtensions: [UInt16] = []
    /// The first host name of extension 0 (RFC 6066 §3), at most 255 bytes, repaired where not
    /// UTF-8.
    public var serverName: String?
    /// Protocol names of extension 16 (RFC 7301), most wanted first.
    public var alpn: [String] = []
    /// Extension 43, most wanted first; GREASE included.
    public var supportedVersions: [UInt16] = []
    /// Extension 10 (RFC 8422, RFC 7919).
    public var supportedGroups: [UInt16] = []
    /// Extension 13 (RFC 8446 §4.2.3), most wanted first; GREASE included.
    public var signatureAlgorithms: [UInt16] = []
    /// Extension 41 (RFC 8446 §4.2.11) is there.
    public var offersPSK = false
    public var pskIdentityCount = 0
    /// Bytes of the ticket in extension 35 (RFC 5077 §3.2); 0 asks for one, `nil` = no extension.
    public var sessionTicketLength: Int?
    /// Extension 5: wants a stapled certificate status (RFC 6066 §8).
    public var statusRequest = false
    /// Extension 42 (RFC 8446 §4.2.10).
    public var offersEarlyData = false
    /// Extension 23 (RFC 7627).
    public var extendedMasterSecret = false

    /// Reads a message without its four-byte handshake header.
    ///
    /// - Throws: `truncated` when the bytes end inside the message, `malformed` when its lengths
    ///   do not fit together. A faulty extension is no error: see `malformedExtensions`.
    public init(body bytes: RawSpan) throws(DissectionError) {
        let layout = try ClientHelloLayout(body: bytes)
        legacyVersion = layout.legacyVersion
        random = bytes.array(layout.random)
        sessionID = bytes.array(layout.sessionID)
        cipherSuites = bytes.uint16s(layout.cipherSuites)
        if let name = layout.serverName { serverName = bytes.text(name) }
        if let names = layout.alpn { alpn = protocolNames(bytes, names) }
        if let versions = layout.supportedVersions { supportedVersions = bytes.uint16s(versions) }
        if let groups = layout.supportedGroups { supportedGroups = bytes.uint16s(groups) }
        if let algorithms = layout.signatureAlgorithms {
            signatureAlgorithms = bytes.uint16s(algorithms)
        }
        offersPSK = layout.offersPSK
        pskIdentityCount = layout.pskIdentityCount
        sessionTicketLength = layout.sessionTicketLength
        statusRequest = layout.statusRequest
        offersEarlyData = layout.offersEarlyData
        extendedMasterSecret = layout.extendedMasterSecret
        (extensions, malformedExtensions) = try layout.extensionTypes(bytes)
    }

    /// TLS 1.3 or a draft of it is among the supported versions.
    public var offersTLS13: Bool { supportedVersions.contains(where: isTLS13) }

    /// The client presents a session to resume.
    ///
    /// A pre-shared key, a ticket with content, or a session id; the id of a hello that offers TLS
    /// 1.3 is none, since every such client may send an invented one (RFC 8446 appendix D.4).
    public var offersResumption: Bool {
        offersPSK || (sessionTicketLength ?? 0) > 0 || (!sessionID.isEmpty && !offersTLS13)
    }
}

/// TLS 1.3 as registered, its drafts 0x7fNN, Google's experiments 0x7eNN of 2017, and Facebook's
/// 0xfb17 to 0xfb1a.
func isTLS13(_ version: UInt16) -> Bool {
    version == 0x0304 || version >> 8 == 0x7F || version >> 8 == 0x7E || 0xFB17...0xFB1A ~= version
}
