/// A list of names with one byte of length each, in a vector with two (RFC 7301 §3.1).
func protocolNames(
    _ bytes: RawSpan, _ content: ByteCursor
) throws(DissectionError) -> [String] {
    var content = content
    var list = try content.vector16(bytes)
    var names: [String] = []
    while !list.isAtEnd { names.append(bytes.text(try list.vector8(bytes).remaining)) }
    return names
}

extension ClientHello {
    /// Reads the list that follows, if any: SSL 3 and old TLS hellos end before it (RFC 5246
    /// §7.4.1.2).
    mutating func readExtensions(
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
        case 0: serverName = try hostName(bytes, content)
        case 5: statusRequest = true
        case 10:
            var groups = try content.vector16(bytes)
            supportedGroups = try groups.uint16s(bytes)
        case 13:
            var algorithms = try content.vector16(bytes)
            signatureAlgorithms = try algorithms.uint16s(bytes)
        case 16: alpn = try protocolNames(bytes, content)
        case 23: extendedMasterSecret = true
        case 35: sessionTicketLength = content.remaining.count
        case 41:
            offersPSK = true
            pskIdentityCount = try countIdentities(bytes, content)
        case 42: offersEarlyData = true
        case 43:
            var versions = try content.vector8(bytes)
            supportedVersions = try versions.uint16s(bytes)
        default: break
        }
    }

    /// RFC 6066 §3: a list of (type, name); only type 0, a host name, was ever given out.
    private func hostName(
        _ bytes: RawSpan, _ content: ByteCursor
    ) throws(DissectionError) -> String? {
        var content = content
        var list = try content.vector16(bytes)
        while !list.isAtEnd {
            let type = try list.uint8(bytes)
            let name = try list.vector16(bytes).remaining
            guard name.count <= 255 else { throw .malformed("host name longer than 255 bytes") }
            if type == 0 { return bytes.text(name) }
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
