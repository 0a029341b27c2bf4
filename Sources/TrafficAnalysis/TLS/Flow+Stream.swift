internal import Dissection

/// Reads a side's payload in stream order: TLS by its records, HTTP/1 by its heads.
extension Flow {
    /// - Returns: whether the payload can be a request or an answer. TLS handshakes and alerts are
    ///   neither, nor is the client's Finished, which is TLS 1.3's first encrypted record.
    @inline(__always)
    mutating func readStream(
        _ segment: TCPSegment, _ bytes: RawSpan, direction d: Int, sequence: UInt32,
        at place: PacketPlace, tables: inout SideTables
    ) -> Bool {
        let length = UInt32(truncatingIfNeeded: segment.payloadLength)
        let state = directions[d].tls.state
        if state == .opaque, sequence == directions[d].tls.expected,
            directions[d].tls.remaining >= length
        {
            // The middle of an encrypted record, the common case.
            directions[d].tls.remaining &-= length
            directions[d].tls.expected = sequence &+ length
            return directions[d].tls.carriesMessage
        }
        if state == .unknown {
            return readUnknown(
                segment, bytes, direction: d, sequence: sequence, at: place, tables: &tables)
        }
        return readTLS(
            segment, bytes, direction: d, sequence: sequence, at: place, tables: &tables)
    }

    /// A side that has not spoken TLS so far; upgrades (STARTTLS, CONNECT) may come at any segment.
    private mutating func readUnknown(
        _ segment: TCPSegment, _ bytes: RawSpan, direction d: Int, sequence: UInt32,
        at place: PacketPlace, tables: inout SideTables
    ) -> Bool {
        let end = sequence &+ UInt32(truncatingIfNeeded: segment.payloadLength)
        let gap = Int32(bitPattern: sequence &- directions[d].tls.expected)
        if DNSOverTCP.isPort(key.ports) {
            readDNS(segment, bytes, direction: d, sequence: sequence, at: place, tables: &tables)
        }
        let payload = bytes.extracting(
            segment.payloadOffset..<(segment.payloadOffset + segment.capturedPayload))
        if segment.capturedPayload < min(segment.payloadLength, Self.tellingBytes),
            mayBeTLS(payload, direction: d)
        {
            loseUnread(direction: d)
            if gap >= 0 { directions[d].tls.expected = end }
            return false
        }
        if gap > 0, directions[d].tls.applicationRecords == 0, gap < 65536,
            directions[d].tls.expected == directions[d].base
        {
            stash(segment, bytes, direction: d, sequence: sequence, at: place, tables: &tables)
            return true
        }
        if awaitsHello(payload, behind: gap, direction: d) {
            stash(segment, bytes, direction: d, sequence: sequence, at: place, tables: &tables)
            if directions[d].tls.stream >= 0 { return false }
        }
        if 0...Self.longestGap ~= gap, opensTLS(payload, direction: d) {
            openTLS(direction: d, from: sequence, tables: &tables)
            return readTLS(
                segment, bytes, direction: d, sequence: sequence, at: place, tables: &tables)
        }
        if gap >= 0 { directions[d].tls.expected = end }
        // Marks that plain bytes have been read, so that later gaps are not kept for a hello.
        directions[d].tls.applicationRecords = 1
        if tls < 0 { tables.pool.giveBack(&directions[d].tls.stream) }
        if payload.byteCount > 0 {
            readPlain(payload, direction: d, at: place, tables: &tables)
        }
        // Of a packet that a snap length cut, the head has no end.
        if segment.capturedPayload < segment.payloadLength {
            tables.forgetHead(of: &self, d)
            if http >= 0 { tables.http[Int(http)].bodyEnd[d] = nil }
        }
        if directions[d].tls.stream >= 0 { readKept(direction: d, tables: &tables) }
        return true
    }

    /// Missing bytes before a hello that loss explains; more is another connection's numbering.
    private static let longestGap: Int32 = 1 << 24

    /// Whether a segment begins with something only TLS begins with: a hello, or, in a flow
    /// whose beginning was not captured or whose other side speaks TLS, any plausible record.
    mutating func opensTLS(_ payload: RawSpan, direction d: Int) -> Bool {
        guard payload.byteCount >= 1 else { return false }
        let first = payload.byte(at: 0)
        if first & 0xFC == 0x14 {
            guard let record = tlsRecord(payload, at: 0) else { return false }
            if tls >= 0 || !seen.contains(.syn) {
                if tls >= 0 { return looksLikeTLS(payload) }
                return record.contentType != 20 && looksLikeTLS(payload)
                    && spansExactly(payload, record)
            }
            // A server's alert to a client that said nothing is seven bytes and stands alone.
            if record.contentType == 21 {
                return record.length == 2 && payload.byteCount == 7
                    && 1...2 ~= payload.byte(at: 5)
            }
            guard record.contentType == 22, record.length >= 4 else { return false }
            return payload.byteCount == 5 || 1...2 ~= payload.byte(at: 5)
        }
        return first & 0x80 != 0 && !directions[d].has.contains(.plain)
            && isSSLv2ClientHello(payload)
    }

    /// In mid-stream a plausible header is weak evidence; one whose records end with the segment,
    /// or go beyond it, is strong.
    private func spansExactly(_ payload: RawSpan, _ first: TLSRecord) -> Bool {
        var offset = 5 + first.length
        while offset < payload.byteCount {
            guard let record = tlsRecord(payload, at: offset), record.version == first.version
            else { return payload.byteCount - offset < 5 }
            offset += 5 + record.length
        }
        return true
    }

