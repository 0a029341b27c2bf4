import Casebook
import Probes
import Testing

@Suite(.enabled(if: TestNetwork.isAvailable))  // root, ip, nft
struct PingTests {
    private static let filtered =
        "table inet f { chain i { type filter hook input priority 0; icmp type echo-request drop; } }"
    private static let lossy = """
        table ip f { chain i {
          type filter hook input priority 0
          icmp type echo-request numgen inc mod 20 == 7 drop
        } }
        """

    @Test func `a host that answers, one that does not`() async throws {
        let network = try TestNetwork(nodes: 2)
        for host in [network.server, network.serverIPv6] {
            let report = await network.probe(PingProbe.self, host: host)
            #expect(report.state("probe.icmp.ping-ok") == .present)
            #expect(report.measure("probe.icmp.ping-ok") == 100)
        }
        try network.filter(Self.filtered, on: 1)
        let report = await network.probe(PingProbe.self)
        #expect(report.state("probe.icmp.ping-ok") == .absent)
    }

    @Test func `ping works without rights where the group may`() async throws {
        let network = try TestNetwork(nodes: 2)
        try network.run("sysctl -qw net.ipv4.ping_group_range='0 2147483647'", on: 0)
        let report = await network.probe(PingProbe.self)
        #expect(report.state("probe.icmp.ping-ok") == .present)
    }

    @Test func `one packet in twenty is loss, none is none, and filtered is neither`() async throws
    {
        let id = "probe.path.loss"
        let network = try TestNetwork(nodes: 2)
        let good = await network.probe(PathLossProbe.self)
        #expect(good.state(id) == .absent && good.measure(id) == 0)
        try network.filter(Self.lossy, on: 1)
        let bad = await network.probe(PathLossProbe.self)
        #expect(bad.state(id) == .present && bad.measure(id) == 5, "\(bad.summary(id))")
        let silent = try TestNetwork(nodes: 2)
        try silent.filter(Self.filtered, on: 1)
        let unknown = await silent.probe(PathLossProbe.self) { $0.count = 3 }
        #expect(unknown.state(id) == .unknown)
    }

    @Test func `without rights ping says what it needs, and the path is measured by UDP`()
        async throws
    {
        let network = try TestNetwork(nodes: 3)
        try network.run("sysctl -qw net.ipv4.ping_group_range='1 0'", on: 0)
        try network.run("ip link set dev r mtu 1400", on: 1)
        try network.run("ip link set dev l mtu 1400", on: 2)
        for probe in [PingProbe.self, PathLossProbe.self] as [any Probe.Type] {
            let report = await network.probe(probe, withRights: false)
            #expect(report.evidence.map(\.state) == [.unknown])
            #expect(report.failure?.contains("CAP_NET_RAW") == true, "\(report.failure ?? "")")
        }
        let path = await network.probe(PathMTUProbe.self, withRights: false)
        #expect(path.measure("probe.path.mtu-below-interface") == 1400, "\(path.results)")
        let server = await network.serveHTTP()
        defer { server.stop() }
        let distances = await network.probe(WhoAcknowledgesProbe.self, withRights: false)
        #expect(distances.state("probe.path.tcp-distance-shorter") == .absent)
    }
}
