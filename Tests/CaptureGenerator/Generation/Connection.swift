/// What is settled about a connection before its first packet.
struct Connection {
    /// Counted from 0 in the order in which connections are opened.
    var number: Int
    var start: UInt64
    var fault: Fault?
    var client: Address
    var clientPort: UInt16
    var server: Server
    var serverAddress: Address
    var serverPort: UInt16
    var clientMAC: HardwareAddress
    var clientTTL: UInt8
    /// Outermost first; empty without tags.
    var vlan: [UInt16]
    var roundTrip: UInt64
    /// Largest payload of a segment that is not merged.
    var segmentSize: Int
    /// Full segments that a network card merges into one.
    var merge: Int
    var hasTimestamps: Bool
    var windowScale: UInt8
    var tls: TLSKind?

    struct TLSKind {
        var tls13: Bool
        /// Of a TLS 1.2 connection: the client would have taken TLS 1.3.
        var offersTLS13: Bool
        var postQuantum: Bool
        var offer: Offer
        var refused: Bool
        var applicationProtocol: String

        enum Offer { case none, sessionID, ticket, preSharedKey }
    }

    var isIPv6: Bool {
        if case .ipv6 = client { true } else { false }
    }
}

extension Connection {
    /// Draws a connection; the same number and seed give the same one.
    init(
        number: Int, start: UInt64, options: GeneratorOptions, population: Population,
        random: inout RandomSource
    ) {
        let shares = options.shares
        let faulty = random.percent(shares.faulty) && !options.faults.isEmpty
        fault = faulty ? options.faults[random.below(options.faults.count)] : nil
        self.number = number
        self.start = start
        // Only IPv4's identification tells a copied frame from a repeated segment.
        let isIPv6 = random.percent(shares.ipv6) && fault != .duplicatedFrame
        (client, clientPort) = population.client(of: number, ipv6: isIPv6)
        server = population.servers[random.below(population.servers.count)]
        serverAddress = isIPv6 ? server.ipv6 : server.ipv4
        clientMAC = population.clientMAC(of: number)
        clientTTL = number % options.clients % 3 == 0 ? 128 : 64
        vlan = Self.tags(&random, share: shares.vlan)
        roundTrip =
            UInt64(random.between(2, random.percent(20) ? 180 : 40)) * 1_000_000
            + UInt64(random.below(1_000_000))
        hasTimestamps = random.percent(70)
        segmentSize = 1500 - (isIPv6 ? 40 : 20) - 20 - (hasTimestamps ? 12 : 0)
        merge = random.percent(shares.merged) ? random.between(2, 11) : 1
        windowScale = UInt8(random.between(6, 9))
        let plain = random.percent(shares.plain) && fault?.needsTLS != true
        tls = plain ? nil : Self.tls(fault: fault, shares: shares, &random)
        serverPort =
            plain ? [80, 80, 8080][random.below(3)] : [443, 443, 443, 8443][random.below(4)]
    }

    private static func tags(_ random: inout RandomSource, share: Int) -> [UInt16] {
        guard random.percent(share) else { return [] }
        let inner = UInt16(random.between(100, 131))
        return random.percent(33) ? [UInt16(random.between(2000, 2003)), inner] : [inner]
    }

    private static func tls(
        fault: Fault?, shares: GeneratorOptions.Shares, _ random: inout RandomSource
    ) -> TLSKind {
        let tls13 = !random.percent(shares.tls12)
        let offers = random.percent(shares.resumption) || fault == .resumptionRefused
        let byTicket = random.percent(60)
        let offer: TLSKind.Offer =
            !offers ? .none : tls13 ? .preSharedKey : byTicket ? .ticket : .sessionID
        return TLSKind(
            tls13: tls13,
            offersTLS13: tls13 || (random.percent(50) && offer != .sessionID),
            postQuantum: random.percent(shares.postQuantum) && tls13,
            offer: offer, refused: fault == .resumptionRefused,
            applicationProtocol: random.percent(60) ? "h2" : "http/1.1")
    }
}
