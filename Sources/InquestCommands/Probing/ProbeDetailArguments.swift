import ArgumentParser
import Probes

/// What only some probes ask about.
struct ProbeDetailArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "DNS server to ask instead of the system's; repeatable.", valueName: "address"))
    var resolver: [String] = []

    @Option(
        help: ArgumentHelp(
            "DNS server of the zone, instead of those it names; repeatable.", valueName: "address"))
    var authoritative: [String] = []

    @Option(
        help: ArgumentHelp("Longest idle time to try. (default: 420)", valueName: "seconds"))
    var idleLimit: Double?

    @Option(help: ArgumentHelp("Path that your health check asks.", valueName: "path"))
    var health: String?

    @Option(help: ArgumentHelp("Another name that the server serves.", valueName: "name"))
    var otherHost: String?

    @Option(
        help: ArgumentHelp(
            "When requests are given up on purpose. (default: 0.3)", valueName: "seconds"))
    var abandonAfter: Double?

    @Option(
        help: ArgumentHelp(
            "How long the proxy before the target keeps idle connections. (default: 60)",
            valueName: "seconds"))
    var proxyIdle: Double?

    @Option(
        help: ArgumentHelp(
            "Parallel requests that your client makes. (default: 100)", valueName: "n"))
    var clientConcurrency: Int?

    @Option(
        help: ArgumentHelp(
            "How often your client of HTTP/2 pings. (default: 10)", valueName: "seconds"))
    var pingInterval: Double?

    @Option(help: ArgumentHelp("How many backends stand behind the target.", valueName: "n"))
    var backends: Int?

    @Option(
        help: ArgumentHelp("A server whose clock to compare with; repeatable.", valueName: "target")
    )
    var clockServer: [String] = []

    @Option(help: ArgumentHelp("A server of NTP.", valueName: "host"))
    var timeServer: String?

    func validate() throws {
        // A day; nobody waits longer.
        let seconds = [
            ("--idle-limit", idleLimit), ("--abandon-after", abandonAfter),
            ("--proxy-idle", proxyIdle),
        ]
        for (name, value) in seconds {
            if let value, !(value > 0 && value <= 86_400) {
                throw ValidationError("\(name) wants a number of seconds above 0")
            }
        }
        for (name, value) in [
            ("--client-concurrency", clientConcurrency), ("--backends", backends),
        ] {
            if let value, !(1...100_000 ~= value) {
                throw ValidationError("\(name) wants a number from 1")
            }
        }
        // Faster ones are a flood to some servers (CVE-2019-9512), slower ones no question.
        if let pingInterval, !(pingInterval >= 0.1 && pingInterval <= 60) {
            throw ValidationError("--ping-interval wants 0.1 to 60 seconds")
        }
        if let health, !health.hasPrefix("/") || health.contains(where: \.isWhitespace) {
            throw ValidationError("--health wants a path that begins with '/'")
        }
    }

    func apply(to options: inout ProbeOptions) throws(Failure) {
        options.dns.resolvers = try servers(resolver, "--resolver")
        options.dns.authoritative = try servers(authoritative, "--authoritative")
        if let idleLimit { options.tcp.idleLimit = idleLimit }
        options.http.healthPath = health
        options.http.otherHost = otherHost
        if let abandonAfter { options.http.abandonAfter = abandonAfter }
        if let proxyIdle { options.http.proxyIdle = proxyIdle }
        if let clientConcurrency { options.http.clientConcurrency = clientConcurrency }
        if let pingInterval { options.http.pingInterval = pingInterval }
        options.http.backends = backends
        var clocks: [ProbeTarget] = []
        for server in clockServer { clocks.append(try ProbeArguments.target(server)) }
        options.http.clockServers = clocks
        options.http.timeServer = timeServer
    }

    private func servers(
        _ texts: [String], _ option: String
    ) throws(Failure) -> [SocketAddress] {
        var servers: [SocketAddress] = []
        for text in texts {
            guard let address = SocketAddress(server: text) else {
                throw .badValue(
                    option: option, value: text, expected: ["an address, or address:port"])
            }
            servers.append(address)
        }
        return servers
    }
}
