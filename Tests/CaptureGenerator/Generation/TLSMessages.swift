/// What the two hellos of a connection say.
struct HelloFacts {
    var serverName: String
    var applicationProtocols: [String]
    /// The client offers TLS 1.3, in `supported_versions`.
    var offersTLS13: Bool
    /// The hello holds an X25519MLKEM768 key share of 1,216 bytes as well.
    var postQuantum: Bool
    var sessionID: [UInt8]
    /// A TLS 1.2 ticket; empty where none is offered.
    var ticket: [UInt8]
    /// Identity of a TLS 1.3 pre-shared key; empty where none is offered.
    var preSharedKey: [UInt8]
}

/// Handshake messages, each with its four-byte header (RFC 8446 and RFC 5246).
enum TLSMessage {
    /// RFC 8446, 4.1.2.
    static func clientHello(_ facts: HelloFacts, random: inout RandomSource) -> [UInt8] {
        var suites = [0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8, 0x009E, 0x009F]
        if facts.offersTLS13 { suites.insert(contentsOf: [0x1301, 0x1302, 0x1303], at: 0) }
        suites.append(0x00FF)  // renegotiation info, RFC 5746
        let clientRandom = random.bytes(32)
        let keyShares = facts.offersTLS13 ? self.keyShares(facts, &random) : []
        let binder = random.bytes(32)
        return message(type: 1) { hello in
            hello.put16(0x0303)
            hello.put(clientRandom)
            hello.vector8 { $0.put(facts.sessionID) }
            hello.vector16 { list in suites.forEach { list.put16($0) } }
            hello.vector8 { $0.put8(0) }  // compression: none
            hello.vector16 { extensions in
                putCommonExtensions(facts, &extensions)
                if facts.offersTLS13 { putTLS13Extensions(facts, keyShares, &extensions) }
                if !facts.preSharedKey.isEmpty {
                    putPreSharedKey(facts.preSharedKey, binder, &extensions)
                }
            }
        }
    }

    private static func putCommonExtensions(_ facts: HelloFacts, _ out: inout ByteWriter) {
        put(extension: 0, &out) { body in  // server_name, RFC 6066, 3
            body.vector16 { list in
                list.put8(0)
                list.vector16 { $0.put(facts.serverName) }
            }
        }
        put(extension: 23, &out) { _ in }  // extended_master_secret, RFC 7627
        let groups = (facts.postQuantum ? [0x11EC] : []) + [0x001D, 0x0017, 0x0018]
        put(extension: 10, &out) { body in
            body.vector16 { list in groups.forEach { list.put16($0) } }
        }
        put(extension: 11, &out) { $0.vector8 { $0.put8(0) } }  // uncompressed points, RFC 8422
        put(extension: 35, &out) { $0.put(facts.ticket) }  // session_ticket, RFC 5077
        put(extension: 16, &out) { body in  // ALPN, RFC 7301
            body.vector16 { list in
                for name in facts.applicationProtocols { list.vector8 { $0.put(name) } }
            }
        }
        put(extension: 13, &out) { body in  // signature_algorithms
            body.vector16 { list in
                for scheme in [0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501] {
                    list.put16(scheme)
                }
            }
        }
    }

    private static func putTLS13Extensions(
        _ facts: HelloFacts, _ keyShares: [UInt8], _ out: inout ByteWriter
    ) {
        put(extension: 43, &out) { body in  // supported_versions
            body.vector8 { list in
                list.put16(0x0304)
                list.put16(0x0303)
            }
        }
        put(extension: 45, &out) { $0.vector8 { $0.put8(1) } }  // psk_dhe_ke
        put(extension: 51, &out) { $0.vector16 { $0.put(keyShares) } }
    }

    private static func keyShares(_ facts: HelloFacts, _ random: inout RandomSource) -> [UInt8] {
        var shares = ByteWriter()
        if facts.postQuantum {
            shares.put16(0x11EC)
            let share = random.bytes(1216)
            shares.vector16 { $0.put(share) }
        }
        shares.put16(0x001D)
        let share = random.bytes(32)
        shares.vector16 { $0.put(share) }
        return shares.bytes
    }

    /// Must be the last extension (RFC 8446, 4.2.11).
    private static func putPreSharedKey(
        _ identity: [UInt8], _ binder: [UInt8], _ out: inout ByteWriter
    ) {
        put(extension: 41, &out) { body in
            body.vector16 { identities in
                identities.vector16 { $0.put(identity) }
                identities.put32(0x0001_2345)  // obfuscated age, milliseconds
            }
            body.vector16 { $0.vector8 { $0.put(binder) } }
        }
    }

    /// RFC 8446, 4.1.3, or RFC 5246, 7.4.1.3.
    ///
    /// `answersTicket` announces a TLS 1.2 NewSessionTicket; `alpn` is for TLS 1.2, where the
    /// choice is not encrypted.
    static func serverHello(
        tls13: Bool, sessionID: [UInt8], pskAccepted: Bool, answersTicket: Bool, alpn: String?,
        random: inout RandomSource
    ) -> [UInt8] {
        let serverRandom = random.bytes(32)
        let share = random.bytes(32)
        return message(type: 2) { hello in
            hello.put16(0x0303)
            hello.put(serverRandom)
            hello.vector8 { $0.put(sessionID) }
            hello.put16(tls13 ? 0x1301 : 0xC02F)
            hello.put8(0)
            hello.vector16 { extensions in
                if tls13 {
                    put(extension: 43, &extensions) { $0.put16(0x0304) }
                    put(extension: 51, &extensions) { body in
                        body.put16(0x001D)
                        body.vector16 { $0.put(share) }
                    }
                    if pskAccepted { put(extension: 41, &extensions) { $0.put16(0) } }
                } else {
                    put(extension: 0xFF01, &extensions) { $0.put8(0) }
                    put(extension: 23, &extensions) { _ in }
                    if answersTicket { put(extension: 35, &extensions) { _ in } }
                    if let alpn {
                        put(extension: 16, &extensions) { body in
                            body.vector16 { $0.vector8 { $0.put(alpn) } }
                        }
                    }
                }
            }
        }
    }

    /// ECDHE with X25519 and an RSA-PSS signature (RFC 8422, 5.4).
    static func serverKeyExchange(random: inout RandomSource) -> [UInt8] {
        let (point, signature) = (random.bytes(32), random.bytes(256))
        return message(type: 12) { body in
            body.put8(3)  // named curve
            body.put16(0x001D)
            body.vector8 { $0.put(point) }
            body.put16(0x0804)
            body.vector16 { $0.put(signature) }
        }
    }

    static func serverHelloDone() -> [UInt8] {
        message(type: 14) { _ in }
    }

    static func clientKeyExchange(random: inout RandomSource) -> [UInt8] {
        let point = random.bytes(32)
        return message(type: 16) { body in body.vector8 { $0.put(point) } }
    }

    /// RFC 5077, 3.3; lifetime of two hours.
    static func newSessionTicket(_ ticket: [UInt8]) -> [UInt8] {
        message(type: 4) { body in
            body.put32(7200)
            body.vector16 { $0.put(ticket) }
        }
    }

    private static func message(
        type: Int, _ body: (inout ByteWriter) -> Void
    ) -> [UInt8] {
        var writer = ByteWriter()
        writer.put8(type)
        writer.vector24(body)
        return writer.bytes
    }

    private static func put(
        extension type: Int, _ out: inout ByteWriter, _ body: (inout ByteWriter) -> Void
    ) {
        out.put16(type)
        out.vector16(body)
    }
}
