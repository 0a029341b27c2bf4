public import Casebook

/// Does the service want a PROXY header before the first byte, or does it stumble over one?
public enum ProxyProtocolProbe: Probe {
    public static let name = "proxy-protocol"
    public static let summary = "sends the same request bare and behind a PROXY header"
    public static let findings: [FactID] = ["probe.proxyproto.needed"]
    public static let effect = EffectClass.normal
    public static let schemes: Set<ProbeTarget.Scheme> = [.http, .smtp, .imap, .pop3, .tls, .https]

    /// Seconds; a server that waits for a header says nothing.
    private static let patience = 4.0
    /// Of each kind, in turns.
    private static let tries = 2

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        ProbePlan(
            connections: 2 * tries * addresses, bytes: 2 * tries * addresses * 700,
            seconds: Double(2 * tries * addresses) * patience,
            description: "\(tries) requests or handshakes bare and \(tries) behind a header of the "
                + "PROXY protocol, version 1, to each address")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        let addresses: [SocketAddress]
        do throws(NetworkFailure) {
            addresses = try context.addresses()
        } catch {
            return context.failed("\(context.target.host): \(error)")
        }
        var report = context.report()
        var judgements: [(SocketAddress, Judgement)] = []
        for address in addresses where !context.cancellation.isCancelled {
            var bare: [String?] = []
            var headed: [String?] = []
            for _ in 0..<tries {
                bare.append(ask(address, withHeader: false, context))
                headed.append(ask(address, withHeader: true, context))
            }
            for (name, failures) in [("bare", bare), ("with PROXY header", headed)] {
                let text = failures.compactMap(\.self).first ?? "answered"
                report.results.append(
                    .init(
                        address: address.description, isGood: failures.allSatisfy { $0 == nil },
                        summary: "\(name): \(text)"))
            }
            judgements.append((address, judge(bare, headed)))
        }
        report.evidence = [context.evidence(findings[0], of: judgements)]
        return report
    }

    /// `nil` when there was an answer.
    private static func ask(
        _ address: SocketAddress, withHeader: Bool, _ context: ProbeContext
    ) -> String? {
        let connection = Connection(
            context, to: address, label: withHeader ? "PROXY header" : "bare")
        defer { connection.closePolitely(by: .after(seconds: 1)) }
        let deadline = Deadline.after(seconds: patience)
        do throws(NetworkFailure) {
            try connection.connect(by: deadline)
            if withHeader { try connection.send(header(connection), by: deadline) }
            guard !context.target.scheme.startsWithTLS else {
                let tls = try TLSConnection(
                    over: connection, context.tlsConfiguration, name: context.serverName)
                try tls.handshake(by: deadline)
                tls.closePolitely(by: .after(seconds: 1))
                return nil
            }
            let dialogue = ServiceDialogue(for: context.target, headers: context.options.headers)
            let answer = try dialogue?.open(connection, by: deadline).answer ?? []
            dialogue?.close(connection)
            return refusal(answer)
        } catch {
            return "\(error)"
        }
    }

    /// A header taken for a request, or a request taken for a header, is a bad request; a mail
    /// server that missed its header says so in place of a greeting.
    private static func refusal(_ answer: [UInt8]) -> String? {
        let text = printable(answer, atMost: 40)
        if text.hasPrefix("HTTP/1."), text.dropFirst(9).hasPrefix("400") { return text }
        let refusals = ["4", "5", "-ERR", "* BYE"]
        return refusals.contains(where: text.hasPrefix) ? text : nil
    }

    /// "The PROXY protocol", version 1, §2.1, with this connection's own addresses.
    private static func header(_ connection: Connection) -> [UInt8] {
        let remote = connection.remote
        let local = connection.localAddress ?? remote
        func plain(_ host: String) -> String { String(host.prefix { $0 != "%" }) }
        return Array(
            ("PROXY \(remote.isIPv6 ? "TCP6" : "TCP4") \(plain(local.host)) \(plain(remote.host)) "
                + "\(local.port) \(remote.port)\r\n").utf8)
    }

    private static func judge(_ bare: [String?], _ headed: [String?]) -> Judgement {
        let bareWorks = bare.allSatisfy { $0 == nil }
        let headedWorks = headed.allSatisfy { $0 == nil }
        let bareFails = bare.allSatisfy { $0 != nil }
        if headedWorks, bareFails {
            return .present("behind a PROXY header the request is answered, bare it is not")
        }
        if bareWorks { return .absent("the bare request is answered") }
        return .unknown("neither kind is answered each time")
    }
}
