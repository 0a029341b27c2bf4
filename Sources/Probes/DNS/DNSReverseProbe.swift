public import Casebook
internal import Dissection

/// How long does a server wait that looks up its client's name before it greets?
public enum DNSReverseProbe: Probe {
    public static let name = "dns-reverse"
    public static let summary =
        "looks up the name of an address (PTR), as servers do with their client's; run it there"
    public static let findings: [FactID] = ["probe.dns.ptr-slow"]
    public static let effect = EffectClass.normal
    /// Not part of any other target's bundle: a client's name is no question to a server.
    public static let schemes: Set<ProbeTarget.Scheme> = [.dns]

    /// Nanoseconds (probe.dns.ptr-slow).
    private static let slow: Int64 = 2_000_000_000
    /// Seconds for one server, whatever resolv.conf says.
    private static let longestPatience = 5.0

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        let servers =
            options.dns.resolvers.isEmpty
            ? ResolverConfiguration.serverLimit : options.dns.resolvers.count
        return ProbePlan(
            connections: 0, bytes: servers * 2 * 150,
            seconds: Double(servers) * longestPatience,
            description: "one PTR question, to one configured resolver after the other until one "
                + "answers")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        let servers: [SocketAddress]
        let patience: Double
        let client: IPAddress
        do throws(NetworkFailure) {
            let known = try ResolverConfiguration(file: context.options.dns.configurationFile)
            patience = min(Double(known.timeout), longestPatience)
            var asked = context.options.dns.resolvers
            var text = context.target.host
            if context.target.path != "/" {
                text = String(context.target.path.dropFirst())
                asked = try context.addresses()
            }
            servers =
                asked.isEmpty
                ? known.servers.compactMap { .init(numeric: $0.address, port: $0.port) } : asked
            guard let address = IPAddress(text) else {
                return context.failed(
                    "\(printable(text.utf8)) is no address; write dns://ADDRESS, or "
                        + "dns://SERVER/ADDRESS")
            }
            client = address
        } catch {
            return context.failed("\(error)")
        }
        guard let name = DNSName(reverseOf: client) else {
            return context.failed("\(client) has no reverse name")
        }
        var report = context.report()
        let begin = MonotonicInstant.now
        var last: DNSExchange?
        for server in servers where !context.cancellation.isCancelled {
            let one = DNSClient(context: context, server: server, patience: patience)
                .ask(DNSQueryShape().query(name, .ptr))
            last = one
            report.results.append(
                .init(
                    address: server.description, isGood: one.answer != nil,
                    summary: "\(client): \(one.pointer ?? one.summary)"))
            if one.answer != nil { break }
        }
        guard let last, !context.cancellation.isCancelled else { return report }
        report.evidence = [evidence(last, client, .now - begin, context)]
        return report
    }

    private static func evidence(
        _ last: DNSExchange, _ client: IPAddress, _ duration: Int64, _ context: ProbeContext
    ) -> Evidence {
        let end =
            last.answer == nil
            ? "no resolver answered in \(secondsText(duration))"
            : "\(last.pointer ?? last.summary) came after \(secondsText(duration))"
        return context.evidence(
            findings[0], duration >= slow ? .present : .absent, "the name of \(client): \(end)",
            measure: .init(value: Double(duration) / 1e9, unit: "s"))
    }
}

extension DNSName {
    /// `1.2.0.192.in-addr.arpa` (RFC 1035 §3.5), or nibbles under `ip6.arpa` (RFC 3596 §2.5).
    init?(reverseOf address: IPAddress) {
        let digits = Array("0123456789abcdef".utf8)
        let parts: [[UInt8]] =
            address.isIPv4
            ? address.bytes.map { Array(String($0).utf8) }
            : address.bytes.flatMap { [[digits[Int($0 >> 4)]], [digits[Int($0 & 15)]]] }
        let top = address.isIPv4 ? ["in-addr", "arpa"] : ["ip6", "arpa"]
        self.init(labels: parts.reversed() + top.map { Array($0.utf8) })
    }
}

extension DNSExchange {
    /// The first name that a PTR answer gives.
    fileprivate var pointer: String? {
        answer?.answers.lazy.compactMap { record -> String? in
            guard record.type == .ptr, case .name(let name) = record.content else { return nil }
            return printable(name.description.utf8, atMost: 253)
        }.first
    }
}
