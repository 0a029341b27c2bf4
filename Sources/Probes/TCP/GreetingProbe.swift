public import Casebook

/// Does the service speak, when it should begin or when it is asked?
public enum GreetingProbe: Probe {
    public static let name = "greeting"
    public static let summary = "waits for the greeting, or for the answer to a harmless request"
    public static let findings: [FactID] = [
        "probe.app.no-greeting", "probe.app.greeting-late", "probe.app.no-answer-after-connect",
    ]
    public static let effect = EffectClass.normal
    public static let schemes: Set<ProbeTarget.Scheme> = [
        .tcp, .http, .smtp, .imap, .pop3, .ldap, .postgres, .mysql,
    ]

    /// Thresholds of casebook/findings.yaml, in seconds.
    private static let missing = 5.0
    private static let late = 4.0
    private static let unanswered = 10.0

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        let dialogue = ServiceDialogue(for: target, headers: options.headers)
        return ProbePlan(
            connections: addresses, bytes: addresses * (dialogue?.request?.count ?? 0),
            seconds: Double(addresses) * options.timeout,
            description: "one connection to each address, a greeting or one harmless request, a "
                + "polite goodbye")
    }

    /// What one address showed.
    private struct Attempt {
        var address: SocketAddress
        /// Seconds from the end of connect to the first byte; `nil` when none came.
        var firstByte: Double?
        /// Seconds waited in vain.
        var waited = 0.0
        var failure: NetworkFailure?
        var isConnected = false
        /// All that was sent was acknowledged by the kernel of the other side.
        var isAcknowledged = false
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        let addresses: [SocketAddress]
        do throws(NetworkFailure) {
            addresses = try context.addresses()
        } catch {
            return context.failed("\(context.target.host): \(error)")
        }
        // Without knowledge of the protocol the greeting is waited for and nothing is sent.
        let dialogue = ServiceDialogue(for: context.target, headers: context.options.headers)
        var attempts: [Attempt] = []
        for address in addresses where !context.cancellation.isCancelled {
            attempts.append(ask(address, dialogue, context))
        }
        var report = context.report()
        report.results = attempts.map(result)
        report.measures = attempts.compactMap { attempt in
            attempt.firstByte.map {
                .init(name: "first-byte", value: $0, unit: "s", address: "\(attempt.address)")
            }
        }
        report.evidence =
            dialogue.map { $0.serverSpeaksFirst ? greetings(attempts, context) : [] }
            ?? unknowns(
                attempts, context)
        if let dialogue, !dialogue.serverSpeaksFirst {
            report.evidence = [answers(attempts, context)]
        }
        return report
    }

    private static func ask(
        _ address: SocketAddress, _ dialogue: ServiceDialogue?, _ context: ProbeContext
    ) -> Attempt {
        let connection = Connection(context, to: address, label: "greeting")
        var attempt = Attempt(address: address)
        do throws(NetworkFailure) {
            try connection.connect(by: context.attempt)
            attempt.isConnected = true
            let begin = MonotonicInstant.now
            defer { attempt.waited = Double(MonotonicInstant.now - begin) / 1e9 }
            if let request = dialogue?.request, dialogue?.serverSpeaksFirst == false {
                try connection.send(request, by: context.attempt)
            }
            let bytes = try connection.stage("first-byte") { () throws(NetworkFailure) in
                try connection.receive(by: context.attempt)
            }
            guard !bytes.isEmpty else { throw .closed }
            attempt.firstByte = Double(MonotonicInstant.now - begin) / 1e9
        } catch {
            attempt.failure = error
        }
        attempt.isAcknowledged = connection.tcpInfo?.unacknowledged == 0
        dialogue?.close(connection)
        connection.closePolitely(by: .after(seconds: 1))
        return attempt
    }

    private static func result(_ attempt: Attempt) -> ProbeReport.AddressResult {
        let text =
            attempt.firstByte.map { "first byte after \(rounded($0)) s" }
            ?? attempt.failure.map { "\($0)" } ?? "no byte"
        return .init(
            address: attempt.address.description, isGood: attempt.firstByte != nil, summary: text)
    }

    private static func greetings(_ attempts: [Attempt], _ context: ProbeContext) -> [Evidence] {
        let connected = attempts.filter(\.isConnected)
        guard !connected.isEmpty else { return [] }
        let silent = connected.filter {
            ($0.firstByte ?? 0) >= missing || ($0.failure == .timedOut && $0.waited >= missing)
        }
        let slow = connected.filter { ($0.firstByte ?? 0) >= late }
        let unsettled = connected.contains { $0.firstByte == nil }
        return [
            evidence(
                "probe.app.no-greeting", silent, context,
                "no byte within \(Int(missing)) s of the connect",
                unsettled ? nil : "the service greets"),
            evidence(
                "probe.app.greeting-late", slow, context,
                "the greeting came \(Int(late)) s or more after the connect",
                unsettled ? nil : "the greeting is prompt"),
        ]
    }

    /// `absent` is `nil` when some address did not settle it.
    private static func evidence(
        _ id: FactID, _ shown: [Attempt], _ context: ProbeContext, _ present: String,
        _ absent: String?
    ) -> Evidence {
        if let first = shown.first {
            return context.evidence(
                id, .present, "\(first.address): \(present)", count: shown.count,
                measure: .init(value: rounded(first.firstByte ?? first.waited), unit: "s"))
        }
        if let absent { return context.evidence(id, .absent, absent) }
        return context.evidence(id, .unknown, "the connection ended, or --timeout was too short")
    }

    private static func answers(_ attempts: [Attempt], _ context: ProbeContext) -> Evidence {
        let id = "probe.app.no-answer-after-connect"
        let connected = attempts.filter(\.isConnected)
        let silent = connected.filter {
            $0.failure == .timedOut && $0.isAcknowledged && $0.waited >= unanswered * 0.99
        }
        return evidence(
            id, silent, context, "the request was acknowledged and not answered",
            !connected.isEmpty && connected.allSatisfy { $0.firstByte != nil }
                ? "the request is answered" : nil)
    }

    /// A port of which the protocol is not known: bytes settle it, silence does not.
    private static func unknowns(_ attempts: [Attempt], _ context: ProbeContext) -> [Evidence] {
        if attempts.contains(where: { $0.firstByte != nil }) { return greetings(attempts, context) }
        return ["probe.app.no-greeting", "probe.app.greeting-late"].map {
            context.evidence(
                $0, .unknown,
                "it is not known whether the server speaks first on port "
                    + "\(context.target.port); name the protocol, for example smtp://")
        }
    }
}

/// To milliseconds.
func rounded(_ seconds: Double) -> Double { (seconds * 1000).rounded() / 1000 }
