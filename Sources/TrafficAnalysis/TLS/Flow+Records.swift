internal import Dissection

/// TLS records and the handshake messages in them (RFC 8446 §4 and §5, RFC 5246 §6 and §7).
extension Flow {
    /// Reads `range` of `bytes`, the next bytes of direction `d`'s stream.
    mutating func readRecords(
        _ bytes: RawSpan, _ range: Range<Int>, direction d: Int, firstSequence: UInt32,
        at place: PacketPlace, tables: inout SideTables
    ) {
        var offset = range.lowerBound
        if directions[d].tls.state == .lost {
            guard let record = tlsRecord(bytes.extracting(range), at: 0), record.length > 0 else {
                return
            }
            directions[d].tls.state = .opaque
        }
        while offset < range.upperBound {
            if directions[d].tls.remaining == 0 {
                guard readHeader(bytes, &offset, range.upperBound, direction: d, at: place, &tables)
                else { return }
                continue
            }
            let count = min(Int(directions[d].tls.remaining), range.upperBound - offset)
            let fragment = offset..<(offset + count)
            directions[d].tls.remaining -= UInt32(count)
            offset += count
            readFragment(
                bytes, fragment, direction: d,
                endSequence: firstSequence
                    &+ UInt32(truncatingIfNeeded: offset - range.lowerBound),
                at: place, tables: &tables)
        }
    }

    /// Reads a record header, which may begin in an earlier segment; `false` when the stream is not
    /// TLS any more.
    private mutating func readHeader(
        _ bytes: RawSpan, _ offset: inout Int, _ end: Int, direction d: Int,
        at place: PacketPlace, _ tables: inout SideTables
    ) -> Bool {
        var record: TLSRecord?
        if directions[d].tls.headerCount == 0, end - offset >= 5 {
            record = tlsRecord(bytes, at: offset)
            if record == nil, readSSLv2(bytes, &offset, end, direction: d, tables: &tables) {
                return true
            }
            offset += 5
        } else {
            while directions[d].tls.headerCount < 4, offset < end {
                let shift = UInt32(directions[d].tls.headerCount) * 8
                directions[d].tls.headerBytes |= UInt32(bytes.byte(at: offset)) << shift
                directions[d].tls.headerCount += 1
                offset += 1
            }
            guard offset < end else { return true }
            record = directions[d].tls.takeHeader(last: bytes.byte(at: offset))
            offset += 1
        }
        guard let record else {
            tables.pool.giveBack(&directions[d].tls.stream)
            directions[d].tls.lose()
            return false
        }
        begin(record, direction: d, at: place, tables: &tables)
        return true
    }

    /// An SSL 2 ClientHello opens some TLS 1.0 flows (RFC 5246 appendix E.2); it is skipped whole.
    private mutating func readSSLv2(
        _ bytes: RawSpan, _ offset: inout Int, _ end: Int, direction d: Int,
        tables: inout SideTables
    ) -> Bool {
        guard directions[d].tls.lastType == 0, isSSLv2ClientHello(bytes.extracting(offset..<end))
        else { return false }
        directions[d].tls.remaining = UInt32(bytes.uint16(at: offset) & 0x7FFF)
        directions[d].tls.lastType = 22
        directions[d].tls.isSSLv2 = true
        offset += 2
        return true
    }

