extension FlowScript {
    /// Content types of RFC 8446, 5.1.
    enum ContentType: UInt8 {
        case changeCipherSpec = 20
        case alert = 21
        case handshake = 22
        case applicationData = 23
    }

    mutating func appendRecord(
        _ side: Side, _ type: ContentType, _ body: [UInt8], version: UInt8 = 3
    ) {
        appendHeader(side, type, length: body.count, version: version)
        streams[side].append(body)
        if type == .alert { tls.alertRecords[side] += 1 }
    }

    /// A record whose contents are encrypted, or stand for it.
    mutating func appendOpaqueRecord(_ side: Side, _ type: ContentType, length: Int) {
        appendHeader(side, type, length: length)
        streams[side].append(.pool, at: random.below(RandomPool.offsets), count: length)
        if type == .alert { tls.alertRecords[side] += 1 }
    }

    private mutating func appendHeader(
        _ side: Side, _ type: ContentType, length: Int, version: UInt8 = 3
    ) {
        tls.records += 1
        streams[side].append([type.rawValue, 3, version, UInt8(length >> 8), UInt8(length & 255)])
    }

    /// Sends the ClientHello; `open()` comes before it.
    mutating func sendClientHello(_ kind: Connection.TLSKind) -> HelloFacts {
        let facts = helloFacts(kind)
        let hello = TLSMessage.clientHello(facts, random: &random)
        // A first record has version 3.1 for compatibility (RFC 8446, 5.1).
        appendRecord(.client, .handshake, hello, version: 1)
        tls.clientHellos = 1
        tls.serverName = facts.serverName
        tls.offered = facts.applicationProtocols
        tls.offersResumption = kind.offer != .none
        flush(.client)
        tls.clientHelloEnd = segments.last?.time ?? now
        return facts
    }

    private mutating func helloFacts(_ kind: Connection.TLSKind) -> HelloFacts {
        // What a server gave this client before: the same for every connection of the pair.
        var pair = RandomSource(
            seed: connection.clientMAC.value, stream: connection.server.identity)
        let kept = (id: pair.bytes(32), ticket: pair.bytes(176))
        let compatible = kind.offersTLS13 || kind.offer == .ticket
        return HelloFacts(
            serverName: connection.server.name,
            applicationProtocols: kind.applicationProtocol == "h2"
                ? ["h2", "http/1.1"] : ["http/1.1"],
            offersTLS13: kind.offersTLS13, postQuantum: kind.postQuantum,
            sessionID: kind.offer == .sessionID ? kept.id : compatible ? random.bytes(32) : [],
            ticket: kind.offer == .ticket ? kept.ticket : [],
            preSharedKey: kind.offer == .preSharedKey ? kept.ticket : [])
    }

    /// The rest of the handshake, from the ServerHello on.
    mutating func completeHandshake(_ kind: Connection.TLSKind, _ facts: HelloFacts) {
        let resumed = kind.offer != .none && !kind.refused
        tls.serverHellos = 1
        tls.version = kind.tls13 ? "TLSv1.3" : "TLSv1.2"
        tls.resumed = resumed
        tls.serverHelloStart = now
        if kind.tls13 {
            completeTLS13(facts, resumed: resumed)
        } else {
            tls.chosen = kind.applicationProtocol
            completeTLS12(kind, facts, resumed: resumed)
        }
    }

    /// RFC 8446, figure 1; the server's flight after its hello is encrypted.
    private mutating func completeTLS13(_ facts: HelloFacts, resumed: Bool) {
        let hello = TLSMessage.serverHello(
            tls13: true, sessionID: facts.sessionID, pskAccepted: resumed, answersTicket: false,
            alpn: nil, random: &random)
        appendRecord(.server, .handshake, hello)
        appendRecord(.server, .changeCipherSpec, [1])
        // EncryptedExtensions and Finished; with Certificate and CertificateVerify when new.
        let certificates = resumed ? 0 : connection.server.certificates.count + 280
        appendOpaqueRecord(.server, .applicationData, length: certificates + 96)
        flush(.server)
        wait(milliseconds: 1, to: 3)
        appendRecord(.client, .changeCipherSpec, [1])
        appendOpaqueRecord(.client, .applicationData, length: 53)
        flush(.client)
        waitRoundTrip()
        for _ in 0..<2 { appendOpaqueRecord(.server, .applicationData, length: 234) }
        flush(.server)
    }

    private mutating func completeTLS12(
        _ kind: Connection.TLSKind, _ facts: HelloFacts, resumed: Bool
    ) {
        let givesTicket = kind.offer == .ticket || (kind.offer == .none && random.percent(60))
        let sessionID = resumed ? facts.sessionID : givesTicket ? [] : random.bytes(32)
        let hello = TLSMessage.serverHello(
            tls13: false, sessionID: sessionID, pskAccepted: false, answersTicket: givesTicket,
            alpn: kind.applicationProtocol, random: &random)
        appendRecord(.server, .handshake, hello)
        if resumed {
            if givesTicket { appendTicket() }
            appendFinished(.server)
            flush(.server)
            wait(milliseconds: 1, to: 2)
            appendFinished(.client)
            flush(.client)
            return
        }
        appendCertificates()
        appendRecord(.server, .handshake, TLSMessage.serverKeyExchange(random: &random))
        appendRecord(.server, .handshake, TLSMessage.serverHelloDone())
        flush(.server)
        wait(milliseconds: 1, to: 3)
        appendRecord(.client, .handshake, TLSMessage.clientKeyExchange(random: &random))
        appendFinished(.client)
        flush(.client)
        waitRoundTrip()
        if givesTicket { appendTicket() }
        appendFinished(.server)
        flush(.server)
    }

    private mutating func appendCertificates() {
        let count = connection.server.certificates.count
        appendHeader(.server, .handshake, length: count + 4)
        streams[.server].append([11, 0, UInt8(count >> 8), UInt8(count & 255)])
        streams[.server].append(.certificates, at: 0, count: count)
    }

    private mutating func appendTicket() {
        let ticket = random.bytes(176)
        appendRecord(.server, .handshake, TLSMessage.newSessionTicket(ticket))
    }

    /// ChangeCipherSpec and an encrypted Finished (AES-GCM: nonce 8, message 16, tag 16).
    private mutating func appendFinished(_ side: Side) {
        appendRecord(side, .changeCipherSpec, [1])
        appendOpaqueRecord(side, .handshake, length: 40)
    }

    /// Application data in records, short ones first as most servers send them.
    mutating func appendEncrypted(_ side: Side, count: Int, tls13: Bool) {
        let overhead = tls13 ? 17 : 24
        var left = count
        var limit = 1300
        while left > 0 {
            // A TLS 1.3 record of 19 bytes would look like a close_notify.
            let size = max(16, min(left, limit))
            appendOpaqueRecord(side, .applicationData, length: size + overhead)
            left -= size
            limit = 16_384 - overhead
        }
    }

    mutating func appendCloseNotify(_ side: Side, tls13: Bool) {
        if tls13 {
            appendOpaqueRecord(side, .applicationData, length: 19)
        } else {
            appendOpaqueRecord(side, .alert, length: 26)
        }
    }
}
