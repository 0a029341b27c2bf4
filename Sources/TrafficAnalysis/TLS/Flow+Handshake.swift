internal import Dissection

/// Handshake messages over record and segment borders; only the hellos are put together.
extension Flow {
    mutating func readHandshake(
        _ bytes: RawSpan, _ range: Range<Int>, direction d: Int, endSequence: UInt32,
        at place: PacketPlace, tables: inout SideTables
    ) {
        var offset = range.lowerBound
        while offset < range.upperBound {
            let left = range.upperBound - offset
            if directions[d].tls.stream >= 0 {
                let index = Int(directions[d].tls.stream)
                if tables.pool.streams[index].skip > 0 {
                    let count = min(tables.pool.streams[index].skip, left)
                    tables.pool.streams[index].skip -= count
                    offset += count
                    continue
                }
                if !tables.pool.streams[index].pending.isEmpty {
                    offset += assemble(
                        bytes, offset..<range.upperBound, direction: d,
                        rangeEnd: endSequence, at: place, tables: &tables)
                    continue
                }
            }
            guard left >= 4, let header = HandshakeHeader(bytes, at: offset) else {
                keep(bytes, offset..<range.upperBound, direction: d, at: place, tables: &tables)
                return
            }
            guard Self.isSane(header) else {
                giveUpMessages(direction: d, tables: &tables)
                return
            }
            if header.length + 4 <= left {
                let body = (offset + 4)..<(offset + 4 + header.length)
                offset = body.upperBound
                let back = UInt32(truncatingIfNeeded: range.upperBound - offset)
                take(
                    header, bytes.extracting(body), direction: d,
                    endSequence: endSequence &- back, segments: 1, at: place, tables: &tables)
            } else if isWanted(header, direction: d, tables) {
                keep(bytes, offset..<range.upperBound, direction: d, at: place, tables: &tables)
                return
            } else {
                tables.journal?.handshake(header.type)
                note(type: header.type, direction: d, tables: &tables)
                takeStream(direction: d, tables: &tables)
                tables.pool.streams[Int(directions[d].tls.stream)].skip = header.length + 4 - left
                return
            }
        }
    }

    /// Messages that are read: hellos, and a server's first certificates as long as they fit.
    private func isWanted(
        _ header: HandshakeHeader, direction d: Int, _ tables: SideTables
    ) -> Bool {
        if header.type == 1 || header.type == 2 { return true }
        return header.type == 11 && d == server && header.length <= HandshakeStream.byteLimit
            && (tls < 0 || tables.tls[Int(tls)].chain < 0)
    }

    /// Hellos beyond the buffer's limit and messages of unknown type are no TLS handshake.
    private static func isSane(_ header: HandshakeHeader) -> Bool {
        guard HandshakeHeader.isKnownType(header.type) else { return false }
        return header.type > 2 || header.length <= HandshakeStream.byteLimit
    }

    private mutating func giveUpMessages(direction d: Int, tables: inout SideTables) {
        tables.pool.giveBack(&directions[d].tls.stream)
        directions[d].tls.state = .opaque
    }

    private mutating func takeStream(direction d: Int, tables: inout SideTables) {
        if directions[d].tls.stream < 0 { directions[d].tls.stream = tables.pool.take() }
    }

    private mutating func keep(
        _ bytes: RawSpan, _ range: Range<Int>, direction d: Int, at place: PacketPlace,
        tables: inout SideTables
    ) {
        takeStream(direction: d, tables: &tables)
        let index = Int(directions[d].tls.stream)
        tables.pool.streams[index].firstPacket = place.number
        bytes.append(range, to: &tables.pool.streams[index].pending)
    }

