internal import Dissection

/// Payload that a snap length cut so short that nothing tells TLS from plain text.
extension Flow {
    /// A record's header and the type of the handshake message in it (RFC 8446 §4, §5.1).
    static let tellingBytes = 6

    /// Whether a side that has not spoken TLS so far, as far as anybody knows, may speak it here.
    ///
    /// Mutating, for else the compiler copies the flow first.
    ///
    /// - Parameter captured: fewer than `tellingBytes`, of more.
    mutating func mayBeTLS(_ captured: RawSpan, direction d: Int) -> Bool {
        // Behind plain bytes it would be an upgrade: two bytes have to say so.
        if directions[d].has.contains(.plain), captured.byteCount < 2 { return false }
        if captured.byteCount == 0 {
            return tls >= 0 || directions[1 - d].tls.state != .unknown
                || TLSPorts.contains(FlowKey.port(server, of: key.ports))
        }
        // Content type, then the major version of everything since SSL 3.
        return captured.byte(at: 0) & 0xFC == 0x14
            && (captured.byteCount < 2 || captured.byte(at: 1) == 3)
    }

    /// Waits, as after lost bytes, for a segment of which a record's header was captured: nothing is
    /// said of the side until then.
    mutating func loseUnread(direction d: Int) {
        directions[d].tls.lose()
        // What counted plain bytes counts records now.
        directions[d].tls.applicationRecords = 0
    }
}
