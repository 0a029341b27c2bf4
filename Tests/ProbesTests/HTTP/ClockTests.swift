import Casebook
import Foundation
import Glibc
import Probes
import Testing

struct ClockTests {
    private static let off: FactID = "probe.clock.local-off"

    /// A server whose clock is `ahead` seconds ahead of this host's.
    private func server(ahead: Double, address: String = "127.0.0.1") -> ScriptedServer {
        ScriptedServer.http(address: address) { peer, _ in
            let format = DateFormatter()
            format.locale = Locale(identifier: "en_US_POSIX")
            format.timeZone = TimeZone(identifier: "GMT")
            format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
            peer.answer(
                200, ["Date: " + format.string(from: Date(timeIntervalSinceNow: ahead))], body: "")
        }
    }

    private func probe(
        _ first: ScriptedServer, _ others: [(String, ScriptedServer)] = [], ntp: UInt16? = nil
    ) async -> ProbeReport {
        await run(ClockProbe.self, .http, port: first.port) { options in
            options.timeout = 2
            options.http.clockServers = others.map {
                ProbeTarget(scheme: .http, host: $0.0, port: $0.1.port)
            }
            options.http.timeServer = ntp.map { "127.0.0.1:\($0)" }
        }
    }

    @Test func `Two servers an hour ahead show that our clock is behind`() async throws {
        let report = await probe(
            server(ahead: 3600), [("127.0.0.2", server(ahead: 3601, address: "127.0.0.2"))])
        #expect(report.state(Self.off) == .present)
        #expect(abs(try #require(report.measure(Self.off)) - 3600) < 5)
    }

    @Test func `One server alone may itself be wrong`() async {
        #expect(await probe(server(ahead: 3600)).state(Self.off) == .unknown)
        // The same name twice is one server.
        let same = await probe(server(ahead: 3600), [("127.0.0.1", server(ahead: 3600))])
        #expect(same.state(Self.off) == .unknown)
    }

    @Test func `Servers that agree with us, and servers that disagree with each other`() async {
        #expect(await probe(server(ahead: 0)).state(Self.off) == .absent)
        let apart = await probe(
            server(ahead: 3600), [("127.0.0.2", server(ahead: -7200, address: "127.0.0.2"))])
        #expect(apart.state(Self.off) == .unknown)
    }

    @Test func `An answer without a date tells nothing`() async {
        let bare = ScriptedServer.http { peer, _ in peer.answer(body: "") }
        #expect(await probe(bare).state(Self.off) == .unknown)
        let odd = ScriptedServer.http { peer, _ in
            peer.answer(200, ["Date: Sun, 99 Nov 1994 08:49:37 GMT"], body: "")
        }
        #expect(await probe(odd).state(Self.off) == .unknown)
    }

    @Test(arguments: [(0.0, FactState.absent), (300.0, .present), (-300.0, .present)])
    func `NTP decides by itself`(ahead: Double, state: FactState) async throws {
        let time = TimeServer(ahead: ahead)
        let report = await probe(server(ahead: 0), ntp: time.port)
        #expect(report.state(Self.off) == state)
        let offset = try #require(report.measures.first { $0.name == "ntp-offset" }?.value)
        #expect(abs(offset - ahead) < 2)
    }

    @Test func `A server of NTP that is not synchronised, or forged, does not count`() async {
        for kind in [TimeServer.Kind.unsynchronised, .forged] {
            let time = TimeServer(ahead: 3600, kind)
            let report = await probe(server(ahead: 0), ntp: time.port)
            #expect(report.state(Self.off) == .absent)
            #expect(!report.measures.contains { $0.name == "ntp-offset" })
        }
    }
}

/// A server of SNTP in the test.
final class TimeServer: Sendable {
    enum Kind { case good, unsynchronised, forged }

    let datagrams: DatagramServer
    var port: UInt16 { datagrams.port }

    init(ahead: Double, _ kind: Kind = .good) {
        datagrams = DatagramServer { question in
            guard question.count >= 48 else { return nil }
            var answer = [UInt8](repeating: 0, count: 48)
            answer[0] = kind == .unsynchronised ? 0xE4 : 0x24
            answer[1] = 2
            answer.replaceSubrange(24..<32, with: question[40..<48])
            if kind == .forged { answer[24] ^= 0xFF }
            var now = timespec()
            clock_gettime(CLOCK_REALTIME, &now)
            let time = Double(now.tv_sec) + Double(now.tv_nsec) / 1e9 + 2_208_988_800 + ahead
            let whole = UInt32(time.rounded(.down))
            for offset in [32, 40] {
                for byte in 0..<4 {
                    answer[offset + byte] = UInt8(truncatingIfNeeded: whole >> (24 - 8 * byte))
                }
                answer[offset + 4] = UInt8((time - time.rounded(.down)) * 256)
            }
            return answer
        }
    }
}
