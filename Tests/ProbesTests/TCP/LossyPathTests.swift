import Casebook
import Probes
import Testing

/// What filters on the way do to connects.
@Suite(.enabled(if: TestNetwork.isAvailable))  // root, ip, nft
struct LossyPathTests {
    private static let fails = "probe.tcp.connect-fails-sometimes"
    private static let late = "probe.tcp.connect-late-by-steps"
    private static let port = "probe.tcp.source-port-decides"
    private static let source = "probe.tcp.blocked-source-only"

    private func rules(_ rule: String) -> String {
        """
        table inet f {
          chain i {
            type filter hook input priority 0;
            \(rule)
          }
        }
        """
    }

    @Test func `a healthy path fails nothing, is never late and treats ports alike`() async throws {
        let network = try TestNetwork(nodes: 2)
        let server = await network.serveHTTP()
        defer { server.stop() }
        let many = await network.probe(TCPRepeatProbe.self) { $0.connectionsPerSecond = 400 }
        #expect(many.state(Self.fails) == .absent, "\(many.summary(Self.fails))")
        #expect(many.state(Self.late) == .absent, "\(many.summary(Self.late))")
        let ports = await network.probe(TCPSourcePortProbe.self) { $0.connectionsPerSecond = 400 }
        #expect(ports.state(Self.port) == .absent, "\(ports.summary(Self.port))")
        let few = await network.probe(TCPRepeatProbe.self) { $0.count = 20 }
        #expect(few.state(Self.fails) == .unknown && few.state(Self.late) == .unknown)
    }

    @Test func `some connects are refused`() async throws {
        let network = try TestNetwork(nodes: 2)
        let server = await network.serveHTTP()
        defer { server.stop() }
        try network.filter(
            rules("tcp flags syn / syn,ack numgen inc mod 20 == 3 reject with tcp reset"), on: 1)
        let report = await network.probe(TCPRepeatProbe.self) { $0.connectionsPerSecond = 400 }
        #expect(report.state(Self.fails) == .present, "\(report.summary(Self.fails))")
        #expect(report.measure(Self.fails) == 5)
        #expect(report.state(Self.late) == .absent)
    }

    @Test func `some SYNs are lost and repeated`() async throws {
        let network = try TestNetwork(nodes: 2)
        let server = await network.serveHTTP()
        defer { server.stop() }
        try network.filter(rules("tcp flags syn / syn,ack numgen inc mod 25 == 3 drop"), on: 1)
        let report = await network.probe(TCPRepeatProbe.self) { $0.connectionsPerSecond = 400 }
        #expect(report.state(Self.late) == .present, "\(report.summary(Self.late))")
        #expect(1.0...1.3 ~= report.measure(Self.late) ?? 0)
        #expect(report.state(Self.fails) == .absent)
    }

    @Test func `a queue that only the probe's own pace fills says nothing`() async throws {
        // 40 accepts a second and room for 9: too little for 200 connects a second, not for 20.
        let network = try TestNetwork(nodes: 2)
        let place = network.server
        let server = await network.inside(1) {
            ScriptedServer(address: place, port: 8080, backlog: 8, pause: 25_000) { _, _ in }
        }
        defer { server.stop() }
        let report = await network.probe(TCPRepeatProbe.self) { $0.connectionsPerSecond = 200 }
        #expect(report.state(Self.late) == .unknown, "\(report.summary(Self.late))")
        #expect(report.summary(Self.late).contains("by the probe's own pace"))
        #expect(report.results.count == 2 && report.results[1].isGood, "\(report.results)")
        #expect(report.state(Self.fails) != .present, "\(report.summary(Self.fails))")
    }

    @Test func `some source ports lead to a broken link`() async throws {
        let network = try TestNetwork(nodes: 2)
        let server = await network.serveHTTP()
        defer { server.stop() }
        try network.filter(rules("tcp sport 25003 drop; tcp sport 25007 drop"), on: 1)
        let report = await network.probe(TCPSourcePortProbe.self) {
            $0.sourcePort = 25_000
            $0.count = 10
        }
        #expect(report.state(Self.port) == .present && report.measure(Self.port) == 2)
        #expect(report.results[0].details.first?.value == "25003 25007")
    }

    @Test func `one of our addresses is blocked`() async throws {
        let network = try TestNetwork(nodes: 2)
        try network.run("ip addr add 10.9.0.77/24 dev r", on: 0)
        let server = await network.serveHTTP()
        defer { server.stop() }
        let compare: (inout ProbeOptions) -> Void = {
            $0.sourceAddress = "10.9.0.1"
            $0.otherSourceAddress = "10.9.0.77"
            $0.timeout = 1.5
        }
        let good = await network.probe(TCPSourceProbe.self, .http, compare)
        #expect(good.state(Self.source) == .absent, "\(good.summary(Self.source))")
        try network.filter(rules("ip saddr 10.9.0.1 drop"), on: 1)
        let bad = await network.probe(TCPSourceProbe.self, .http, compare)
        #expect(bad.state(Self.source) == .present, "\(bad.summary(Self.source))")
        #expect(bad.summary(Self.source).contains("10.9.0.1:"))
        let one = await network.probe(TCPSourceProbe.self)
        #expect(one.state(Self.source) == .unknown)
    }

    @Test func `IPv6 is broken and IPv4 works, or both do`() async throws {
        // A name with both families needs a resolver; the addresses are asked through it.
        let network = try TestNetwork(nodes: 2)
        let four = await network.serveHTTP()
        let six = await network.serveHTTP(address: network.serverIPv6)
        defer {
            four.stop()
            six.stop()
        }
        let id = "probe.ipv6.broken-ipv4-ok"
        let both = [network.server, network.serverIPv6]
        let good = await network.probe(IPv6Probe.self) { $0.addresses = both }
        #expect(good.state(id) == .absent, "\(good.summary(id))")
        try network.filter(rules("ip6 nexthdr tcp drop"), on: 1)
        let bad = await network.probe(IPv6Probe.self) {
            $0.addresses = both
            $0.timeout = 1.5
        }
        #expect(bad.state(id) == .present, "\(bad.summary(id))")
        let only = await network.probe(IPv6Probe.self) { $0.addresses = [both[0]] }
        #expect(only.state(id) == .absent)
    }

    @Test func `a firewall that forgets idle connections after two seconds`() async throws {
        let network = try TestNetwork(nodes: 3)
        let server = await network.serveHTTP()
        defer { server.stop() }
        try network.filter(
            """
            table ip f {
              chain forward {
                type filter hook forward priority 0;
                ct state invalid drop
              }
            }
            """, on: 1)
        try network.run(
            "cd /proc/sys/net/netfilter; echo 0 > nf_conntrack_tcp_loose; "
                + "echo 2 > nf_conntrack_tcp_timeout_established", on: 1)
        let id = "probe.tcp.idle-connection-lost"
        let report = await network.probe(TCPIdleProbe.self, .http) {
            $0.tcp.idleLimit = 6
            $0.tcp.controlInterval = 0.5
        }
        #expect(report.state(id) == .present, "\(report.summary(id)) \(report.results)")
        #expect(1.9...3.5 ~= report.measure(id) ?? 0, "\(report.results)")
    }
}