    private mutating func readTLS(
        _ segment: TCPSegment, _ bytes: RawSpan, direction d: Int, sequence: UInt32,
        at place: PacketPlace, tables: inout SideTables
    ) -> Bool {
        let length = segment.payloadLength
        let end = sequence &+ UInt32(truncatingIfNeeded: length)
        let gap = Int32(bitPattern: sequence &- directions[d].tls.expected)
        if Int32(bitPattern: end &- directions[d].tls.expected) <= 0 {
            return directions[d].tls.carriesMessage
        }
        if gap > 0 {
            if directions[d].tls.state == .clear {
                stash(segment, bytes, direction: d, sequence: sequence, at: place, tables: &tables)
                return false
            }
            skipGap(gap, bytes, segment, direction: d)
        }
        let trimmed = gap < 0 ? -Int(gap) : 0
        let start = min(segment.payloadOffset + trimmed, bytes.byteCount)
        let stop = segment.payloadOffset + segment.capturedPayload
        directions[d].tls.expected = end
        if start < stop {
            readRecords(
                bytes, start..<stop, direction: d,
                firstSequence: sequence &+ UInt32(trimmed), at: place, tables: &tables)
        }
        skipUncaptured(
            length - max(trimmed, segment.capturedPayload), direction: d, tables: &tables)
        if directions[d].tls.stream >= 0 { drain(direction: d, tables: &tables) }
        return directions[d].tls.carriesMessage
    }

    /// Bytes are missing: inside a record they only shorten it, else the next record is looked for.
    private mutating func skipGap(
        _ gap: Int32, _ bytes: RawSpan, _ segment: TCPSegment, direction d: Int
    ) {
        if directions[d].tls.state == .opaque, directions[d].tls.remaining >= UInt32(gap) {
            directions[d].tls.remaining -= UInt32(gap)
            return
        }
        directions[d].tls.lose()
    }

    /// The snap length cut the segment's tail off.
    private mutating func skipUncaptured(
        _ count: Int, direction d: Int, tables: inout SideTables
    ) {
        guard count > 0 else { return }
        if directions[d].tls.state == .clear {
            if tls >= 0 {
                tables.tls[Int(tls)].facts.insert(d == server ? .serverFlightCut : .clientFlightCut)
            }
            tables.pool.giveBack(&directions[d].tls.stream)
            directions[d].tls.lose()
        } else if directions[d].tls.remaining >= UInt32(truncatingIfNeeded: count) {
            directions[d].tls.remaining -= UInt32(truncatingIfNeeded: count)
        } else {
            directions[d].tls.lose()
        }
    }

    /// Keeps a segment that is ahead of the stream until the gap is filled.
    mutating func stash(
        _ segment: TCPSegment, _ bytes: RawSpan, direction d: Int, sequence: UInt32,
        at place: PacketPlace, tables: inout SideTables
    ) {
        if directions[d].tls.stream < 0 { directions[d].tls.stream = tables.pool.take() }
        let index = Int(directions[d].tls.stream)
        let size = segment.capturedPayload
        guard tables.pool.streams[index].ahead.count < HandshakeStream.segmentLimit,
            tables.pool.streams[index].aheadBytes + size <= HandshakeStream.byteLimit,
            size == segment.payloadLength
        else {
            giveUpHandshake(direction: d, tables: &tables)
            return
        }
        let start = segment.payloadOffset
        tables.pool.streams[index].ahead.append(
            (sequence, bytes.array(start..<(start + size)), place.number, place.time))
        tables.pool.streams[index].aheadBytes += size
    }

    private mutating func giveUpHandshake(direction d: Int, tables: inout SideTables) {
        if tls >= 0, d == server { tables.tls[Int(tls)].facts.insert(.serverFlightCut) }
        tables.pool.giveBack(&directions[d].tls.stream)
        if directions[d].tls.state == .clear { directions[d].tls.lose() }
    }

    /// Reads the kept segments that the stream has reached.
    mutating func drain(direction d: Int, tables: inout SideTables) {
        while directions[d].tls.stream >= 0 {
            let index = Int(directions[d].tls.stream)
            let expected = directions[d].tls.expected
            guard
                let next = tables.pool.streams[index].ahead.firstIndex(where: {
                    Int32(bitPattern: $0.sequence &- expected) <= 0
                })
            else { return }
            let kept = tables.pool.streams[index].ahead.remove(at: next)
            tables.pool.streams[index].aheadBytes -= kept.bytes.count
            let skip = Int(expected &- kept.sequence)
            guard skip < kept.bytes.count else { continue }
            directions[d].tls.expected =
                kept.sequence &+ UInt32(truncatingIfNeeded: kept.bytes.count)
            readRecords(
                kept.bytes.span.bytes, skip..<kept.bytes.count, direction: d,
                firstSequence: expected, at: PacketPlace(number: kept.packet, time: kept.time),
                tables: &tables)
        }
    }
}

extension TLSDirection {
    /// Whether the record that is being sent can be a request or an answer.
    var carriesMessage: Bool {
        lastType == 23 && !(applicationRecords == 1 && firstIsFinished) && lastLength != 19
    }

    /// The one encrypted record of this side is the client's Finished.
    var saidOnlyFinished: Bool { lastType == 23 && applicationRecords == 1 && firstIsFinished }

    mutating func lose() {
        state = .lost
        remaining = 0
        headerCount = 0
        headerBytes = 0
    }
}
