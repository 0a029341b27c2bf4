import Casebook
import Foundation
import Glibc
import Probes
import Synchronization
import Testing

/// A site behind a device that bans who cancels: it counts requests whose client is gone when the
/// answer is due, and from `limit` on answers in the server's place, or not at all.
private final class BanningSite: Sendable {
    enum Ban { case page, silence }

    let server: ScriptedServer

    init(limit: Int, ban: Ban, countsAll: Bool = false) {
        let counted = Mutex(0)
        let shared = Counter(counted)
        server = ScriptedServer { peer, _ in
            guard peer.readRequest() != nil else { return }
            if shared.value >= limit {
                switch ban {
                case .page:
                    peer.answer(403, body: "<p>Access Administratively Blocked for 192.0.2.1</p>")
                case .silence: peer.readToEnd()
                }
                return
            }
            // Slower than the probe's patience before it cancels.
            let gaveUp = peer.waitForEnd(seconds: 0.5)
            peer.write("HTTP/1.1 200 OK\r\nServer: origin\r\nContent-Length: 100000\r\n\r\n")
            let part = [UInt8](repeating: 0x61, count: 50_000)
            let isGone = !peer.write(part) || peer.waitForEnd(seconds: 0.05) || !peer.write(part)
            if gaveUp || isGone || countsAll { shared.increment() }
            peer.finish()
            peer.readToEnd()
        }
    }

    private final class Counter: Sendable {
        private let count: Mutex<Int>
        init(_ count: consuming Mutex<Int>) { self.count = count }
        var value: Int { count.withLock(\.self) }
        func increment() { count.withLock { $0 += 1 } }
    }
}

extension Peer {
    /// Whether the client ends its side, by FIN or RST, within that time.
    fileprivate func waitForEnd(seconds: Double) -> Bool {
        var polled = pollfd(
            fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&polled, 1, Int32(seconds * 1000)) > 0
    }
}

struct HTTPAbandonTests {
    private static let follows: FactID = "probe.http.block-follows-cancels"

    private func probe(
        _ server: ScriptedServer,
        _ change: @escaping @Sendable (inout ProbeOptions) -> Void = { _ in }
    ) async -> ProbeReport {
        await run(HTTPAbandonProbe.self, .http, port: server.port) {
            $0.allowed = .disruptive
            $0.http.abandonAfter = 0.1
            $0.timeout = 2
            change(&$0)
        }
    }

    @Test func `A block page after two cancels is tied to them`() async {
        let site = BanningSite(limit: 2, ban: .page)
        let report = await probe(site.server)
        #expect(report.state(Self.follows) == .present)
        #expect(report.measure(Self.follows) == 2)
        #expect(report.summary(Self.follows).contains("access administratively blocked"))
        // Stopped at the block: no further cancels.
        #expect(report.timelines.count { $0.label.hasPrefix("cancel") } == 2)
    }

    @Test func `Silence after a cancel is a block too`() async {
        let site = BanningSite(limit: 1, ban: .silence)
        let report = await probe(site.server)
        #expect(report.state(Self.follows) == .present)
        #expect(report.measure(Self.follows) == 1)
        #expect(report.summary(Self.follows).contains("unanswered"))
    }

    @Test func `A block that needs no cancel is not tied to them`() async {
        let site = BanningSite(limit: 3, ban: .page, countsAll: true)
        let report = await probe(site.server)
        #expect(report.state(Self.follows) == .absent)
        #expect(report.summary(Self.follows).contains("left to finish"))
        #expect(!report.timelines.contains { $0.label.hasPrefix("cancel") })
    }

    @Test func `A server that does not mind is absent, and the resets are counted`() async {
        let site = BanningSite(limit: .max, ban: .page)
        let report = await probe(site.server)
        #expect(report.state(Self.follows) == .absent)
        #expect(report.results.contains { $0.summary.contains("OutRsts +") })
        let labels = report.timelines.map(\.label)
        #expect(labels.count { $0.hasPrefix("cancel") } == 4)
        #expect(labels.count { $0.hasPrefix("control") } == 4)
    }

    @Test func `A server that never answers leaves it unknown`() async {
        let server = ScriptedServer { peer, _ in peer.readToEnd() }
        let report = await probe(server)
        #expect(report.state(Self.follows) == .unknown)
        #expect(!report.timelines.contains { $0.label.hasPrefix("cancel") })
    }

    @Test func `More than six cancels are never made`() async {
        let plan = HTTPAbandonProbe.plan(
            ProbeTarget(scheme: .http, host: "h", port: 1),
            {
                var options = ProbeOptions()
                options.count = 1000
                return options
            }(), addresses: 1)
        #expect(plan.connections <= 5 + 3 * 6)
        let server = ScriptedServer.http { peer, _ in peer.answer() }
        let refused = await run(HTTPAbandonProbe.self, .http, port: server.port) {
            $0.allowed = .load
        }
        #expect(refused.state(Self.follows) == .unknown)
        #expect(server.connections == 0)
    }
}
