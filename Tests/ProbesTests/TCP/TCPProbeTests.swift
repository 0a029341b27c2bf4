import Casebook
import Probes
import Testing

struct TCPProbeTests {
    @Test func `An open port is neither refused nor silent`() async {
        let server = ScriptedServer { peer, _ in peer.readToEnd() }
        let report = await run(TCPProbe.self, .tcp, port: server.port)
        #expect(report.state("probe.tcp.connect-refused") == .absent)
        #expect(report.state("probe.tcp.connect-timeout") == .absent)
        #expect(report.timelines.contains { $0.stage("connect")?.outcome == .ok })
    }

    @Test func `A closed port is refused`() async {
        let report = await run(TCPProbe.self, .tcp, port: FreePort.take())
        #expect(report.state("probe.tcp.connect-refused") == .present)
        #expect(report.state("probe.tcp.connect-timeout") == .absent)
    }

    @Test func `A name without address leaves both unknown`() async {
        let report = await run(TCPProbe.self, .tcp, port: 1, host: "no-such-name.invalid")
        #expect(report.state("probe.tcp.connect-refused") == .unknown)
        #expect(report.state("probe.tcp.connect-timeout") == .unknown)
        #expect(report.failure?.contains("no-such-name.invalid") == true)
    }

    @Test func `A silent port is a timeout after ten seconds, and unknown before`() async {
        let silent = SilentPort()
        async let long = run(TCPProbe.self, .tcp, port: silent.port) { $0.timeout = 10 }
        async let short = run(TCPProbe.self, .tcp, port: silent.port) { $0.timeout = 1 }
        #expect(await short.state("probe.tcp.connect-timeout") == .unknown)
        #expect(await long.state("probe.tcp.connect-timeout") == .present)
        #expect(await long.state("probe.tcp.connect-refused") == .unknown)
    }

    @Test func `The source address and port are those that were asked for`() async {
        let server = ScriptedServer { peer, _ in peer.readToEnd() }
        let source = FreePort.take()
        let report = await run(TCPProbe.self, .tcp, port: server.port) {
            $0.sourceAddress = "127.0.0.5"
            $0.sourcePort = source
        }
        #expect(report.timelines.compactMap(\.local) == ["127.0.0.5:\(source)"])
        let other = await run(TCPProbe.self, .tcp, port: server.port) { $0.sourceAddress = "::1" }
        #expect(other.state("probe.tcp.connect-refused") == .unknown)
        #expect(other.state("probe.tcp.connect-timeout") == .unknown)
    }

    @Test func `Cancelling ends a wait at once and says so`() async {
        let silent = SilentPort()
        let cancellation = Cancellation()
        async let report = run(
            TCPProbe.self, .tcp, port: silent.port, cancellation: cancellation
        ) { $0.timeout = 60 }
        cancellation.cancel()
        #expect(await report.interrupted)
        #expect(await report.state("probe.tcp.connect-timeout") == .unknown)
    }
}
