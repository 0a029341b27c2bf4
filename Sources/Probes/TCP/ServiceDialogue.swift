/// The harmless first words of a service: what to say, and when the answer is whole.
struct ServiceDialogue: Sendable {
    /// How an answer ends.
    enum Answer: Sendable {
        /// The empty line after the head of a response (RFC 9112 §2.1).
        case httpHead
        /// A line whose code is not followed by `-` (RFC 5321 §4.2.1), or any line.
        case line
        /// IMAP's tagged line (RFC 9051 §2.2.2), here with the tag `a`.
        case taggedLine
        /// Any byte at all.
        case anything
    }

    /// The server sends the first bytes.
    var serverSpeaksFirst: Bool
    /// What the client says first, or after the greeting; may be said again on the same connection.
    var request: [UInt8]?
    var answer: Answer
    /// Ends the conversation politely.
    var goodbye: [UInt8]?

    /// `nil` where nothing is known of what is spoken there.
    init?(for target: ProbeTarget, headers: [ProbeOptions.HeaderField] = []) {
        switch target.scheme {
        case .http: self = Self.http(target, headers)
        case .smtp: self = Self.lines("NOOP\r\n", "QUIT\r\n")
        case .pop3: self = Self.lines("NOOP\r\n", "QUIT\r\n")
        case .imap:
            self = Self(
                serverSpeaksFirst: true, request: Array("a NOOP\r\n".utf8), answer: .taggedLine,
                goodbye: Array("b LOGOUT\r\n".utf8))
        case .mysql:
            self = Self(serverSpeaksFirst: true, request: nil, answer: .anything, goodbye: nil)
        case .postgres:
            self = Self(
                serverSpeaksFirst: false, request: StartTLSDialogue.postgresRequest,
                answer: .anything, goodbye: nil)
        case .ldap:
            self = Self(
                serverSpeaksFirst: false, request: StartTLSDialogue.ldapRequest,
                answer: .anything, goodbye: nil)
        case .tcp:
            guard Self.portsWithGreeting.contains(target.port) else { return nil }
            self = Self(serverSpeaksFirst: true, request: nil, answer: .line, goodbye: nil)
        case .https: self = Self.http(target, headers)
        case .tls:
            // The handshake itself is the first answer.
            self = Self(serverSpeaksFirst: false, request: nil, answer: .anything, goodbye: nil)
        case .dns: return nil
        }
    }

    private init(
        serverSpeaksFirst: Bool, request: [UInt8]?, answer: Answer, goodbye: [UInt8]?
    ) {
        self.serverSpeaksFirst = serverSpeaksFirst
        self.request = request
        self.answer = answer
        self.goodbye = goodbye
    }

    private static func lines(_ request: String, _ goodbye: String) -> ServiceDialogue {
        Self(
            serverSpeaksFirst: true, request: Array(request.utf8), answer: .line,
            goodbye: Array(goodbye.utf8))
    }

    /// HEAD, so that no body keeps the connection from being used again.
    private static func http(
        _ target: ProbeTarget, _ headers: [ProbeOptions.HeaderField]
    ) -> ServiceDialogue {
        let lines =
            ["HEAD \(target.path) HTTP/1.1", "Host: \(target.authority)", "User-Agent: inquest"]
            + headers.map { "\($0.name): \($0.value)" }
        let request = lines.joined(separator: "\r\n") + "\r\n\r\n"
        return Self(
            serverSpeaksFirst: false, request: Array(request.utf8), answer: .httpHead,
            goodbye: nil)
    }

    /// IANA's ports of protocols whose server speaks first: FTP, SSH, SMTP, POP3, NNTP, IMAP,
    /// submission, MySQL, VNC, ManageSieve.
    private static let portsWithGreeting: Set<UInt16> = [
        21, 22, 25, 110, 119, 143, 587, 2525, 3306, 4190, 5900,
    ]

    /// Answers longer than this are not waited for.
    static let longestAnswer = 64 * 1024
}

extension ServiceDialogue {
    /// The greeting, or the answer to the request.
    ///
    /// - Throws: `closed` when the peer ends before the answer is whole.
    func readAnswer(
        _ channel: any ByteChannel, _ kind: Answer? = nil, by deadline: Deadline
    ) throws(NetworkFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        while !isWhole(bytes, kind ?? answer) {
            guard bytes.count < Self.longestAnswer else {
                throw .tooMuch(limit: Self.longestAnswer)
            }
            let more = try channel.receive(atMost: 16 * 1024, by: deadline)
            guard !more.isEmpty else { throw .closed }
            bytes += more
        }
        return bytes
    }

    /// TLS where the target speaks it, then greeting or first answer, as far as the protocol has
    /// them. Stages of TLS, `greeting`, `answer`.
    ///
    /// - Returns: what to go on with, and what was answered.
    @discardableResult
    func open(
        _ connection: Connection, by deadline: Deadline
    ) throws(NetworkFailure) -> (channel: any ByteChannel, answer: [UInt8]) {
        let channel = try secured(connection, by: deadline)
        guard serverSpeaksFirst else { return (channel, try exchange(channel, by: deadline)) }
        let greeting = try connection.stage("greeting") { () throws(NetworkFailure) in
            try readAnswer(channel, answer == .taggedLine ? .line : nil, by: deadline)
        }
        return (channel, greeting)
    }

    private func secured(
        _ connection: Connection, by deadline: Deadline
    ) throws(NetworkFailure) -> any ByteChannel {
        let context = connection.context
        guard context.target.scheme.startsWithTLS else { return connection }
        var configuration = context.tlsConfiguration
        // The requests are of HTTP/1.1.
        if context.target.scheme == .https { configuration.applicationProtocols = ["http/1.1"] }
        let tls = try TLSConnection(over: connection, configuration, name: context.serverName)
        try tls.handshake(by: deadline)
        return tls
    }

    /// One request and its whole answer; nothing where the service has no harmless request.
    @discardableResult
    func exchange(
        _ channel: any ByteChannel, by deadline: Deadline
    ) throws(NetworkFailure) -> [UInt8] {
        guard let request else { return [] }
        return try channel.connection.stage("answer") { () throws(NetworkFailure) in
            try channel.send(request, by: deadline)
            return try readAnswer(channel, by: deadline)
        }
    }

    /// The protocol's goodbye, then that of TLS, then FIN; whatever still comes is read.
    func close(_ channel: any ByteChannel) {
        guard channel.connection.isOpen else { return }
        let deadline = Deadline.after(seconds: Self.farewell)
        if let goodbye { try? channel.send(goodbye, by: deadline) }
        channel.closePolitely(by: deadline)
    }

    /// Seconds that a goodbye may take.
    private static let farewell = 1.0

    private func isWhole(_ bytes: [UInt8], _ answer: Answer) -> Bool {
        switch answer {
        case .anything: return !bytes.isEmpty
        case .httpHead: return bytes.count >= 4 && endsHead(bytes)
        case .line, .taggedLine:
            guard bytes.last == 0x0A else { return false }
            let last = bytes.dropLast().split(separator: 0x0A).last ?? []
            if answer == .taggedLine { return last.starts(with: Array("a ".utf8)) }
            let isContinued = last.count > 3 && last[last.startIndex + 3] == UInt8(ascii: "-")
            return !isContinued || !last.prefix(3).allSatisfy { 0x30...0x39 ~= $0 }
        }
    }

    private func endsHead(_ bytes: [UInt8]) -> Bool {
        let end: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]
        return bytes.indices.contains { bytes[$0...].starts(with: end) }
    }
}
