internal import Dissection

/// The servers that hold a zone, found through a resolver by the zone's NS records.
struct DNSAuthority: Sendable {
    struct Failure: Error, Hashable, Sendable {
        var reason: String
    }

    var zone: DNSName
    var servers: [SocketAddress]

    /// Asking more of a zone's servers tells little more.
    static let mostServers = 4

    /// - Parameter client: of a resolver that answers; it is asked with CD, so that a failing
    ///   validation does not hide who holds the zone.
    init(of name: DNSName, via client: DNSClient) throws(Failure) {
        let (zone, names) = try Self.delegation(of: name, client)
        self.zone = zone
        servers = []
        for host in names.prefix(Self.mostServers) {
            let lookup = client.lookUp(host, Self.shape)
            // One address a server, IPv4 first: whether IPv6 works is another probe's question.
            let addresses = lookup.addresses.sorted { $0.isIPv4 && !$1.isIPv4 }
            if let first = addresses.first,
                let server = SocketAddress(numeric: first.description, port: 53)
            {
                servers.append(server)
            }
        }
        guard !servers.isEmpty else {
            throw Failure(reason: "the name servers of \(zone) have no address")
        }
    }

    private static let shape = DNSQueryShape(
        checkingDisabled: true, payloadSize: ResolverView.smallSize)

    /// Asks for NS upwards from `name`; the SOA of a negative answer shortens the way.
    private static func delegation(
        of name: DNSName, _ client: DNSClient
    ) throws(Failure) -> (zone: DNSName, servers: [DNSName]) {
        var current = name
        while !current.isRoot {
            let exchange = client.ask(shape.query(current, .ns))
            guard let answer = exchange.answer else {
                throw Failure(reason: "\(client.server) on NS \(current): \(exchange.summary)")
            }
            let servers = answer.answers.compactMap { record -> DNSName? in
                guard record.type == .ns, record.name == current,
                    case .name(let host) = record.content
                else { return nil }
                return host
            }
            if !servers.isEmpty { return (current, servers) }
            current = next(after: current, answer)
        }
        throw Failure(reason: "no NS records were found for \(name)")
    }

    /// The owner of the SOA when it lies above, else one label up.
    private static func next(after name: DNSName, _ answer: DNSMessage) -> DNSName {
        let owner = answer.authorities.first { $0.type == .soa }?.name
        if let owner, name != owner, name.isWithin(owner), !owner.isRoot { return owner }
        return name.parent ?? name
    }
}

/// What the servers that hold a name say of it.
struct AuthoritativeView: Sendable {
    var zone: DNSName?
    var views: [ResolverView]
    /// Why nobody could be asked, or nobody answered.
    var failure: String?

    /// An alias that leads through more zones than this is not followed further.
    private static let longestChain = 4

    var addresses: Set<IPAddress> { views.reduce(into: []) { $0.formUnion($1.addresses) } }

    /// All servers gave the same addresses each time.
    var isStable: Bool {
        views.allSatisfy { $0.isStable && $0.best.addresses == views.first?.best.addresses }
    }

    static func ask(
        _ name: DNSName, _ context: ProbeContext, via resolver: SocketAddress?
    ) -> AuthoritativeView {
        var name = name
        var view = AuthoritativeView(views: [])
        for _ in 0..<longestChain {
            view = askOnce(name, context, via: resolver)
            guard !view.views.contains(where: { $0.best.resolves }),
                let alias = view.views.lazy.compactMap(\.best.alias).first
            else { return view }
            name = alias
        }
        view.failure = "the alias leads through more than \(longestChain) zones"
        view.views = []
        return view
    }

    private static func askOnce(
        _ name: DNSName, _ context: ProbeContext, via resolver: SocketAddress?
    ) -> AuthoritativeView {
        var servers = context.options.dns.authoritative
        var zone: DNSName?
        if servers.isEmpty {
            guard let resolver else {
                return AuthoritativeView(views: [], failure: "no resolver answered")
            }
            do throws(DNSAuthority.Failure) {
                let authority = try DNSAuthority(
                    of: name, via: DNSClient(context: context, server: resolver))
                (zone, servers) = (authority.zone, authority.servers)
            } catch {
                return AuthoritativeView(views: [], failure: error.reason)
            }
        }
        let asked = servers
        let views = parallel(asked.count) { index in
            ResolverView.ask(
                [name], DNSClient(context: context, server: asked[index]), recursive: false)
        }
        let answered = views.filter { $0.plain.isAnswered && $0.isAuthoritative }
        return AuthoritativeView(
            zone: zone, views: answered,
            failure: answered.isEmpty ? "no server answered with authority for \(name)" : nil)
    }
}
