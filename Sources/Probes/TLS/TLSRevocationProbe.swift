public import Casebook

/// Do the hosts that say whether the certificate is revoked answer?
public enum TLSRevocationProbe: Probe {
    public static let name = "tls-revocation"
    public static let summary =
        "asks the OCSP and CRL hosts that the certificate names, one request each"
    public static let findings: [FactID] = ["probe.tls.revocation-host-slow"]
    public static let effect = EffectClass.normal
    public static let schemes: Set<ProbeTarget.Scheme> = [.tls, .https]

    /// Seconds without an answer that make a host slow (findings.yaml).
    private static let patience = 3.0
    private static let mostURLs = 4

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        ProbePlan(
            connections: addresses * (1 + 2 * mostURLs), bytes: addresses * 3000,
            seconds: Double(addresses) * (2 * options.timeout + Double(2 * mostURLs) * patience),
            description: "one handshake with each address, then one HTTP request to each host that "
                + "the leaf names for OCSP and CRLs")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        var known: [String: Judgement] = [:]
        return context.reportOfAddresses { address, report in
            var configuration = context.tlsConfiguration
            configuration.asksForStaple = true
            let attempt = TLSAttempt.make(
                context, address, .init(configuration: configuration, name: context.serverName))
            report.results.append(
                .init(
                    address: address.description, isGood: attempt.isGood,
                    summary: attempt.stapleLength.map { "staples an OCSP response of \($0) bytes" }
                        ?? "staples no OCSP response"))
            guard let leaf = attempt.certificates.first else {
                return [findings[0]: .unknown("no certificate came: \(attempt.summary)")]
            }
            let urls = (leaf.ocspURLs + leaf.crlURLs).filter { $0.hasPrefix("http://") }
            guard !urls.isEmpty else {
                return [findings[0]: .absent("the leaf names no OCSP or CRL host over HTTP")]
            }
            var judgements: [Judgement] = []
            for url in urls.prefix(mostURLs) where !context.cancellation.isCancelled {
                let judgement = known[url] ?? ask(url, context, &report)
                known[url] = judgement
                judgements.append(judgement)
            }
            return [findings[0]: worst(judgements)]
        }
    }

    private static func worst(_ judgements: [Judgement]) -> Judgement {
        judgements.first { $0.state == .present } ?? judgements.first { $0.state == .unknown }
            ?? judgements.first ?? .unknown("interrupted")
    }

    private static func ask(
        _ url: String, _ context: ProbeContext, _ report: inout ProbeReport
    ) -> Judgement {
        let shown = printable(url.utf8, atMost: 200)
        guard let target = try? ProbeTarget(parsing: url) else {
            return .unknown("not a URL that can be asked: \(shown)")
        }
        let begin = MonotonicInstant.now
        var failure: NetworkFailure?
        do throws(NetworkFailure) {
            for address in try addresses(of: target, context) {
                try request(target, at: address, context)
            }
        } catch {
            failure = error
        }
        let duration = MonotonicInstant.now - begin
        let outcome = failure.map { "\($0)" } ?? "answered in \(secondsText(duration))"
        report.results.append(
            .init(address: shown, isGood: failure == nil, summary: outcome))
        let measure = Evidence.Measure(value: Double(duration) / 1e9, unit: "s")
        return switch failure {
        case .cancelled: .unknown("interrupted")
        case .timedOut: .present("\(shown) gave no answer in \(Int(patience)) s", measure)
        case .some(let other): .absent("\(shown) failed at once: \(other)")
        case nil: .absent("\(shown) answered in \(secondsText(duration))", measure)
        }
    }

    private static func addresses(
        of target: ProbeTarget, _ context: ProbeContext
    ) throws(NetworkFailure) -> [SocketAddress] {
        let found = try Resolution.addresses(
            of: target.host, port: target.port, family: context.options.family,
            by: .after(seconds: patience), context.cancellation)
        return Array(found.prefix(2))
    }

    /// Any byte of an answer is enough: whether the list is right is not asked here.
    private static func request(
        _ target: ProbeTarget, at address: SocketAddress, _ context: ProbeContext
    ) throws(NetworkFailure) {
        let deadline = Deadline.after(seconds: patience)
        let connection = Connection(context, to: address, label: "revocation \(target.host)")
        connection.receiveLimit = 64 * 1024
        try connection.connect(by: deadline, .init(isPaced: false))
        let text =
            "GET \(target.path) HTTP/1.1\r\nHost: \(target.hostField)\r\nUser-Agent: inquest\r\n"
            + "Connection: close\r\n\r\n"
        try connection.send(Array(text.utf8), by: deadline)
        let answer = try connection.stage("first-byte") { () throws(NetworkFailure) in
            try connection.receive(by: deadline)
        }
        guard !answer.isEmpty else { throw .closed }
        connection.closePolitely(by: .after(seconds: 1))
    }
}
