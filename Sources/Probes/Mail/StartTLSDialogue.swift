/// How each protocol is asked to go over to TLS, up to the byte after which the ClientHello comes.
struct StartTLSDialogue {
    private var reader: ChannelReader
    private let connection: Connection
    private let deadline: Deadline

    /// What was heard on the way.
    struct Outcome: Sendable {
        /// The server's first line, for SMTP, IMAP and POP3.
        var greeting: [UInt8] = []
        /// The lines that list what the server can do.
        var capabilities: [[UInt8]] = []
        var offer = Offer.unknown
        /// What was said to the wish to go over to TLS.
        var answer: [UInt8] = []
        /// The ClientHello may follow.
        var isReady = false
    }

    enum Offer: Hashable, Sendable {
        case unknown, made, missing
        /// A word of X in the place of one (RFC 2487-unaware "fixup" of firewalls).
        case masked
    }

    init(_ connection: Connection, by deadline: Deadline) {
        self.connection = connection
        self.deadline = deadline
        reader = ChannelReader(connection)
    }

    /// - Throws: only what keeps the dialogue from going on; `outcome` holds what was heard before.
    mutating func run(
        _ scheme: ProbeTarget.Scheme, _ outcome: inout Outcome
    ) throws(NetworkFailure) {
        switch scheme {
        case .smtp: try smtp(&outcome)
        case .imap: try imap(&outcome)
        case .pop3: try pop3(&outcome)
        case .ldap: try ldap(&outcome)
        case .postgres: try postgres(&outcome)
        case .mysql: try mysql(&outcome)
        default: break
        }
    }

    /// RFC 3207.
    private mutating func smtp(_ outcome: inout Outcome) throws(NetworkFailure) {
        outcome.greeting = try replies().first ?? []
        try say("EHLO inquest.invalid\r\n")
        outcome.capabilities = try replies()
        outcome.offer = Self.offer(
            "STARTTLS", in: outcome.capabilities.map { Array($0.dropFirst(4)) })
        try say("STARTTLS\r\n")
        outcome.answer = try replies().last ?? []
        outcome.isReady = outcome.answer.starts(with: Array("220".utf8))
    }

    /// RFC 9051 §6.2.1.
    private mutating func imap(_ outcome: inout Outcome) throws(NetworkFailure) {
        outcome.greeting = try reader.line(by: deadline)
        try say("a CAPABILITY\r\n")
        outcome.capabilities = try lines { $0.starts(with: Array("a ".utf8)) }
        let words = outcome.capabilities.flatMap { $0.split(separator: 0x20).map(Array.init) }
        outcome.offer = Self.offer("STARTTLS", in: words)
        try say("b STARTTLS\r\n")
        outcome.answer = try lines { $0.starts(with: Array("b ".utf8)) }.last ?? []
        outcome.isReady = outcome.answer.starts(with: Array("b OK".utf8))
    }

    /// RFC 2595 §4, RFC 2449.
    private mutating func pop3(_ outcome: inout Outcome) throws(NetworkFailure) {
        outcome.greeting = try reader.line(by: deadline)
        try say("CAPA\r\n")
        outcome.capabilities = try lines { line in
            line == Array(".".utf8) || line.starts(with: Array("-ERR".utf8))
        }
        outcome.offer = Self.offer("STLS", in: outcome.capabilities)
        try say("STLS\r\n")
        outcome.answer = try reader.line(by: deadline)
        outcome.isReady = outcome.answer.starts(with: Array("+OK".utf8))
    }

    /// ExtendedRequest 1.3.6.1.4.1.1466.20037, message id 1 (RFC 4511 §4.14.1).
    static let ldapRequest: [UInt8] =
        [0x30, 0x1D, 0x02, 0x01, 0x01, 0x77, 0x18, 0x80, 0x16]
        + Array("1.3.6.1.4.1.1466.20037".utf8)

