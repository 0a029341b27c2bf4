import Casebook
import Foundation
import Probes
import Synchronization
import Testing

struct ProbeRunnerTests {
    private final class Box: Sendable {
        let reports = Mutex<[ProbeReport]>([])
        var all: [ProbeReport] { reports.withLock(\.self) }
        func add(_ report: ProbeReport) { reports.withLock { $0.append(report) } }
    }

    @Test func `A thousand targets are asked, each once`() async {
        let server = ScriptedServer(backlog: 1024) { peer, _ in peer.readToEnd() }
        let jobs = (0..<1000).map { number in
            // 127.0.0.0/8 is all ours; each address is a target with a rate limit of its own.
            ProbeJob(
                target: ProbeTarget(
                    scheme: .tcp, host: "127.0.\(number / 250).\(number % 250 + 1)",
                    port: server.port),
                probes: [TCPProbe.self], options: ProbeOptions())
        }
        let box = Box()
        await onThread {
            ProbeRunner(width: 100).run(jobs, cancellation: Cancellation()) { box.add($0) }
        }
        #expect(Set(box.all.map(\.target)).count == 1000)
        // The server listens on 127.0.0.1 alone.
        let open = box.all.filter { $0.state("probe.tcp.connect-refused") == .absent }
        #expect(open.map(\.target.host) == ["127.0.0.1"])
    }

    @Test func `No more jobs are in flight than the width allows`() async {
        let server = ScriptedServer { peer, _ in peer.readToEnd() }
        let jobs = (0..<40).map { _ in
            ProbeJob(
                target: ProbeTarget(scheme: .tls, host: "127.0.0.1", port: server.port),
                probes: [TLSAddressesProbe.self], options: short)
        }
        let box = Box()
        await onThread {
            ProbeRunner(width: 4).run(jobs, cancellation: Cancellation()) { box.add($0) }
        }
        let spans = box.all.map { $0.start..<$0.start + $0.duration }
        #expect(spans.count == 40)
        let most = spans.map { one in spans.count { $0.contains(one.lowerBound) } }.max() ?? 0
        #expect(most <= 4 && most > 1, "\(most)")
    }

    private var short: ProbeOptions {
        var options = ProbeOptions()
        options.timeout = 0.1
        options.connectionsPerSecond = 1000
        return options
    }

    @Test func `The rate limit of a target spaces the starts of its connections`() async {
        let server = ScriptedServer { peer, _ in peer.readToEnd() }
        let report = await run(TCPProbe.self, .tcp, port: server.port) {
            $0.connectionsPerSecond = 10
            $0.addresses = Array(repeating: "127.0.0.1", count: 4)
        }
        let starts = report.timelines.map { timeline in
            timeline.start + (timeline.stage("connect")?.start ?? 0)
        }.sorted()
        #expect(starts.count == 4)
        // Three spaces of 100 ms; half of it, since a busy machine may be late with the first.
        #expect((starts.last ?? 0) - (starts.first ?? 0) >= 150_000_000)
    }

    @Test func `Cancelling ends all jobs and keeps what is known`() async {
        let cancellation = Cancellation()
        let server = ScriptedServer { peer, number in
            if number == 9 { cancellation.cancel() }
            peer.readToEnd()
        }
        var options = ProbeOptions()
        options.timeout = 600
        let jobs = (0..<100).map { [options] _ in
            ProbeJob(
                target: ProbeTarget(scheme: .tls, host: "127.0.0.1", port: server.port),
                probes: [TLSProbe.self], options: options)
        }
        let box = Box()
        await onThread {
            ProbeRunner(width: 20).run(jobs, cancellation: cancellation) { box.add($0) }
        }
        #expect(!box.all.isEmpty && box.all.count <= 20)
        for report in box.all {
            #expect(report.interrupted)
            #expect(Set(report.evidence.map(\.id)) == Set(TLSProbe.findings))
        }
    }

    @Test func `Each probe of the list has a name of its own and a bounded plan`() throws {
        let target = try ProbeTarget(parsing: "https://example.com")
        #expect(Set(ProbeList.all.map { $0.name }).count == ProbeList.all.count)
        for probe in ProbeList.all {
            let plan = probe.plan(target, ProbeOptions(), addresses: 2)
            #expect(plan.connections >= 0 && plan.seconds.isFinite, "\(probe.name)")
            #expect(!plan.description.isEmpty && !probe.summary.isEmpty)
            #expect(probe.findings.allSatisfy { $0.hasPrefix("probe.") })
        }
    }

    @Test func `The safe bundle holds nothing that needs consent`() throws {
        let target = try ProbeTarget(parsing: "https://example.com")
        let bundle = ProbeList.bundle(for: target, allowed: .normal)
        #expect(bundle.contains { $0.name == "tls" })
        #expect(!bundle.contains { $0.effect > .normal })
    }

    @Test func `What a probe does stays within its plan`() async throws {
        let leaf = try Certificates.shared.get().leaf()
        let server = try await nginx(
            ports: [FreePort.take()], nginxCertificate(leaf) + "location / { return 200 ok; }")
        for probe in ProbeList.all
        where probe.name.hasPrefix("tls") && probe.schemes.contains(.https) {
            let report = await run(probe, .https, port: server.port) {
                $0.allowed = .disruptive
                $0.connectionsPerSecond = 1000
                $0.holdSeconds = 1
            }
            let plan = probe.plan(report.target, allowing(.disruptive), addresses: 1)
            let connections = report.timelines.filter { $0.label != "resolve" }
            #expect(connections.count <= plan.connections, "\(probe.name)")
            #expect(connections.map(\.bytesSent).reduce(0, +) <= plan.bytes, "\(probe.name)")
            #expect(Double(report.duration) / 1e9 <= plan.seconds, "\(probe.name)")
        }
    }

    private func allowing(_ effect: EffectClass) -> ProbeOptions {
        var options = ProbeOptions()
        options.timeout = 10
        options.allowed = effect
        return options
    }
}
