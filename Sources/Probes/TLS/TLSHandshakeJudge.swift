internal import Casebook

/// Findings that the handshakes of the `tls` probe show.
enum TLSHandshakeJudge {
    static let findings: [FactID] = [
        "probe.tls.handshake-timeout", "probe.tls.slow-server-flight", "probe.tls.alert",
        "probe.tls.cut-after-hello", "probe.tls.client-cert-wanted", "probe.tls.ca-list-large",
        "probe.tls.alpn-not-h2",
        "probe.tls.no-secure-renegotiation", "probe.tls.port-speaks-plain",
    ]

    /// Thresholds of findings.yaml, in seconds and nanoseconds.
    private static let silence = 10.0
    private static let slow: Int64 = 1_000_000_000
    private static let largeList = 12 * 1024
    private static let promptly: Int64 = 1_000_000_000

    static func judge(_ id: FactID, _ view: TLSProbe.View, _ context: ProbeContext) -> Judgement? {
        guard findings.contains(id) else { return nil }
        let first = view.first
        guard first.isConnected else { return .unknown("no connection: \(first.summary)") }
        if first.failure == .cancelled { return .unknown("interrupted") }
        return switch id {
        case "probe.tls.handshake-timeout": silence(first, context)
        case "probe.tls.slow-server-flight": slowness(view)
        case "probe.tls.alert": alert(first)
        case "probe.tls.cut-after-hello": cut(first)
        case "probe.tls.client-cert-wanted": clientCertificate(first)
        case "probe.tls.ca-list-large": authorities(first)
        case "probe.tls.alpn-not-h2": applicationProtocol(first, context)
        case "probe.tls.no-secure-renegotiation": renegotiation(view)
        default: plain(first)
        }
    }

    private static func silence(_ first: TLSAttempt, _ context: ProbeContext) -> Judgement {
        guard first.failure == .timedOut, first.answerDelay == nil else {
            return .absent("the server answered the ClientHello")
        }
        guard context.options.timeout >= silence else {
            return .unknown(
                "no answer in the \(context.options.timeout) s that --timeout allows; the finding "
                    + "speaks of \(Int(silence)) s")
        }
        return .present(
            "connected, and no record in \(secondsText(first.duration)) after the ClientHello",
            .init(value: Double(first.duration) / 1e9, unit: "s"))
    }

    /// Nanoseconds to the first record of each try that got one, shortest first.
    private static func delays(_ tries: [TLSAttempt]) -> [Int64] {
        tries.filter { $0.heardTLS }.compactMap(\.answerDelay).sorted()
    }

    /// Two of three that are quick make the median quick, whatever the third is.
    static func needsThirdTry(_ tries: [TLSAttempt]) -> Bool {
        delays(tries).count { $0 < slow } < 2
    }

    private static func slowness(_ view: TLSProbe.View) -> Judgement {
        let delays = delays(view.tries)
        guard delays.count >= TLSProbe.tries || !needsThirdTry(view.tries) else {
            return .unknown("\(delays.count) of \(view.tries.count) tries got a record of TLS")
        }
        let median = delays[delays.count / 2]
        let measure = Evidence.Measure(value: Double(median) / 1e9, unit: "s")
        let text =
            "the first record came \(secondsText(median)) after the ClientHello (median of "
            + "\(delays.count))"
        return median >= slow ? .present(text, measure) : .absent(text, measure)
    }

    private static func alert(_ first: TLSAttempt) -> Judgement {
        if let alert = first.alert {
            return .present(
                "alert \(alert) (\(alertName(alert))) \(first.failure == nil ? "after" : "in") "
                    + "the handshake")
        }
        return first.failure == nil
            ? .absent("the handshake was completed") : .unless(first, "the server sent no alert")
    }

    private static func cut(_ first: TLSAttempt) -> Judgement {
        guard [.closed, .reset].contains(first.failure), !first.heardTLS else {
            return .absent("the server did not cut the connection after the ClientHello")
        }
        let how = first.failure == .reset ? "reset" : "closed"
        let measure = Evidence.Measure(value: Double(first.duration) / 1e6, unit: "ms")
        let text = "\(how) \(secondsText(first.duration)) after the ClientHello, without an alert"
        return first.duration <= promptly ? .present(text, measure) : .absent(text, measure)
    }

    private static func clientCertificate(_ first: TLSAttempt) -> Judgement {
        if first.wantsClientCertificate {
            return .present(
                "the server asked for a client's certificate"
                    + (first.alert.map { " and answered with alert \($0) (\(alertName($0)))" } ?? "")
            )
        }
        // certificate_required (RFC 8446 §6.2).
        if first.alert == 116 { return .present("alert 116 (certificate_required)") }
        return first.failure == nil
            ? .absent("a handshake without a client's certificate was completed")
            : .unknown("the handshake ended before the server could ask: \(first.summary)")
    }

    /// The message holds little besides the names: a list of signature algorithms.
    private static func authorities(_ first: TLSAttempt) -> Judgement {
        let length = first.certificateRequestLength
        guard length > 0 else {
            return first.failure == nil
                ? .absent("the server asks for no client's certificate")
                : .unknown("the handshake ended before the server could ask: \(first.summary)")
        }
        let measure = Evidence.Measure(value: Double(length), unit: "bytes")
        let text = "the CertificateRequest has \(length) bytes"
        return length >= largeList ? .present(text, measure) : .absent(text, measure)
    }

    private static func applicationProtocol(
        _ first: TLSAttempt, _ context: ProbeContext
    ) -> Judgement {
        let offered = context.tlsConfiguration.applicationProtocols
        guard offered.contains("h2"), offered.contains("http/1.1") else {
            return .unknown("h2 and http/1.1 were not offered; use https:// or --alpn h2,http/1.1")
        }
        guard first.failure == nil else {
            return .unknown("no handshake was completed: \(first.summary)")
        }
        if first.applicationProtocol == "h2" { return .absent("the server chose h2") }
        return .present(
            "h2 and http/1.1 were offered; the server chose "
                + (first.applicationProtocol.map { printable($0.utf8) } ?? "nothing"))
    }

    private static func renegotiation(_ view: TLSProbe.View) -> Judgement {
        guard let old = view.old else {
            return .unknown(
                "no ServerHello of TLS 1.2 or below: \(view.others.first?.summary ?? "not asked")")
        }
        return old.hasSecureRenegotiation
            ? .absent("the ServerHello carries renegotiation_info")
            : .present("the \(old.version?.name ?? "") ServerHello lacks renegotiation_info")
    }

    private static func plain(_ first: TLSAttempt) -> Judgement {
        if case .notTLS(let bytes) = first.failure {
            return .present("the ClientHello was answered with “\(printable(bytes))”")
        }
        return first.failure == .timedOut && first.answerDelay == nil
            ? .unknown("the ClientHello was not answered") : .absent("no answer in plain text")
    }
}

extension Judgement {
    /// Absent, unless the attempt ended in a way in which the server had no chance to show it.
    static func unless(_ attempt: TLSAttempt, _ summary: String) -> Judgement {
        switch attempt.failure {
        case .timedOut: .unknown("the handshake timed out")
        case .cancelled: .unknown("interrupted")
        case .local(let call, let code): .unknown("\(call): \(errorText(code))")
        default: .absent(summary)
        }
    }
}