    /// The answer: a sequence with message id and ExtendedResponse, whose first field is the result
    /// code; 0 is success.
    private mutating func ldap(_ outcome: inout Outcome) throws(NetworkFailure) {
        try connection.send(Self.ldapRequest, by: deadline)
        let head = try reader.bytes(2, by: deadline)
        var length = Int(head[1])
        if head[1] & 0x80 != 0 {
            let more = try reader.bytes(Int(head[1] & 0x7F) & 3, by: deadline)
            length = more.reduce(0) { $0 << 8 | Int($1) }
        }
        guard head[0] == 0x30, length < 4096 else { throw .notTLS(head) }
        outcome.answer = try reader.bytes(length, by: deadline)
        let enumerated: [UInt8] = [0x0A, 0x01]
        let place = outcome.answer.indices.first {
            outcome.answer[$0...].starts(with: enumerated)
        }
        if let place, place + 2 < outcome.answer.count {
            outcome.isReady = outcome.answer[place + 2] == 0
        }
        outcome.offer = outcome.isReady ? .made : .missing
    }

    /// SSLRequest: length 8, code 80877103 (PostgreSQL, "SSL Session Encryption").
    static let postgresRequest: [UInt8] = [0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F]

    private mutating func postgres(_ outcome: inout Outcome) throws(NetworkFailure) {
        try connection.send(Self.postgresRequest, by: deadline)
        outcome.answer = try reader.bytes(1, by: deadline)
        outcome.isReady = outcome.answer == Array("S".utf8)
        outcome.offer = outcome.isReady ? .made : .missing
    }

    /// Handshake version 10 and SSLRequest (MySQL, "Connection Phase Packets").
    private mutating func mysql(_ outcome: inout Outcome) throws(NetworkFailure) {
        let head = try reader.bytes(4, by: deadline)
        let length = Int(head[0]) | Int(head[1]) << 8 | Int(head[2]) << 16
        guard length < 4096 else { throw .notTLS(head) }
        let packet = try reader.bytes(length, by: deadline)
        guard packet.first == 10, let end = packet.dropFirst().firstIndex(of: 0),
            packet.count >= end + 16
        else { throw .notTLS(packet) }
        // After the version: thread id of 4 bytes, 8 of salt, a zero, then the capabilities.
        let capabilities = UInt16(packet[end + 14]) | UInt16(packet[end + 15]) << 8
        let clientSSL: UInt16 = 0x0800
        outcome.offer = capabilities & clientSSL != 0 ? .made : .missing
        guard outcome.offer == .made else { return }
        // PROTOCOL_41, SSL and SECURE_CONNECTION; 16 MB packets; latin1; 23 zeros.
        let request: [UInt8] =
            [32, 0, 0, 1, 0x00, 0x8A, 0, 0, 0, 0, 0, 1, 8] + Array(repeating: 0, count: 23)
        try connection.send(request, by: deadline)
        outcome.isReady = true
    }

    private func say(_ text: String) throws(NetworkFailure) {
        try connection.send(Array(text.utf8), by: deadline)
    }

    /// A server that never ends its list is cut here.
    private static let mostLines = 200

    /// Lines up to and including the one that `isLast`.
    private mutating func lines(
        until isLast: ([UInt8]) -> Bool
    ) throws(NetworkFailure) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        repeat {
            lines.append(try reader.line(by: deadline))
        } while !isLast(lines[lines.count - 1])
            && lines.count < Self.mostLines
        return lines
    }

    /// A reply of SMTP: lines with a hyphen after the code go on (RFC 5321 §4.2.1).
    private mutating func replies() throws(NetworkFailure) -> [[UInt8]] {
        try lines { $0.count < 4 || $0[3] != UInt8(ascii: "-") }
    }

    private static func offer(_ word: String, in words: [[UInt8]]) -> Offer {
        let texts = words.map { String(decoding: $0, as: UTF8.self).uppercased() }
        if texts.contains(where: { $0 == word || $0.hasPrefix(word + " ") }) { return .made }
        let isMasked = texts.contains { $0.count >= 4 && $0.allSatisfy { $0 == "X" } }
        return isMasked ? .masked : .missing
    }
}
