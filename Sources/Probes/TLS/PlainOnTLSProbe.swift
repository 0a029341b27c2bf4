public import Casebook

/// Does the port speak TLS to somebody who speaks plain HTTP?
public enum PlainOnTLSProbe: Probe {
    public static let name = "tls-plain"
    public static let summary = "sends a request in plain text and looks for TLS in the answer"
    public static let findings: [FactID] = ["probe.tls.plain-port-speaks-tls"]
    public static let effect = EffectClass.normal
    public static let schemes: Set<ProbeTarget.Scheme> = [.tls, .http, .https]

    /// What nginx 1.22, Apache 2.4, Go 1.21 and HAProxy-like proxies write.
    private static let words = [
        "plain http request was sent to https port", "speaking plain http to an ssl-enabled",
        "client sent an http request to an https server", "requires tls", "use https",
    ]

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        ProbePlan(
            connections: addresses, bytes: 100 * addresses,
            seconds: Double(addresses) * (2 * options.timeout + 1),
            description: "one HTTP request in plain text to each address")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        context.reportOfAddresses { address, report in
            let judgement = ask(address, context)
            report.results.append(
                .init(
                    address: address.description, isGood: judgement.state == .absent,
                    summary: judgement.summary))
            return [findings[0]: judgement]
        }
    }

    private static func ask(_ address: SocketAddress, _ context: ProbeContext) -> Judgement {
        let connection = Connection(context, to: address, label: "plain text")
        do throws(NetworkFailure) {
            try connection.connect(by: context.attempt)
            let deadline = context.attempt
            let request =
                "GET / HTTP/1.0\r\nHost: \(context.target.hostField)\r\n"
                + "User-Agent: inquest\r\n\r\n"
            try connection.send(Array(request.utf8), by: deadline)
            let answer = try connection.stage("first-byte") { () throws(NetworkFailure) in
                try connection.receive(by: deadline)
            }
            let judgement = judge(answer)
            connection.closePolitely(by: .after(seconds: 1))
            return judgement
        } catch {
            return .unknown("no answer to a request in plain text: \(error)")
        }
    }

    private static func judge(_ answer: [UInt8]) -> Judgement {
        guard !answer.isEmpty else {
            return .unknown("the request in plain text was met by FIN alone")
        }
        // ContentType alert, version 3.x (RFC 8446 §5.1).
        if answer.count >= 2, answer[0] == 21, answer[1] == 3 {
            return .present("a request in plain text was answered by a TLS alert record")
        }
        let text = printable(answer, atMost: 2000).lowercased()
        if let found = words.first(where: text.contains) {
            return .present("a request in plain text was answered with “\(found)”")
        }
        return .absent(
            "a request in plain text was answered with “\(printable(answer, atMost: 30))”")
    }
}
