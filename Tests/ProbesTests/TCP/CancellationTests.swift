import Casebook
import Foundation
import Probes
import Testing

/// Every probe of these folders against a server that accepts and is silent, ended from outside.
@Suite struct CancellationTests {
    static let probes: [(any Probe.Type, ProbeTarget.Scheme)] = [
        (TCPSourceProbe.self, .http), (TCPRepeatProbe.self, .http),
        (TCPSourcePortProbe.self, .http), (TCPParallelProbe.self, .http),
        (TCPIdleProbe.self, .http), (GreetingProbe.self, .http), (IPv6Probe.self, .http),
        (HandshakeStormProbe.self, .tls), (StartTLSProbe.self, .smtp),
        (ProxyProtocolProbe.self, .http), (DNSProbe.self, .tcp), (PingProbe.self, .tcp),
        (PathMTUProbe.self, .http), (PathLossProbe.self, .tcp), (PathLoadProbe.self, .http),
        (WhoAcknowledgesProbe.self, .http),
    ]

    @Test(.timeLimit(.minutes(1)), arguments: probes.indices)
    func `an interrupted probe ends, says so and says nothing of what it did not see`(
        _ index: Int
    ) async {
        let (probe, scheme) = Self.probes[index]
        let server = ScriptedServer { peer, _ in peer.readToEnd() }
        let silent = TestResponder { _, _ in .silence }
        let cancellation = Cancellation()
        async let running = run(
            probe, scheme, port: server.port, host: scheme == .tcp ? "localhost" : "127.0.0.1",
            cancellation: cancellation
        ) {
            $0.allowed = .load
            $0.timeout = 600
            $0.sourceAddress = "127.0.0.1"
            $0.otherSourceAddress = "127.0.0.1"
            $0.dns.resolvers = [loopback(silent.port)]
            $0.connectionsPerSecond = 20
        }
        try? await Task.sleep(for: .milliseconds(300))
        cancellation.cancel()
        let report = await running
        #expect(Set(report.evidence.map(\.id)) == Set(probe.findings))
        guard report.interrupted else { return }
        for evidence in report.evidence where evidence.state == .present {
            Issue.record("\(probe.name): \(evidence.id) \(evidence.summary)")
        }
    }

    @Test(arguments: probes.indices)
    func `plans name upper bounds for any number of addresses`(_ index: Int) {
        let (probe, scheme) = Self.probes[index]
        let target = ProbeTarget(scheme: scheme, host: "example.test", port: 443)
        let plan = probe.plan(target, ProbeOptions(), addresses: 2)
        #expect(plan.seconds > 0 && plan.connections >= 0 && plan.bytes >= 0)
        #expect(!plan.description.isEmpty && !probe.summary.hasSuffix("."))
        #expect(ProbeList.named(probe.name).map(ObjectIdentifier.init) == ObjectIdentifier(probe))
    }
}
