import Casebook
import Glibc
import Probes
import Testing

/// The `tls` probe against peers that mean no good: bounded time, a named stage, nothing raw.
struct HostileServerTests {
    private func look(
        timeout: Double = 20, _ script: @escaping @Sendable (Peer, Int) -> Void
    ) async -> ProbeReport {
        let server = ScriptedServer(script)
        return await run(TLSProbe.self, .tls, port: server.port) { $0.timeout = timeout }
    }

    @Test func `A server that stays silent for ten seconds has timed out`() async {
        let report = await look(timeout: 10) { peer, _ in peer.readToEnd() }
        #expect(report.state("probe.tls.handshake-timeout") == .present)
        #expect(report.state("probe.tls.cut-after-hello") == .absent)
        #expect(report.state("probe.tls.slow-server-flight") == .unknown)
        #expect(report.state("probe.tls.leaf-expired") == .unknown)
    }

    @Test func `A shorter silence is not yet known to be one`() async {
        let report = await look(timeout: 1) { peer, _ in peer.readToEnd() }
        #expect(report.state("probe.tls.handshake-timeout") == .unknown)
        #expect(report.state("probe.tls.port-speaks-plain") == .unknown)
    }

    @Test(arguments: [true, false])
    func `A cut after the ClientHello is seen`(resets: Bool) async {
        let report = await look { peer, _ in
            _ = peer.readRecord()
            if resets { peer.reset() } else { peer.finish() }
        }
        #expect(report.state("probe.tls.cut-after-hello") == .present)
        #expect(report.state("probe.tls.alert") == .absent)
        #expect(report.summary("probe.tls.cut-after-hello").contains(resets ? "reset" : "closed"))
    }

    @Test func `A reset before the ClientHello is no cut that says anything of TLS`() async {
        let report = await look { peer, _ in peer.reset() }
        #expect(report.results.map(\.isGood) == [false])
        for id in ["alert", "handshake-timeout", "port-speaks-plain", "slow-server-flight"] {
            #expect(report.state("probe.tls." + id) != .present)
        }
    }

    @Test func `A banner in plain text is quoted without its escape sequences`() async {
        let report = await look { peer, _ in
            peer.write("220 \u{1B}[31mmail\u{07} ESMTP\r\n")
            peer.readToEnd()
        }
        #expect(report.state("probe.tls.port-speaks-plain") == .present)
        let summary = report.summary("probe.tls.port-speaks-plain")
        #expect(summary.contains("220 .[31mmail. ESMTP"))
        #expect(summary.unicodeScalars.allSatisfy { $0.value >= 0x20 })
    }

    @Test func `Endless bytes end at once when they are no TLS`() async {
        let report = await look { peer, _ in
            while peer.write([UInt8](repeating: 0x41, count: 65_536)) {}
        }
        #expect(report.state("probe.tls.port-speaks-plain") == .present)
        #expect(report.timelines.map(\.bytesReceived).max() ?? 0 <= 2 << 20)
    }

    @Test func `Endless records of TLS end at a bound`() async {
        let record: [UInt8] = [22, 3, 3, 0x40, 0] + [UInt8](repeating: 0, count: 0x4000)
        let report = await look { peer, _ in while peer.write(record) {} }
        #expect(report.state("probe.tls.port-speaks-plain") == .absent)
        #expect(report.state("probe.tls.leaf-expired") == .unknown)
        #expect(report.timelines.map(\.bytesReceived).max() ?? 0 <= 2 << 20)
    }

    @Test func `One byte a second ends at the deadline`() async {
        let report = await look(timeout: 2) { peer, _ in
            _ = peer.readRecord()
            for byte in [UInt8]([22, 3, 3, 0, 80, 2, 0, 0, 76, 3]) {
                if !peer.write([byte]) { return }
                usleep(1_000_000)
            }
        }
        #expect(report.state("probe.tls.handshake-timeout") == .absent)
        #expect(report.state("probe.tls.alert") == .unknown)
        #expect(report.results.map(\.isGood) == [false])
    }

    @Test func `A certificate message of 16 MB is refused`() async {
        let report = await look { peer, _ in
            _ = peer.readRecord()
            peer.write(Self.serverHello)
            // Certificate (11), as long as its header can say.
            peer.write([22, 3, 3, 0, 4, 11, 0xFF, 0xFF, 0xFF])
            let record: [UInt8] = [22, 3, 3, 0x40, 0] + [UInt8](repeating: 7, count: 0x4000)
            for _ in 0..<1024 where !peer.write(record) { return }
        }
        #expect(report.state("probe.tls.alert") == .absent)
        #expect(report.state("probe.tls.leaf-expired") == .unknown)
        #expect(report.timelines.map(\.bytesReceived).max() ?? 0 <= 2 << 20)
    }

    @Test(arguments: 0...2)
    func `A reset at any stage leaves a named stage behind`(stage: Int) async {
        let report = await look { peer, _ in
            if stage > 0 { _ = peer.readRecord() }
            if stage > 1 { peer.write(Self.serverHello) }
            usleep(50_000)
            peer.reset()
        }
        #expect(report.results.map(\.isGood) == [false])
        let names = report.timelines.flatMap(\.stages).map(\.name)
        #expect(names.contains(stage > 1 ? "tls.server-hello" : "tls.client-hello"), "\(names)")
        #expect(report.state("probe.tls.leaf-expired") == .unknown)
    }

    @Test func `An interrupt in the handshake keeps what is known`() async throws {
        let cancellation = Cancellation()
        let server = ScriptedServer { peer, _ in
            _ = peer.readRecord()
            cancellation.cancel()
            peer.readToEnd()
        }
        let report = await run(TLSProbe.self, .tls, port: server.port, cancellation: cancellation) {
            $0.timeout = 60
        }
        #expect(report.interrupted)
        #expect(report.timelines.contains { $0.stage("connect")?.outcome == .ok })
        #expect(Set(report.evidence.map(\.state)) == [.unknown])
    }

    /// TLS 1.2, suite 0xC02F, renegotiation_info.
    private static let serverHello: [UInt8] =
        [22, 3, 3, 0, 49, 2, 0, 0, 45, 3, 3] + [UInt8](repeating: 9, count: 32)
        + [0, 0xC0, 0x2F, 0, 0, 5, 0xFF, 1, 0, 1, 0]
}
