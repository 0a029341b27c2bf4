/// The hosts of a capture: servers with names and certificates, clients, two gateways.
struct Population {
    let servers: [Server]
    private let clientCount: Int

    /// Both are locally administered addresses (IEEE 802, bit 2 of the first byte).
    static let gateways = (
        first: HardwareAddress(value: 0x02_00_5E_00_53_01),
        second: HardwareAddress(value: 0x02_00_5E_00_53_02)
    )

    init(options: GeneratorOptions) {
        var random = RandomSource(seed: options.seed, stream: .max)
        servers = (0..<max(1, min(options.servers, 200))).map { Server(index: $0, &random) }
        clientCount = max(1, options.clients)
    }

    /// Client address and port of a connection: no two connections share both.
    ///
    /// Ports start at 32,768, where Linux's ephemeral range does (ip(7), ip_local_port_range);
    /// after 28,232 connections a host is followed by a new one.
    func client(of connection: Int, ipv6: Bool) -> (address: Address, port: UInt16) {
        let ports = 28_232
        let block = connection / (ports * clientCount)
        let host = block * clientCount + connection % clientCount
        let port = UInt16(32_768 + connection / clientCount % ports)
        if ipv6 { return (.ipv6(high: 0x2001_0DB8_00C1_0000, low: UInt64(host) + 0x10), port) }
        let octets = (UInt32(host / 250) << 8) | UInt32(host % 250 + 1)
        return (.ipv4(0x0A00_0000 | octets & 0xFF_FFFF), port)
    }

    func clientMAC(of connection: Int) -> HardwareAddress {
        HardwareAddress(value: 0x02_00_C1_00_00_00 | UInt64(connection % clientCount))
    }
}

struct Server {
    let identity: UInt64
    let name: String
    let ipv4: Address
    let ipv6: Address
    /// As it arrives at the capture point.
    let timeToLive: UInt8
    /// Body of the TLS 1.2 Certificate message.
    let certificates: [UInt8]

    init(index: Int, _ random: inout RandomSource) {
        let roles = ["api", "auth", "payments", "search", "metrics", "static", "queue", "mail"]
        identity = UInt64(index)
        name = "\(roles[index % roles.count])-\(index).region\(index % 3).example.com"
        // The documentation networks of RFC 5737 and RFC 3849.
        let networks: [UInt32] = [0xC000_0200, 0xC633_6400, 0xCB00_7100]
        ipv4 = .ipv4(networks[index % 3] | UInt32(index + 10))
        ipv6 = .ipv6(high: 0x2001_0DB8_0053_0000, low: UInt64(index + 10))
        let first = [64, 64, 64, 128, 255][index % 5]
        timeToLive = UInt8(first - random.between(3, 16))
        certificates = Certificate.chain(for: name, random: &random)
    }
}
