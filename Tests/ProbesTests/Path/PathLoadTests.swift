import Casebook
import Probes
import Testing

@Suite(.enabled(if: TestNetwork.isAvailable))  // root, ip, nft, tc
struct PathLoadTests {
    private static let id = "probe.path.rtt-rises-under-load"

    /// Sends large bodies for as long as the client reads.
    private func serve(_ network: TestNetwork) async -> ScriptedServer {
        let address = network.server
        return await network.inside(network.nodes - 1) {
            ScriptedServer(address: address, port: 8080, backlog: 256) { peer, _ in
                guard !peer.read().isEmpty else { return }
                peer.write("HTTP/1.1 200 OK\r\nContent-Length: 67108864\r\n\r\n")
                let block = [UInt8](repeating: 0, count: 1 << 16)
                for _ in 0..<1024 where !peer.write(block) { return }
            }
        }
    }

    @Test func `a long queue before a slow link, and no queue`() async throws {
        let network = try TestNetwork(nodes: 3)
        // BBR, which some hosts have by default, keeps queues short.
        try network.run("sysctl -qw net.ipv4.tcp_congestion_control=reno", on: 2)
        let server = await serve(network)
        defer { server.stop() }
        let good = await network.probe(PathLoadProbe.self, .http)
        #expect(good.state(Self.id) == .absent, "\(good.summary(Self.id))")
        // Half a second of queue at 8 Mbit/s, on the router's side towards the client.
        try network.run("tc qdisc add dev l root tbf rate 8mbit burst 16kb latency 500ms", on: 1)
        let bad = await network.probe(PathLoadProbe.self, .http) { $0.timeout = 10 }
        #expect(bad.state(Self.id) == .present, "\(bad.summary(Self.id))")
        #expect((bad.measure(Self.id) ?? 0) >= 0.1)
    }

    @Test func `a small body fills no queue`() async throws {
        let network = try TestNetwork(nodes: 2)
        let server = await network.serveHTTP()
        defer { server.stop() }
        let report = await network.probe(PathLoadProbe.self, .http) { $0.timeout = 3 }
        #expect(report.state(Self.id) == .unknown)
    }
}
