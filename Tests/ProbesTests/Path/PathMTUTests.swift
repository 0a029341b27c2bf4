import Casebook
import Probes
import Testing

/// A client, two routers and a server; the link between the routers is narrow.
@Suite(.enabled(if: TestNetwork.isAvailable))  // root, ip, nft
struct PathMTUTests {
    private static let below = "probe.path.mtu-below-interface"
    private static let silent = "probe.path.mtu-no-icmp"

    private func narrow(_ mtu: Int = 1400) throws -> TestNetwork {
        let network = try TestNetwork(nodes: 4)
        try network.run("ip link set dev r mtu \(mtu)", on: 1)
        try network.run("ip link set dev l mtu \(mtu)", on: 2)
        return network
    }

    /// Routers that tell nobody anything.
    private let noICMPErrors = """
        table inet quiet {
          chain out {
            type filter hook output priority 0;
            icmp type destination-unreachable drop
            icmp type time-exceeded drop
            icmpv6 type packet-too-big drop
          }
        }
        """

    private let noEcho = """
        table ip f { chain i { type filter hook input priority 0; icmp type echo-request drop; } }
        """

    @Test func `a path as wide as the interface`() async throws {
        let network = try TestNetwork(nodes: 4)
        for host in [network.server, network.serverIPv6] {
            let report = await network.probe(PathMTUProbe.self, host: host)
            #expect(report.state(Self.below) == .absent, "\(report.summary(Self.below))")
            #expect(report.state(Self.silent) == .absent)
            #expect(report.measures.first?.value == 1500)
        }
    }

    @Test func `a narrow link whose router says so`() async throws {
        let network = try narrow()
        for host in [network.server, network.serverIPv6] {
            let report = await network.probe(PathMTUProbe.self, host: host)
            #expect(report.state(Self.below) == .present && report.measure(Self.below) == 1400)
            #expect(report.state(Self.silent) == .absent, "\(report.summary(Self.silent))")
        }
    }

    @Test func `a narrow link whose router is silent is a black hole`() async throws {
        let network = try narrow()
        try network.filter(noICMPErrors, on: 1)
        let report = await network.probe(PathMTUProbe.self)
        #expect(report.state(Self.below) == .present && report.measure(Self.below) == 1400)
        #expect(report.state(Self.silent) == .present, "\(report.summary(Self.silent))")
    }

    @Test func `without ping, UDP to a closed port measures the same`() async throws {
        let network = try narrow()
        try network.filter(noEcho, on: 3)
        let report = await network.probe(PathMTUProbe.self)
        #expect(report.measure(Self.below) == 1400, "\(report.summary(Self.below))")
        #expect(report.results.first?.summary.contains("UDP") == true)
    }

    @Test func `without any ICMP, requests of one segment measure the same`() async throws {
        let network = try narrow()
        for node in [1, 3] { try network.filter(noICMPErrors, on: node) }
        try network.filter(noEcho, on: 3)
        let server = await network.serveHTTP()
        defer { server.stop() }
        let report = await network.probe(PathMTUProbe.self, .http)
        #expect(report.measure(Self.below) == 1400, "\(report.results)")
        #expect(report.state(Self.silent) == .present)
    }

    @Test func `requests of one segment hear of a narrow link from its router`() async throws {
        let network = try narrow()
        try network.filter(noICMPErrors, on: 3)
        try network.filter(noEcho, on: 3)
        let server = await network.serveHTTP()
        defer { server.stop() }
        let report = await network.probe(PathMTUProbe.self, .http)
        #expect(report.measure(Self.below) == 1400, "\(report.results)")
        #expect(report.state(Self.silent) == .absent)
    }

    @Test func `a host that answers nothing leaves it unknown`() async throws {
        let network = try TestNetwork(nodes: 2)
        try network.filter(
            "table inet f { chain i { type filter hook input priority 0; policy drop; } }", on: 1)
        let report = await network.probe(PathMTUProbe.self)
        #expect(report.state(Self.below) == .unknown && report.state(Self.silent) == .unknown)
    }
}
