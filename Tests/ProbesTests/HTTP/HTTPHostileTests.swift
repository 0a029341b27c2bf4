import Casebook
import Foundation
import Probes
import Synchronization
import Testing

/// Servers that mean harm, or are broken beyond the imagination of a protocol.
struct HTTPHostileTests {
    private static let short: FactID = "probe.http.body-shorter-than-length"
    private static let gateway: FactID = "probe.http.gateway-error"

    /// Every probe of HTTP that needs nothing but a target, with deadlines of a second.
    private func probeAll(_ port: UInt16, timeout: Double = 1) async -> [ProbeReport] {
        var reports: [ProbeReport] = []
        for probe in [HTTPProbe.self, HTTPRepeatProbe.self, HTTP2Probe.self, ClockProbe.self]
            as [any Probe.Type]
        {
            reports.append(
                await run(probe, .http, port: port) {
                    $0.timeout = timeout
                    $0.count = 3
                })
        }
        return reports
    }

    /// Text of a report that reaches a person by itself: no control characters, bounded.
    private func expectTame(_ reports: [ProbeReport]) {
        for report in reports {
            let texts = report.evidence.map(\.summary) + report.results.map(\.summary)
            for text in texts {
                #expect(text.utf8.count < 1000)
                #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F })
            }
        }
    }

    @Test(arguments: [
        "HTTP/1.1 200 \u{1B}]0;owned\u{07}\u{1B}[2J\r\nServer: \u{1B}[31mred\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n" + String(repeating: "X-Header: value\r\n", count: 10_000) + "\r\n",
        "HTTP/1.1 200 OK\r\nX: " + String(repeating: "a", count: 1_000_000),
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
        "HTTP/1.1 99999 OK\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "\u{0}\u{1}\u{2}\r\n\r\n",
        String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 10_000),
        "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\nx",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx",
    ])
    func `Odd answers are read or refused, and never shown raw`(answer: String) async {
        let server = ScriptedServer { peer, _ in
            _ = peer.readHead()
            peer.write(answer)
            peer.finish()
            peer.readToEnd()
        }
        expectTame(await probeAll(server.port))
    }

    @Test func `A server that sends for ever is cut at a bound or at the deadline`() async {
        let server = ScriptedServer { peer, _ in
            _ = peer.readHead()
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n")
            let block = [UInt8](repeating: 0x61, count: 1 << 16)
            while peer.write(block) {}
        }
        let report = await run(HTTPProbe.self, .http, port: server.port) { $0.timeout = 2 }
        #expect(report.state(Self.short) == .unknown)
        #expect((report.timelines.first { $0.label == "request" }?.bytesReceived ?? 0) <= 16 << 20)
        expectTame([report])
    }

    @Test func `A server that sends a byte now and then ends at the deadline`() async {
        let server = ScriptedServer { peer, _ in
            _ = peer.readHead()
            while peer.write("H") { peer.pause(seconds: 0.2) }
        }
        let report = await run(HTTPProbe.self, .http, port: server.port) { $0.timeout = 1 }
        #expect(report.state(Self.gateway) == .unknown)
        #expect(report.duration < 20_000_000_000)
        let drip = ScriptedServer { peer, _ in
            _ = peer.readHead()
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while peer.write("x") { peer.pause(seconds: 0.2) }
        }
        let slow = await run(HTTPProbe.self, .http, port: drip.port) { $0.timeout = 1 }
        // It moves, so it has not stopped.
        #expect(slow.state(Self.short) == .unknown)
    }

    /// At which moment the server resets.
    enum Moment: CaseIterable {
        case atOnce, afterRequest, inStatusLine, inHead, inBody
    }

    @Test(arguments: Moment.allCases)
    func `A reset at any stage is named by its stage`(moment: Moment) async {
        let server = ScriptedServer { peer, _ in
            if moment != .atOnce { _ = peer.readHead() }
            switch moment {
            case .atOnce, .afterRequest: break
            case .inStatusLine: peer.write("HTTP/1.1 2")
            case .inHead: peer.write("HTTP/1.1 200 OK\r\nServ")
            case .inBody: peer.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")
            }
            while peer.unacknowledged > 0 {}
            peer.reset()
        }
        let report = await run(HTTPProbe.self, .http, port: server.port) { $0.timeout = 3 }
        #expect(report.results.first?.isGood == false)
        #expect(report.state(Self.short) == (moment == .inBody ? .present : .unknown))
        #expect(report.state(Self.gateway) == (moment == .inBody ? .absent : .unknown))
        #expect(report.timelines.flatMap(\.stages).contains { $0.outcome != .ok })
    }

    @Test func `Ctrl-C ends a probe at once and keeps what is known`() async {
        let cancellation = Cancellation()
        let server = ScriptedServer { peer, _ in
            _ = peer.readHead()
            cancellation.cancel()
            peer.readToEnd()
        }
        let report = await run(
            HTTPProbe.self, .http, port: server.port, cancellation: cancellation
        ) { $0.timeout = 60 }
        #expect(report.interrupted)
        #expect(report.duration < 30_000_000_000)
        for id in HTTPProbe.findings { #expect(report.state(id) == .unknown) }
        #expect(report.timelines.contains { $0.stage("connect") != nil })
    }

    private static let interruptible: [any Probe.Type] = ProbeList.all.filter {
        $0.name.hasPrefix("http") || $0.name == "clock"
    }

    @Test(arguments: interruptible.map { $0.name }, [0, 1, 2, 4, 7])
    func `Ctrl-C in any probe, whenever, makes no fault of a healthy server`(
        name: String, requests: Int
    ) async throws {
        let probe = try #require(ProbeList.named(name))
        let cancellation = Cancellation()
        let served = Mutex(0)
        let server = ScriptedServer { peer, _ in
            while let request = peer.readHead() {
                if !request.value(of: "expect").isEmpty { peer.write("HTTP/1.1 100 Go on\r\n\r\n") }
                _ = peer.read(exactly: Int(request.value(of: "content-length")) ?? 0)
                let number = served.withLock { count in
                    count += 1
                    return count
                }
                if number > requests {
                    cancellation.cancel()
                    peer.readToEnd()
                    return
                }
                peer.answer(request.path.hasPrefix("/inquest-") ? 404 : 200)
            }
        }
        let report = await run(probe, .http, port: server.port, cancellation: cancellation) {
            $0.allowed = .disruptive
            $0.timeout = 20
            $0.http.otherHost = "other.test"
            $0.http.healthPath = "/health"
            $0.http.proxyIdle = 1
            $0.backend = ProbeTarget(scheme: .http, host: "127.0.0.1", port: server.port)
        }
        for evidence in report.evidence {
            #expect(evidence.state != .present, "\(evidence.id): \(evidence.summary)")
        }
        // Far below one timeout: every wait ends with the interruption.
        #expect(report.duration < 15_000_000_000)
    }

    @Test func `What a person gives cannot break out of the request`() async {
        let server = ScriptedServer.http { peer, request in
            peer.answer(request.head.contains("\r\nInjected:") ? 500 : 200)
        }
        var options = ProbeOptions()
        options.timeout = 2
        options.headers = [.init(name: "X-A\r\nInjected: 1", value: "b\r\nInjected: 2")]
        let target = ProbeTarget(
            scheme: .http, host: "127.0.0.1", port: server.port,
            path: "/ HTTP/1.1\r\nInjected: 3\r\n\r\n")
        let (chosen, asked) = (options, target)
        let report = await onThread { ProbeRunner.run(HTTPProbe.self, asked, chosen) }
        #expect(report.results.first?.isGood == true)
    }
}
