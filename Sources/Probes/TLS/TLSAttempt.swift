internal import Casebook

/// What one connection with one ClientHello showed, as values.
struct TLSAttempt: Sendable {
    var address: SocketAddress
    /// `nil` when the handshake was completed.
    var failure: NetworkFailure?
    /// Whether the TCP connection was established.
    var isConnected = false
    /// Nanoseconds from the ClientHello to the first bytes of the answer.
    var answerDelay: Int64?
    /// Nanoseconds from the ClientHello to the end of the handshake, good or bad.
    var duration: Int64 = 0
    var version: TLSOptions.Version?
    /// IANA's name.
    var suite: String?
    /// OpenSSL's name, as its lists want it.
    var librarySuite: String?
    var group: String?
    var applicationProtocol: String?
    var certificates: [Certificate] = []
    var wantsClientCertificate = false
    var certificateRequestLength = 0
    /// Also one that came after the handshake, as TLS 1.3 servers send it for a missing certificate.
    var alert: UInt8?
    /// Every alert of the server but close_notify, warnings too.
    var alerts: [UInt8] = []
    /// RFC 5746; meaningless in TLS 1.3.
    var hasSecureRenegotiation = false
    var hasServerHello = false
    /// At least one whole message or alert came from the server.
    var heardTLS = false
    var isResumed = false
    var stapleLength: Int?
    var history = ""
    var helloLength = 0

    var isGood: Bool { failure == nil && alert == nil }

    /// How to make it.
    struct Plan {
        var configuration: TLSConfiguration
        var name: String?
        var label = ""
        var session: TLSSession?
        var hello = TLSConnection.HelloShape()
        var settings = Connection.Settings()
        /// Seconds that connect and handshake may take, each; `nil` is the user's timeout.
        var limit: Double?
    }

    /// Connects, speaks the handshake, does `then` on the open connection and closes politely.
    static func make(
        _ context: ProbeContext, _ address: SocketAddress, _ plan: Plan,
        then: (TLSConnection) -> Void = { _ in }
    ) -> TLSAttempt {
        var attempt = TLSAttempt(address: address)
        let connection = Connection(context, to: address, label: plan.label)
        let limit = plan.limit ?? context.options.timeout
        do throws(NetworkFailure) {
            try connection.connect(by: .after(seconds: limit), plan.settings)
            attempt.isConnected = true
            let tls = try TLSConnection(
                over: connection, plan.configuration, name: plan.name, session: plan.session,
                hello: plan.hello)
            attempt.speak(tls, by: .after(seconds: limit), then: then)
        } catch {
            attempt.failure = error
        }
        connection.close()
        return attempt
    }

    private mutating func speak(
        _ tls: TLSConnection, by deadline: Deadline, then: (TLSConnection) -> Void
    ) {
        let begin = MonotonicInstant.now
        do throws(NetworkFailure) {
            try tls.handshake(by: deadline)
        } catch {
            failure = error
        }
        duration = .init(MonotonicInstant.now - (tls.helloSent ?? begin))
        if failure == nil {
            if tls.wantsClientCertificate { Self.awaitRefusal(tls, by: deadline) }
            then(tls)
        }
        read(tls)
        tls.closePolitely(by: deadline.within(seconds: 1))
    }

    /// A TLS 1.3 server judges the client's certificate after our side of the handshake is done.
    private static func awaitRefusal(_ tls: TLSConnection, by deadline: Deadline) {
        guard tls.version == .tls13 else { return }
        _ = try? tls.receive(atMost: 1, by: deadline.within(seconds: 1))
    }

    private mutating func read(_ tls: TLSConnection) {
        answerDelay = tls.answerDelay
        version = tls.version
        suite = tls.cipherSuite
        librarySuite = tls.libraryCipherSuite
        group = tls.group
        applicationProtocol = tls.applicationProtocol
        certificates = tls.peerCertificates
        wantsClientCertificate = tls.wantsClientCertificate
        certificateRequestLength = tls.recorder.certificateRequestLength
        alert = tls.recorder.alert
        alerts = tls.recorder.messages.compactMap { message in
            guard !message.isOurs, case .alert(_, let number) = message.kind, number != 0 else {
                return nil
            }
            return number
        }
        // From the message itself: OpenSSL reads no extensions of a version that it refuses.
        hasSecureRenegotiation =
            tls.serverHello?.has(HelloFacts.ExtensionType.renegotiationInfo) ?? false
        hasServerHello = tls.serverHello != nil
        heardTLS = tls.recorder.messages.contains { !$0.isOurs }
        isResumed = tls.isResumed
        stapleLength = tls.stapleLength
        history = tls.history
        helloLength = tls.recorder.clientHello.count
    }
}

extension TLSAttempt {
    /// One line for a person.
    var summary: String {
        if let failure { return place(failure) }
        let words = [
            version?.name, suite, group, applicationProtocol.map { "ALPN \(printable($0.utf8))" },
        ].compactMap(\.self).joined(separator: ", ")
        return words + (alert.map { "; then TLS alert \($0) (\(alertName($0)))" } ?? "")
    }

    /// The failure, with how far the handshake had come where the failure does not say it.
    private func place(_ failure: NetworkFailure) -> String {
        if let version { return "\(version.name) chosen, then \(failure)" }
        guard isConnected, [.timedOut, .reset, .closed].contains(failure) else {
            return "\(failure)"
        }
        // A reset may have come before it.
        let isCut = heardTLS || failure == .reset
        return "\(failure) \(isCut ? "in the handshake" : "after the ClientHello")"
    }

    /// The leaf, short enough for a summary and safe to print.
    var leafName: String {
        guard let leaf = certificates.first else { return "no certificate" }
        return "\(printable(leaf.subject.utf8)) (serial \(leaf.serial.prefix(40)))"
    }

    var details: [ProbeReport.Detail] {
        var details: [ProbeReport.Detail] = []
        func add(_ name: String, _ value: String?) {
            if let value { details.append(.init(name, value)) }
        }
        add("version", version?.name)
        add("suite", suite)
        add("group", group)
        add("alpn", applicationProtocol)
        add("alert", alert.map { "\($0) \(alertName($0))" })
        add("history", history.isEmpty ? nil : history)
        add("first-record", answerDelay.map(secondsText))
        for (index, certificate) in certificates.enumerated() {
            add(
                "certificate.\(index)",
                "\(certificate.subject); issuer \(certificate.issuer); serial \(certificate.serial)"
                    + "; valid \(dateText(certificate.notBefore)) to \(dateText(certificate.notAfter))"
            )
        }
        if let leaf = certificates.first, !leaf.alternativeNames.isEmpty {
            add("names", leaf.alternativeNames.joined(separator: ", "))
        }
        return details
    }
}
