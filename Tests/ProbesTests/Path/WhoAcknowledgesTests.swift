import Casebook
import Probes
import Testing

/// A client, three routers, a server.
@Suite(.enabled(if: TestNetwork.isAvailable))  // root, ip, nft
struct WhoAcknowledgesTests {
    private static let id = "probe.path.tcp-distance-shorter"

    @Test(arguments: [false, true])
    func `the server itself answers`(isIPv6: Bool) async throws {
        let network = try TestNetwork(nodes: 5)
        let host = isIPv6 ? network.serverIPv6 : network.server
        let server = await network.serveHTTP(address: host)
        defer { server.stop() }
        let report = await network.probe(WhoAcknowledgesProbe.self, host: host)
        #expect(report.state(Self.id) == .absent, "\(report.summary(Self.id))")
        #expect(Set(report.measures.map(\.value)) == [4], "\(report.results)")
    }

    @Test func `a device that acknowledges data for the server`() async throws {
        let network = try TestNetwork(nodes: 5)
        let server = await network.serveHTTP()
        defer { server.stop() }
        let device = await network.inside(1) { AcknowledgingDevice(port: 8080) }
        defer { withExtendedLifetime(device) {} }
        let report = await network.probe(WhoAcknowledgesProbe.self)
        #expect(report.state(Self.id) == .present, "\(report.summary(Self.id))")
        #expect(report.measure(Self.id) == 3, "\(report.results)")
    }

    @Test func `a transparent proxy that answers the SYN`() async throws {
        let network = try TestNetwork(nodes: 5)
        let proxy = await network.inside(1) {
            ScriptedServer(address: "0.0.0.0", port: 9090) { peer, _ in peer.readToEnd() }
        }
        defer { proxy.stop() }
        try network.filter(
            """
            table ip proxy {
              chain in {
                type nat hook prerouting priority -100;
                tcp dport 8080 redirect to :9090
              }
            }
            """, on: 1)
        let report = await network.probe(WhoAcknowledgesProbe.self)
        #expect(report.state(Self.id) == .present, "\(report.summary(Self.id))")
        #expect(report.measure(Self.id) == 3, "\(report.results)")
    }

    @Test func `without a server nothing is known`() async throws {
        let network = try TestNetwork(nodes: 3)
        let report = await network.probe(WhoAcknowledgesProbe.self)
        #expect(report.state(Self.id) == .unknown)
    }
}
