public import Casebook
internal import Dissection

/// Does the name resolve, as the application sees it and by own questions to each server?
public enum DNSProbe: Probe {
    public static let name = "dns"
    public static let summary =
        "asks each resolver and the authoritative servers, over UDP and TCP, with and without EDNS"
    public static let findings: [FactID] = [
        "probe.dns.fails", "probe.dns.first-nameserver-dead", "probe.dns.resolvers-disagree",
        "probe.dns.answer-empty", "probe.dns.negative-cached", "probe.dns.truncated-tcp-fails",
        "probe.dns.edns-size-fails", "probe.dns.validation-fails", "probe.dns.slow",
        "probe.dns.search-multiplies",
    ]
    public static let effect = EffectClass.normal
    public static let schemes = Set(ProbeTarget.Scheme.allCases)

    /// A view of one server: seven lookups of two questions, each sent twice at most.
    private static let questionsPerServer = 14

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        let servers = max(1, options.dns.resolvers.count) + DNSAuthority.mostServers
        // NS records upwards and the addresses of the servers found.
        let discovery = options.dns.authoritative.isEmpty ? 12 : 0
        let questions = servers * questionsPerServer + discovery
        let patience = DNSClient.defaultPatience
        return ProbePlan(
            connections: servers * 2, bytes: questions * 2 * 300,
            seconds: Double(questionsPerServer * 2 + discovery) * patience,
            description: "asks for A and AAAA records at every configured resolver and up to "
                + "\(DNSAuthority.mostServers) authoritative servers, some \(questions) questions")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        let (text, servers) = question(context)
        guard let name = DNSName(text) else { return context.failed("not a domain name") }
        guard SocketAddress(numeric: text, port: 0) == nil else {
            return context.failed("the host is an address: there is no name to resolve")
        }
        var observation: DNSObservation
        do throws(NetworkFailure) {
            observation = try observe(name, text.hasSuffix("."), servers, context)
        } catch {
            return context.failed("\(context.options.dns.configurationFile): \(error)")
        }
        if context.options.dns.isSystem, servers.isEmpty {
            observation.application = application(context)
        }
        var report = context.report()
        report.results = observation.results
        report.measures = observation.measures
        // What was cut short says nothing of those that were not asked.
        if !context.cancellation.isCancelled {
            report.evidence = DNSJudge(observation, context).evidence
        }
        return report
    }

    /// `dns://SERVER/NAME` names both; any other target is the name itself.
    private static func question(_ context: ProbeContext) -> (
        name: String, servers: [SocketAddress]
    ) {
        let target = context.target
        guard target.scheme == .dns, target.path != "/" else { return (target.host, []) }
        let servers = (try? context.addresses()) ?? []
        return (String(target.path.dropFirst()), servers)
    }

    private static func observe(
        _ name: DNSName, _ isAbsolute: Bool, _ servers: [SocketAddress], _ context: ProbeContext
    ) throws(NetworkFailure) -> DNSObservation {
        let configuration = try ResolverConfiguration(file: context.options.dns.configurationFile)
        var asked = servers.isEmpty ? context.options.dns.resolvers : servers
        if asked.isEmpty {
            asked = configuration.servers.compactMap {
                SocketAddress(numeric: $0.address, port: $0.port)
            }
        }
        let resolvers = asked
        let candidates = configuration.candidates(
            for: name, isAbsolute: isAbsolute || !servers.isEmpty)
        let views = parallel(resolvers.count) { index in
            ResolverView.ask(candidates, DNSClient(context: context, server: resolvers[index]))
        }
        let alive = views.first { !$0.plain.isSilent }
        let authority = AuthoritativeView.ask(
            alive?.plain.name ?? name, context, via: alive?.server)
        return DNSObservation(
            name: name, resolvers: views, authority: authority,
            timeout: servers.isEmpty ? configuration.timeout : nil)
    }

    private static func application(_ context: ProbeContext) -> Result<[IPAddress], NetworkFailure>
    {
        do throws(NetworkFailure) {
            return .success(try context.addresses().compactMap(\.ipAddress))
        } catch {
            return .failure(error)
        }
    }
}

/// All that was seen of one name.
struct DNSObservation: Sendable {
    var name: DNSName
    /// In the order of configuration.
    var resolvers: [ResolverView]
    var authority: AuthoritativeView
    /// Seconds until the C library asks the next server; `nil` when servers were asked that no
    /// library asks by itself.
    var timeout: Int?
    /// getaddrinfo's answer; `nil` when other servers were asked than those of the system.
    var application: Result<[IPAddress], NetworkFailure>?

    var results: [ProbeReport.AddressResult] {
        let views =
            resolvers.map { ("resolver", $0) } + authority.views.map { ("authoritative", $0) }
        return views.map { role, view in
            .init(
                address: view.server.description, isGood: view.best.resolves,
                summary: "\(role): \(view.best.summary)", details: details(view))
        }
    }

    private func details(_ view: ResolverView) -> [ProbeReport.Detail] {
        let named: [(String, DNSLookup?)] = [
            ("EDNS \(ResolverView.smallSize)", view.small),
            ("EDNS \(ResolverView.largeSize), DNSSEC OK", view.large),
            ("checking disabled", view.unchecked), ("TCP", view.stream),
        ]
        return named.compactMap { name, lookup in
            lookup.map { ProbeReport.Detail(name, $0.summary) }
        }
    }

    var measures: [ProbeReport.Measure] {
        (resolvers + authority.views).compactMap { view in
            guard let slowest = view.plain.exchanges.map(\.duration).max() else { return nil }
            return .init(
                name: "lookup", value: Double(slowest) / 1e9, unit: "s",
                address: view.server.description)
        }
    }
}