    /// Adds to the unfinished message and takes it when it is whole.
    ///
    /// - Returns: how many bytes of `range` were used.
    private mutating func assemble(
        _ bytes: RawSpan, _ range: Range<Int>, direction d: Int, rangeEnd: UInt32,
        at place: PacketPlace, tables: inout SideTables
    ) -> Int {
        let index = Int(directions[d].tls.stream)
        var used = 0
        func need(_ pending: [UInt8]) -> Int {
            guard let header = HandshakeHeader(pending.span.bytes, at: 0) else { return 4 }
            return 4 + header.length
        }
        while used < range.count {
            let wanted = need(tables.pool.streams[index].pending)
            guard wanted <= 4 + HandshakeStream.byteLimit else {
                giveUpMessages(direction: d, tables: &tables)
                return range.count
            }
            let have = tables.pool.streams[index].pending.count
            if have >= wanted { break }
            let count = min(wanted - have, range.count - used)
            let start = range.lowerBound + used
            bytes.append(start..<(start + count), to: &tables.pool.streams[index].pending)
            used += count
        }
        finishMessage(
            direction: d, endSequence: rangeEnd &- UInt32(truncatingIfNeeded: range.count - used),
            at: place, tables: &tables)
        return used
    }

    private mutating func finishMessage(
        direction d: Int, endSequence: UInt32, at place: PacketPlace, tables: inout SideTables
    ) {
        guard directions[d].tls.stream >= 0 else { return }
        let index = Int(directions[d].tls.stream)
        // Taken out, not copied: what reads it may change the stream.
        var pending: [UInt8] = []
        swap(&pending, &tables.pool.streams[index].pending)
        guard let header = HandshakeHeader(pending.span.bytes, at: 0),
            pending.count >= 4 + header.length
        else {
            swap(&pending, &tables.pool.streams[index].pending)
            return
        }
        guard Self.isSane(header) else {
            giveUpMessages(direction: d, tables: &tables)
            return
        }
        let segments: UInt8 = tables.pool.streams[index].firstPacket == place.number ? 1 : 2
        take(
            header, pending.span.bytes.extracting(4..<(4 + header.length)), direction: d,
            endSequence: endSequence, segments: segments, at: place, tables: &tables)
        guard directions[d].tls.stream == index else { return }
        pending.removeAll(keepingCapacity: true)
        swap(&pending, &tables.pool.streams[index].pending)
    }

    private mutating func take(
        _ header: HandshakeHeader, _ body: RawSpan, direction d: Int, endSequence: UInt32,
        segments: UInt8, at place: PacketPlace, tables: inout SideTables
    ) {
        tables.journal?.handshake(header.type)
        switch header.type {
        case 1:
            if let hello = try? ClientHelloLayout(body: body) {
                note(
                    hello, body, direction: d, endSequence: endSequence, segments: segments,
                    at: place, tables: &tables)
            }
        case 2:
            if let hello = try? ServerHelloLayout(body: body) {
                note(hello, body, direction: d, at: place, tables: &tables)
            }
        case 11 where d == server && tls >= 0 && tables.tls[Int(tls)].chain < 0:
            note(type: header.type, direction: d, tables: &tables)
            tables.tls[Int(tls)].chain = tables.chains.number(of: body)
        default: note(type: header.type, direction: d, tables: &tables)
        }
    }

    private mutating func note(type: UInt8, direction d: Int, tables: inout SideTables) {
        let index = tables.tlsIndex(&self)
        tables.tls[index].letters.note(HandshakeLetters.letter(ofHandshake: type), direction: d)
        switch type {
        case 4: tables.tls[index].facts.insert(.issuesTicket)
        case 11 where d == server: tables.tls[index].facts.insert(.certificateSeen)
        case 13: tables.tls[index].facts.insert(.certificateRequested)
        default: break
        }
    }

