internal import Dissection

/// Payload that a snap length cut so short that nothing tells TLS from plain text.
extension Flow {
    /// A record's header and the type of the handshake message in it (RFC 8446 §4, §5.1).
    static let tellingBytes = 6

    /// Passes a segment of a side that has not spoken TLS so far, as far as anybody knows.
    ///
    /// What may be TLS waits, as after lost bytes, for a segment of which a record's header was
    /// captured: nothing is said of it until then.
    ///
    /// - Returns: whether it can be a request or an answer.
    mutating func passUncaptured(
        _ segment: TCPSegment, _ bytes: RawSpan, direction d: Int, end: UInt32
    ) -> Bool {
        directions[d].tls.expected = end
        let start = segment.payloadOffset
        let captured = bytes.extracting(start..<start + segment.capturedPayload)
        if mayBeTLS(captured, direction: d) {
            directions[d].tls.lose()
            directions[d].tls.applicationRecords = 0
            return false
        }
        // As for plain bytes: gaps are not kept for a hello.
        directions[d].tls.applicationRecords = 1
        if captured.byteCount > 0 { directions[d].has.insert(.plain) }
        return true
    }

    private func mayBeTLS(_ captured: RawSpan, direction d: Int) -> Bool {
        // Behind plain bytes it would be an upgrade: two bytes have to say so.
        if directions[d].has.contains(.plain), captured.byteCount < 2 { return false }
        if captured.byteCount == 0 {
            return tls >= 0 || directions[1 - d].tls.state != .unknown
                || TLSPorts.contains(serverPort)
        }
        // Content type, then the major version of everything since SSL 3.
        return captured.byte(at: 0) & 0xFC == 0x14
            && (captured.byteCount < 2 || captured.byte(at: 1) == 3)
    }

    private var serverPort: UInt16 {
        UInt16(truncatingIfNeeded: server == 0 ? key.ports >> 16 : key.ports)
    }
}
