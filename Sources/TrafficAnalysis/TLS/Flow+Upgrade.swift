internal import Dissection

/// Connections that begin in plain text and go over to TLS: STARTTLS (RFC 2595, RFC 3207), CONNECT,
/// PostgreSQL's SSLRequest. The server's flight can come out of order there as anywhere.
extension Flow {
    /// Whether a segment behind a gap waits until the gap is filled: the other side speaks TLS, so
    /// the first bytes of this one's hello are among those that are missing.
    mutating func awaitsHello(_ payload: RawSpan, behind gap: Int32, direction d: Int) -> Bool {
        guard gap > 0, gap < 65536, tls >= 0, directions[1 - d].tls.state != .unknown else {
            return false
        }
        return !beginsWithHello(payload)
    }

    /// A record with a hello, or an alert in its place: nothing before it is needed.
    private func beginsWithHello(_ payload: RawSpan) -> Bool {
        guard payload.byteCount >= 6, let record = tlsRecord(payload, at: 0) else { return false }
        if record.contentType == 22 { return 1...2 ~= payload.byte(at: 5) }
        return record.contentType == 21 && record.length == 2
    }

    /// The side speaks TLS from here on.
    mutating func openTLS(direction d: Int, from sequence: UInt32, tables: inout SideTables) {
        _ = tables.tlsIndex(&self)
        directions[d].tls.expected = sequence
        directions[d].tls.state = .clear
        // What counted plain bytes counts records now.
        directions[d].tls.applicationRecords = 0
    }

    /// Plain bytes have filled a gap: looks whether what was kept behind it opens TLS.
    mutating func readKept(direction d: Int, tables: inout SideTables) {
        while directions[d].tls.stream >= 0 {
            let index = Int(directions[d].tls.stream)
            let expected = directions[d].tls.expected
            tables.pool.streams[index].forget(before: expected)
            guard !tables.pool.streams[index].ahead.isEmpty else {
                tables.pool.giveBack(&directions[d].tls.stream)
                return
            }
            guard let kept = tables.pool.streams[index].kept(at: expected) else { return }
            if opensTLS(kept.bytes.span.bytes, direction: d) {
                openTLS(direction: d, from: expected, tables: &tables)
                drain(direction: d, tables: &tables)
                return
            }
            directions[d].tls.expected = expected &+ UInt32(truncatingIfNeeded: kept.bytes.count)
            readPlain(
                kept.bytes.span.bytes, direction: d,
                at: PacketPlace(number: kept.packet, time: kept.time), tables: &tables)
        }
    }
}

extension HandshakeStream {
    /// The segment ahead that begins at `sequence`.
    fileprivate func kept(at sequence: UInt32) -> Ahead? {
        ahead.first { $0.sequence == sequence }
    }

    /// Forgets what begins before the stream's next byte.
    fileprivate mutating func forget(before expected: UInt32) {
        ahead.removeAll { Int32(bitPattern: $0.sequence &- expected) < 0 }
        aheadBytes = ahead.reduce(0) { $0 + $1.bytes.count }
    }
}
