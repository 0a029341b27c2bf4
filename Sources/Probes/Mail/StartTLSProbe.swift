public import Casebook

/// Does a service that begins in plain text go over to TLS?
public enum StartTLSProbe: Probe {
    public static let name = "starttls"
    public static let summary = "asks for TLS in the service's own words, then speaks the handshake"
    public static let findings: [FactID] = [
        "probe.mail.starttls-missing", "probe.mail.banner-masked",
    ]
    public static let effect = EffectClass.normal
    public static let schemes: Set<ProbeTarget.Scheme> = [
        .smtp, .imap, .pop3, .ldap, .postgres, .mysql,
    ]

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        ProbePlan(
            connections: addresses, bytes: addresses * 1000,
            seconds: Double(addresses) * 2 * options.timeout,
            description: "one connection to each address: greeting, capabilities, the wish for "
                + "TLS, a handshake")
    }

    /// What one address showed.
    private struct Attempt {
        var outcome = StartTLSDialogue.Outcome()
        /// Of the dialogue or of the handshake.
        var failure: NetworkFailure?
        var isConnected = false
        /// `TLS 1.3`, once the handshake was completed.
        var version: String?
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        let addresses: [SocketAddress]
        do throws(NetworkFailure) {
            addresses = try context.addresses()
        } catch {
            return context.failed("\(context.target.host): \(error)")
        }
        var report = context.report()
        var attempts: [(SocketAddress, Attempt)] = []
        for address in addresses where !context.cancellation.isCancelled {
            let attempt = ask(address, context)
            attempts.append((address, attempt))
            report.results.append(result(address, attempt))
        }
        let isMail: Set<ProbeTarget.Scheme> = [.smtp, .imap, .pop3]
        guard isMail.contains(context.target.scheme) else {
            report.evidence = findings.map {
                context.evidence(
                    $0, .unknown, "a question of mail, not of \(context.target.scheme)")
            }
            return report
        }
        report.evidence = [
            context.evidence(findings[0], of: attempts.map { ($0, missing($1)) }),
            context.evidence(
                findings[1], of: attempts.map { ($0, masked($1, context.target.scheme)) }),
        ]
        return report
    }

    private static func ask(_ address: SocketAddress, _ context: ProbeContext) -> Attempt {
        var attempt = Attempt()
        let connection = Connection(context, to: address, label: "starttls")
        do throws(NetworkFailure) {
            try connection.connect(by: context.attempt)
            attempt.isConnected = true
            try connection.stage("starttls") { () throws(NetworkFailure) in
                var dialogue = StartTLSDialogue(connection, by: context.attempt)
                try dialogue.run(context.target.scheme, &attempt.outcome)
            }
            guard attempt.outcome.isReady else {
                ServiceDialogue(for: context.target)?.close(connection)
                return attempt
            }
            let tls = try TLSConnection(
                over: connection, context.tlsConfiguration, name: context.serverName)
            try tls.handshake(by: context.attempt)
            attempt.version = tls.version?.name
            tls.closePolitely(by: .after(seconds: 1))
        } catch {
            attempt.failure = error
        }
        connection.closePolitely(by: .after(seconds: 1))
        return attempt
    }

    private static func result(
        _ address: SocketAddress, _ attempt: Attempt
    ) -> ProbeReport.AddressResult {
        let outcome = attempt.outcome
        let text: String
        if let version = attempt.version {
            text = "goes over to \(version)"
        } else if let failure = attempt.failure {
            let place = attempt.isConnected ? "before TLS: " : ""
            text = outcome.isReady ? "agrees to TLS, then: \(failure)" : "\(place)\(failure)"
        } else {
            let answer = printable(outcome.answer)
            text = "does not go over to TLS: \(answer.isEmpty ? "no readable answer" : answer)"
        }
        var details: [ProbeReport.Detail] = []
        if !outcome.greeting.isEmpty {
            details.append(.init("greeting", printable(outcome.greeting, atMost: 200)))
        }
        if !outcome.capabilities.isEmpty {
            let list = outcome.capabilities.map { printable($0) }
            details.append(.init("capabilities", list.joined(separator: ", ")))
        }
        return .init(
            address: address.description, isGood: attempt.version != nil, summary: text,
            details: details)
    }

    private static func missing(_ attempt: Attempt) -> Judgement {
        switch attempt.outcome.offer {
        case .made: return .absent("the server offers to go over to TLS")
        case .masked:
            return .present("a word of X stands among the capabilities in the place of STARTTLS")
        case .missing:
            return .present(
                "the capabilities lack STARTTLS; ask from another network whether the way takes "
                    + "it out")
        case .unknown:
            return .unknown(attempt.failure.map { "\($0)" } ?? "the server did not get so far")
        }
    }

    private static func masked(_ attempt: Attempt, _ scheme: ProbeTarget.Scheme) -> Judgement {
        guard scheme == .smtp else { return .unknown("only SMTP greetings are masked") }
        let greeting = attempt.outcome.greeting
        guard !greeting.isEmpty else {
            return .unknown(attempt.failure.map { "\($0)" } ?? "no greeting came")
        }
        // Asterisks for all but the code, and now and then a 2 or a 0 that was let through.
        let text = greeting.dropFirst(4).filter { $0 != 0x20 }
        let stars = text.count { $0 == UInt8(ascii: "*") }
        let isMasked =
            greeting.starts(with: Array("220".utf8)) && stars >= 4
            && stars * 10 >= text.count * 7
        return isMasked
            ? .present("the greeting is \(printable(greeting))")
            : .absent("the greeting is readable")
    }
}
