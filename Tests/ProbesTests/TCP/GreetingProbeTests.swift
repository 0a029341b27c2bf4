import Casebook
import Foundation
import Glibc
import Probes
import Testing

@Suite struct GreetingProbeTests {
    @Test(.enabled(if: Postfix.isAvailable))  // package postfix, and root
    func `a mail server greets at once`() async throws {
        let postfix = try await Postfix(settings: [:])
        let report = await run(GreetingProbe.self, .smtp, port: postfix.port)
        #expect(report.state("probe.app.no-greeting") == .absent)
        #expect(report.state("probe.app.greeting-late") == .absent)
        #expect(report.state("probe.app.no-answer-after-connect") == .unknown)
    }

    @Test func `a server that should greet and does not`() async {
        let mute = ScriptedServer { peer, _ in peer.readToEnd() }
        let report = await run(GreetingProbe.self, .smtp, port: mute.port) { $0.timeout = 5.5 }
        #expect(report.state("probe.app.no-greeting") == .present)
        #expect((report.measure("probe.app.no-greeting") ?? 0) >= 5)
        #expect(report.state("probe.app.greeting-late") == .unknown)
    }

    @Test func `a greeting that comes after more than four seconds is late`() async {
        let slow = ScriptedServer { peer, _ in
            Foundation.Thread.sleep(forTimeInterval: 4.3)
            peer.write("220 slow.example.test\r\n")
            peer.readToEnd()
        }
        let report = await run(GreetingProbe.self, .smtp, port: slow.port) { $0.timeout = 10 }
        #expect(report.state("probe.app.greeting-late") == .present)
        #expect(report.state("probe.app.no-greeting") == .absent)
    }

    @Test func `a request that is acknowledged and not answered, and one that is`() async {
        let id = "probe.app.no-answer-after-connect"
        let mute = ScriptedServer { peer, _ in peer.readToEnd() }
        let bad = await run(GreetingProbe.self, .http, port: mute.port) { $0.timeout = 10 }
        #expect(bad.state(id) == .present)
        let short = await run(GreetingProbe.self, .http, port: mute.port) { $0.timeout = 1 }
        #expect(short.state(id) == .unknown)
        let good = ScriptedServer { peer, _ in
            _ = peer.read()
            peer.write("HTTP/1.1 204 No Content\r\n\r\n")
            peer.readToEnd()
        }
        #expect(await run(GreetingProbe.self, .http, port: good.port).state(id) == .absent)
    }

    @Test func `silence on a port of unknown protocol settles nothing, bytes do`() async {
        let mute = ScriptedServer { peer, _ in peer.readToEnd() }
        let silent = await run(GreetingProbe.self, .tcp, port: mute.port) { $0.timeout = 1 }
        #expect(silent.state("probe.app.no-greeting") == .unknown)
        let server = ScriptedServer { peer, _ in
            peer.write("SSH-2.0-test\r\n")
            peer.readToEnd()
        }
        let greeted = await run(GreetingProbe.self, .tcp, port: server.port)
        #expect(greeted.state("probe.app.no-greeting") == .absent)
    }
}
