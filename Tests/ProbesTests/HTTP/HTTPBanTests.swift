import Casebook
import Foundation
import Glibc
import Probes
import Testing

/// Incident 3 with a real filter: a kernel that counts RSTs and drops their source.
///
/// Needs root, `ip` and `nft`, since the filter stands in a network namespace of its own.
@Suite(.enabled(if: TestNetwork.isAvailable, "needs root, ip and nft"))
struct HTTPBanTests {
    private static let follows: FactID = "probe.http.block-follows-cancels"
    private static let one: FactID = "probe.tcp.blocked-source-only"

    /// A path of client and server; `rules` stand at the server.
    private func network(_ rules: String) throws -> TestNetwork {
        let network = try TestNetwork(nodes: 2)
        try network.run("ip addr add 10.9.0.77/24 dev r", on: 0)
        try command(
            ["ip", "netns", "exec", network.name(1), "nft", "-f", "-"], in: "/", input: rules)
        return network
    }

    /// Answers after 0.4 s, later than the probe's patience.
    private func slowServer(_ network: TestNetwork) async -> ScriptedServer {
        let address = network.server
        return await network.inside(1) {
            ScriptedServer(address: address, port: 8080) { peer, _ in
                while peer.readRequest() != nil {
                    peer.pause(seconds: 0.4)
                    guard peer.answer(body: String(repeating: "a", count: 30_000)) else { return }
                }
            }
        }
    }

    private static func ban(after resets: Int) -> String {
        """
        table inet ban {
            set offenders { type ipv4_addr; flags dynamic, timeout; timeout 60s; }
            chain resets {
                limit rate over 1/hour burst \(resets) packets add @offenders { ip saddr }
            }
            chain input {
                type filter hook input priority 0;
                ip saddr @offenders drop
                tcp dport 8080 tcp flags & rst == rst jump resets
            }
        }

        """
    }

    private func probe(
        _ network: TestNetwork, _ change: (inout ProbeOptions) -> Void = { _ in }
    ) async -> ProbeReport {
        await network.probe(HTTPAbandonProbe.self, .http) {
            $0.allowed = .disruptive
            $0.timeout = 2
            $0.http.abandonAfter = 0.1
            change(&$0)
        }
    }

    @Test func `A filter that bans who resets, and spares the other address`() async throws {
        let network = try network(Self.ban(after: 1))
        let server = await slowServer(network)
        defer { withExtendedLifetime(server) {} }
        let report = await probe(network) { $0.otherSourceAddress = "10.9.0.77" }
        #expect(report.state(Self.follows) == .present, "\(report.summary(Self.follows))")
        #expect((1...6).contains(report.measure(Self.follows) ?? 0))
        #expect(report.summary(Self.follows).contains("from 10.9.0.77 it is served"))
        // The cancels left resets on the wire; the completed requests did not.
        let notes = report.results.map(\.summary).filter { $0.contains("OutRsts") }
        #expect(notes.first { $0.contains("read to their end") }?.contains("OutRsts +0") == true)
        #expect(notes.contains { $0.hasPrefix("cancel 1") && !$0.contains("OutRsts +0") })
    }

    @Test func `A filter that bans who connects often is no ban for cancels`() async throws {
        let network = try network(
            """
            table inet ban {
                chain input {
                    type filter hook input priority 0;
                    tcp dport 8080 tcp flags & (syn | ack) == syn limit rate over 1/hour \
            burst 3 packets drop
                }
            }

            """)
        let server = await slowServer(network)
        defer { withExtendedLifetime(server) {} }
        let report = await probe(network)
        #expect(report.state(Self.follows) == .absent)
        #expect(report.summary(Self.follows).contains("left to finish"))
    }

    @Test func `Without a filter cancels have no consequence`() async throws {
        let network = try network("table inet ban { }\n")
        let server = await slowServer(network)
        defer { withExtendedLifetime(server) {} }
        let report = await probe(network)
        #expect(report.state(Self.follows) == .absent)
        #expect(report.results.contains { $0.summary.contains("OutRsts +") })
    }
}
