/// Where the fields of a ClientHello stand in its bytes, and what takes no memory of its own: for
/// who reads thousands and wants little of each. Fields are those of `ClientHello`.
public struct ClientHelloLayout: HelloLayout, Sendable {
    public var legacyVersion: UInt16
    public var random: Range<Int>
    public var sessionID: Range<Int>
    var cipherSuites: Range<Int>
    var extensions: Range<Int>
    /// The bytes of the name, at most 255.
    public var serverName: Range<Int>?
    /// A list of names, each behind a byte of length.
    var alpn: Range<Int>?
    var supportedVersions: Range<Int>?
    var supportedGroups: Range<Int>?
    var signatureAlgorithms: Range<Int>?
    public var offersPSK = false
    var pskIdentityCount = 0
    public var sessionTicketLength: Int?
    var statusRequest = false
    var offersEarlyData = false
    var extendedMasterSecret = false
    public private(set) var offersTLS13 = false

    /// Reads a message without its four-byte handshake header; errors as for `ClientHello`.
    public init(body bytes: RawSpan) throws(DissectionError) {
        var cursor = ByteCursor(bytes)
        legacyVersion = try cursor.uint16(bytes)
        random = try cursor.take(32)
        sessionID = try cursor.vector8(bytes).remaining
        guard sessionID.count <= 32 else { throw .malformed("session id longer than 32 bytes") }
        cipherSuites = try cursor.vector16(bytes).remaining
        guard cipherSuites.count % 2 == 0, !cipherSuites.isEmpty else {
            throw .malformed("cipher suites")
        }
        guard try !cursor.vector8(bytes).isAtEnd else { throw .malformed("compression methods") }
        extensions = cursor.remaining
        // SSL 3 and old TLS hellos end before the extensions (RFC 5246 §7.4.1.2).
        if cursor.isAtEnd { return }
        try readExtensions(bytes, cursor)
    }

    mutating func readContent(
        _ type: UInt16, _ bytes: RawSpan, _ content: ByteCursor
    ) throws(DissectionError) {
        var content = content
        switch type {
        case 0: serverName = try hostName(bytes, content)
        case 5: statusRequest = true
        case 10: supportedGroups = try content.vector16(bytes).pairs
        case 13: signatureAlgorithms = try content.vector16(bytes).pairs
        case 16: alpn = try protocolList(bytes, content)
        case 23: extendedMasterSecret = true
        case 35: sessionTicketLength = content.remaining.count
        case 41:
            offersPSK = true
            pskIdentityCount = try countIdentities(bytes, content)
        case 42: offersEarlyData = true
        case 43:
            let versions = try content.vector8(bytes).pairs
            supportedVersions = versions
            offersTLS13 = false
            for offset in stride(from: versions.lowerBound, to: versions.upperBound, by: 2)
            where isTLS13(bytes.uint16(at: offset)) {
                offersTLS13 = true
            }
        default: break
        }
    }

    /// RFC 6066 §3: a list of (type, name); only type 0, a host name, was ever given out.
    private func hostName(
        _ bytes: RawSpan, _ content: ByteCursor
    ) throws(DissectionError) -> Range<Int>? {
        var content = content
        var list = try content.vector16(bytes)
        while !list.isAtEnd {
            let type = try list.uint8(bytes)
            let name = try list.vector16(bytes).remaining
            guard name.count <= 255 else { throw .malformed("host name longer than 255 bytes") }
            if type == 0 { return name }
        }
        return nil
    }

    /// RFC 8446 §4.2.11: identities, each with an age of four bytes; the binders follow.
    private func countIdentities(
        _ bytes: RawSpan, _ content: ByteCursor
    ) throws(DissectionError) -> Int {
        var content = content
        var list = try content.vector16(bytes)
        var count = 0
        while !list.isAtEnd {
            _ = try list.vector16(bytes)
            _ = try list.take(4)
            count += 1
        }
        return count
    }
}

/// A list of names with one byte of length each, in a vector with two (RFC 7301 §3.1).
func protocolList(_ bytes: RawSpan, _ content: ByteCursor) throws(DissectionError) -> Range<Int> {
    var content = content
    let list = try content.vector16(bytes)
    var names = list
    while !names.isAtEnd { _ = try names.vector8(bytes) }
    return list.remaining
}

/// The names of a list that `protocolList` found whole.
func protocolNames(_ bytes: RawSpan, _ list: Range<Int>) -> [String] {
    var names: [String] = []
    var offset = list.lowerBound
    while offset < list.upperBound {
        let end = offset + 1 + Int(bytes.byte(at: offset))
        names.append(bytes.text(offset + 1..<end))
        offset = end
    }
    return names
}
