/// What the clear part of a flow's TLS handshake said.
struct TLSFlow {
    // In this order nothing is lost between the numbers.
    /// Saturating.
    var clientHellos: UInt8 = 0
    var serverHellos: UInt8 = 0
    /// From the ServerHello, 0 before it; a HelloRetryRequest does not count.
    var version: UInt16 = 0
    var cipherSuite: UInt16 = 0
    var facts: Facts = []
    /// Index into the interned names, or -1; so those that follow.
    var serverName: Int32 = -1
    var alpn: Int16 = -1
    /// The client's fingerprint.
    var fingerprint: Int16 = -1

    /// The first ClientHello: when and where its last byte was seen, and the sequence number
    /// behind it.
    var clientHelloTime: Int64 = 0
    var clientHelloPacket: UInt32 = 0
    var clientHelloEnd: UInt32 = 0
    /// The first TLS record of the server after it, and the first ServerHello.
    var serverRecordTime: Int64 = 0
    var serverHelloTime: Int64 = 0
    var serverRecordPacket: UInt32 = 0
    var serverHelloPacket: UInt32 = 0
    /// Hashes of the session ids that the client offered and the server issued; 0 = empty.
    var offeredSession: UInt64 = 0
    var issuedSession: UInt64 = 0
    var letters = HandshakeLetters()
    /// Number of the server's certificates, or -1.
    var chain: Int16 = -1
    var clientHelloSegments: UInt8 = 0
    /// From the ClientHello to the server's acknowledgement of all of it, in microseconds; saturates
    /// after 71 minutes.
    var helloACKDelay: UInt32 = 0

    /// RFC 8446 §5.1 allows 2^14 bytes of content; what servers fill in one go is a little less.
    static let bigRecord: UInt16 = 15_000
    /// Records of type 23 among which the first answer is: tickets come before it.
    static let firstRecords: UInt8 = 8

    struct Facts: OptionSet {
        let rawValue: UInt16
        /// The server's TCP acknowledged the ClientHello's last byte.
        static let helloACKed = Facts(rawValue: 64)
        static let offersTLS13 = Facts(rawValue: 1)
        static let offersPSK = Facts(rawValue: 2)
        /// A session ticket extension with a ticket in it.
        static let offersTicket = Facts(rawValue: 4)
        static let pskAccepted = Facts(rawValue: 8)
        static let certificateSeen = Facts(rawValue: 16)
        static let serverCipherChange = Facts(rawValue: 32)
        static let certificateRequested = Facts(rawValue: 128)
        static let helloRetry = Facts(rawValue: 256)
        /// The server's Certificate was looked for in a stream without gaps.
        static let serverFlightCut = Facts(rawValue: 1024)
        /// Of the client's handshake messages the snap length left the beginning.
        static let clientFlightCut = Facts(rawValue: 512)
        static let plainAnswer = Facts(rawValue: 2048)
        static let issuesTicket = Facts(rawValue: 4096)
        /// TLS 1.3 or one of its drafts was chosen.
        static let isTLS13 = Facts(rawValue: 8192)
    }

    /// An alert in clear.
    struct Alert: Equatable {
        var direction: UInt8
        var level: UInt8
        var description: UInt8
        var packet: UInt32
        var time: Int64
    }

    static let alertLimit = 8

    var isTLS13: Bool { facts.contains(.isTLS13) }
    /// Or nobody can tell: of the server's hello only the beginning was captured.
    var mayBeTLS13: Bool { isTLS13 || serverHellos == 0 && facts.contains(.serverFlightCut) }

    /// Whether the client offered a session: a PSK in TLS 1.3; before it a ticket, or a session id
    /// that is no TLS 1.3 compatibility id (RFC 8446 §4.1.2, appendix D.4).
    var offeredResumption: Bool {
        if facts.contains(.offersPSK) || facts.contains(.offersTicket) { return true }
        return offeredSession != 0 && !facts.contains(.offersTLS13)
    }

    /// Whether the server took the session up. In TLS 1.3 only its `pre_shared_key` extension says
    /// so; before it an abbreviated handshake: ServerHello and ChangeCipherSpec, no Certificate.
    var resumed: Bool {
        guard serverHellos > 0, version != 0 else { return false }
        if isTLS13 { return facts.contains(.pskAccepted) }
        return facts.contains(.serverCipherChange) && !facts.contains(.certificateSeen)
            && !facts.contains(.serverFlightCut)
    }

    /// The client began a ClientHello and never finished it, as far as was captured.
    var lacksHello: Bool { clientHellos == 0 && !facts.contains(.clientFlightCut) }

    /// What the client can resume: the forms of RFC 5246 §7.4.1.2, RFC 5077 and RFC 8446 §2.2.
    enum Resumption: String {
        case sessionID = "session-id"
        case ticket, psk
    }

    var offeredForms: [Resumption] {
        var forms: [Resumption] = []
        if offeredSession != 0, !facts.contains(.offersTLS13), !facts.contains(.offersTicket) {
            forms.append(.sessionID)
        }
        if facts.contains(.offersTicket) { forms.append(.ticket) }
        if facts.contains(.offersPSK) { forms.append(.psk) }
        return forms
    }

    /// How the session was resumed; a server that got a ticket goes by it (RFC 5077 §3.4).
    var resumedBy: Resumption? {
        guard resumed else { return nil }
        if isTLS13 { return .psk }
        return facts.contains(.offersTicket) ? .ticket : .sessionID
    }

    /// Whether it is known that the server made a full handshake.
    var madeFullHandshake: Bool {
        guard serverHellos > 0, version != 0 else { return false }
        if isTLS13 { return !facts.contains(.pskAccepted) }
        return facts.contains(.certificateSeen)
    }
}