    private mutating func note(
        _ hello: ClientHelloLayout, _ body: RawSpan, direction d: Int, endSequence: UInt32,
        segments: UInt8, at place: PacketPlace, tables: inout SideTables
    ) {
        let index = tables.tlsIndex(&self)
        tables.clientHellos += 1
        if clientRule == .port {
            clientRule = .hello
            clientDirection = UInt8(d)
        }
        let hellos = tables.tls[index].clientHellos
        tables.tls[index].clientHellos = max(hellos, hellos &+ 1)
        tables.tls[index].letters.note(UInt8(ascii: "C"), direction: d)
        guard hellos == 0 else { return }
        seen.insert(.awaitsHelloACK)
        tables.tls[index].clientHelloTime = place.time
        tables.tls[index].clientHelloPacket = place.number
        tables.tls[index].clientHelloEnd = endSequence
        tables.tls[index].clientHelloSegments = segments
        if let name = hello.serverName {
            tables.tls[index].serverName = tables.names.number(of: body, name)
        }
        if tables.keepsFingerprints, let whole = try? ClientHello(body: body) {
            tables.tls[index].fingerprint = tables.intern(ClientFingerprint(whole))
        }
        if hello.offersTLS13 { tables.tls[index].facts.insert(.offersTLS13) }
        if hello.offersPSK { tables.tls[index].facts.insert(.offersPSK) }
        if (hello.sessionTicketLength ?? 0) > 0 { tables.tls[index].facts.insert(.offersTicket) }
        tables.tls[index].offeredSession = sessionHash(body, hello.sessionID)
    }

    private mutating func note(
        _ hello: ServerHelloLayout, _ body: RawSpan, direction d: Int, at place: PacketPlace,
        tables: inout SideTables
    ) {
        let index = tables.tlsIndex(&self)
        if hello.isHelloRetryRequest {
            tables.tls[index].letters.note(UInt8(ascii: "J"), direction: d)
            tables.tls[index].facts.insert(.helloRetry)
            return
        }
        tables.serverHellos += 1
        if clientRule == .port {
            clientRule = .hello
            clientDirection = UInt8(1 - d)
        }
        let hellos = tables.tls[index].serverHellos
        tables.tls[index].serverHellos = max(hellos, hellos &+ 1)
        tables.tls[index].letters.note(UInt8(ascii: "S"), direction: d)
        guard hellos == 0 else { return }
        tables.tls[index].serverHelloTime = place.time
        if tables.tls[index].clientHelloTime != 0 {
            tables.timeline.noteHello(
                place.time &- tables.tls[index].clientHelloTime, at: place.time)
        }
        tables.tls[index].serverHelloPacket = place.number
        tables.tls[index].version = hello.selectedVersion
        tables.tls[index].cipherSuite = hello.cipherSuite
        if let alpn = hello.alpn {
            tables.tls[index].alpn = Int16(tables.protocols.number(of: body, alpn))
        }
        if hello.isTLS13 { tables.tls[index].facts.insert(.isTLS13) }
        if hello.pskAccepted { tables.tls[index].facts.insert(.pskAccepted) }
        tables.tls[index].issuedSession = sessionHash(body, hello.sessionID)
    }

    /// The server's TCP acknowledged the ClientHello's last byte.
    @inline(never)
    mutating func noteHelloACK(_ ack: UInt32, at place: PacketPlace, tables: inout SideTables) {
        guard tls >= 0,
            Int32(bitPattern: ack &- tables.tls[Int(tls)].clientHelloEnd) >= 0
        else { return }
        tables.tls[Int(tls)].facts.insert(.helloACKed)
        let delay = place.time &- tables.tls[Int(tls)].clientHelloTime
        tables.tls[Int(tls)].helloACKDelay = UInt32(clamping: delay / 1000)
        seen.remove(.awaitsHelloACK)
    }
}

/// A name for a session id that fits in a word; 0 for the empty id.
func sessionHash(_ bytes: RawSpan, _ id: Range<Int>) -> UInt64 {
    id.isEmpty ? 0 : bytes.seededHash(id, seed: sessionSeed) | 1
}

private let sessionSeed = UInt64.random(in: .min ... .max)