    private mutating func begin(
        _ record: TLSRecord, direction d: Int, at place: PacketPlace, tables: inout SideTables
    ) {
        directions[d].tls.lastType = record.contentType
        directions[d].tls.lastLength = UInt16(record.length)
        directions[d].tls.remaining = UInt32(record.length)
        directions[d].tls.isSSLv2 = false
        tables.journal?.record(
            record.contentType, isOpaque: directions[d].tls.state == .opaque)
        let index = tables.tlsIndex(&self)
        if d == server, !seen.contains(.serverRecord) {
            seen.insert(.serverRecord)
            tables.tls[index].serverRecordTime = place.time
            tables.tls[index].serverRecordPacket = place.number
        }
        switch record.contentType {
        case 21: tables.tls[index].letters.note(UInt8(ascii: "L"), direction: d)
        case 24: tables.tls[index].letters.note(UInt8(ascii: "B"), direction: d)
        default: break
        }
        if record.contentType == 23 {
            if directions[d].tls.state == .clear {
                directions[d].tls.firstIsFinished =
                    tables.tls[index].mayBeTLS13 && d == client
                directions[d].tls.applicationRecords = 0
                turnOpaque(direction: d, tables: &tables)
            }
            if directions[d].tls.applicationRecords == 0 {
                tables.tls[index].letters.note(UInt8(ascii: "D"), direction: d)
            }
            if directions[d].tls.applicationRecords < .max {
                directions[d].tls.applicationRecords += 1
            }
        }
    }

    private mutating func turnOpaque(direction d: Int, tables: inout SideTables) {
        directions[d].tls.state = .opaque
        if directions[d].tls.stream >= 0,
            tables.pool.streams[Int(directions[d].tls.stream)].ahead.isEmpty
        {
            tables.pool.giveBack(&directions[d].tls.stream)
        }
    }

    private mutating func readFragment(
        _ bytes: RawSpan, _ range: Range<Int>, direction d: Int, endSequence: UInt32,
        at place: PacketPlace, tables: inout SideTables
    ) {
        guard directions[d].tls.state == .clear, !directions[d].tls.isSSLv2 else { return }
        switch directions[d].tls.lastType {
        case 20: changeCipher(direction: d, tables: &tables)
        case 21:
            if directions[d].tls.lastLength == 2, range.count == 2,
                let alert = TLSAlert(fragment: bytes.extracting(range))
            {
                note(alert, direction: d, at: place, tables: &tables)
            }
        case 22:
            readHandshake(
                bytes, range, direction: d, endSequence: endSequence, at: place, tables: &tables)
        default: break
        }
    }

    /// After ChangeCipherSpec everything is encrypted, but for a TLS 1.3 handshake that is retried
    /// (RFC 8446 appendix D.4).
    private mutating func changeCipher(direction d: Int, tables: inout SideTables) {
        let index = tables.tlsIndex(&self)
        tables.tls[index].letters.note(UInt8(ascii: "I"), direction: d)
        let isRetry =
            tables.tls[index].facts.contains(.helloRetry)
            && (d == client
                ? tables.tls[index].clientHellos < 2 : tables.tls[index].serverHellos == 0)
        if d == server { tables.tls[index].facts.insert(.serverCipherChange) }
        if !isRetry {
            directions[d].tls.firstIsFinished =
                tables.tls[index].mayBeTLS13 && d == client
            directions[d].tls.applicationRecords = 0
            turnOpaque(direction: d, tables: &tables)
        }
    }

    private mutating func note(
        _ alert: TLSAlert, direction d: Int, at place: PacketPlace, tables: inout SideTables
    ) {
        _ = tables.tlsIndex(&self)
        let index = tables.listsIndex(&self)
        directions[d].tls.lastAlert = alert.description
        tables.journal?.alert(alert)
        tables.alerts += 1
        guard tables.lists[index].alerts.count < TLSFlow.alertLimit else { return }
        tables.lists[index].alerts.append(
            TLSFlow.Alert(
                direction: UInt8(d), level: alert.level, description: alert.description,
                packet: place.number, time: place.time))
    }
}

extension TLSDirection {
    /// The header that was put together from two segments.
    mutating func takeHeader(last: UInt8) -> TLSRecord? {
        let first = (0..<4).map { UInt8(truncatingIfNeeded: headerBytes >> (UInt32($0) * 8)) }
        let header = first + [last]
        headerCount = 0
        headerBytes = 0
        return tlsRecord(header.span.bytes, at: 0)
    }
}
