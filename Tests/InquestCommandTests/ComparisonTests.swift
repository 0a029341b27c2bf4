import Foundation
import Testing
import Triage

/// One run at four points: client, the switch's two sides, server (see the replays' README).
let splitCaptures = [
    "client-side", "switch-carrier-side", "switch-server-side", "server-side",
].map(splitCapture)

private func splitCapture(_ name: String) -> String {
    Inquest.repository(
        "casebook/load-balancing/flow-split-across-load-balancers-by-hash/replays/\(name).pcap")
}

@Suite struct ComparisonTests {
    private let behindProxy = ["client-behind-ack-proxy", "switch-behind-ack-proxy"]
        .map(splitCapture)

    @Test func `four points tell where the ClientHellos were lost`() throws {
        let outcome = try Inquest.run(["capture", "--compare", "--json"] + splitCaptures)
        #expect(outcome.status == 0)
        let node = try document(outcome.output)
        #expect(node["matched"]?.number == 12)
        let hops = try #require(node["hops"]?.array)
        #expect(hops.map { $0["client"]?["lost_for_good"]?.number } == [0, 0, 24])
        #expect(hops.map { $0["client"]?["ttl_step"]?.number } == [2, 1, 1])
        #expect(node["troubled"]?.number == 4)
        let findings = try #require(node["findings"]?.array)
        let present = findings.filter { $0["state"]?.string == "present" }
        #expect(present.map { $0["id"]?.string } == ["capture.pair.lost-between"])
    }

    @Test func `the ladder shows each packet at each point`() throws {
        let outcome = try Inquest.run(["capture", "--compare"] + splitCaptures)
        let text = outcome.output
        #expect(text.contains("24 from"))
        #expect(text.contains(#/> ClientHello 517 +36 +36 +36 +x/#))
        #expect(text.contains("> ClientHello 517 again"))
        #expect(outcome.lines.filter { !$0.contains("/") }.allSatisfy { $0.count <= 80 })
    }

    @Test func `a box that acknowledges for the server is seen from both of its sides`() throws {
        let outcome = try Inquest.run(["capture", "--compare", "--json"] + behindProxy)
        let findings = try #require(try document(outcome.output)["findings"]?.array)
        let present = findings.filter { $0["state"]?.string == "present" }
        #expect(present.map { $0["id"]?.string } == ["capture.pair.ack-not-sent"])
    }

    @Test func `diagnose takes the points together and each by itself`() throws {
        let outcome = try Inquest.run(
            ["diagnose", "--casebook", Inquest.repository("casebook"), "--json", "--compare"]
                + splitCaptures)
        #expect(outcome.status == 1)
        let node = try document(outcome.output)
        #expect(node["verdict"]?.string == "confirmed")
        #expect(
            node["cases"]?.array?.first?["id"]?.string
                == "flow-split-across-load-balancers-by-hash")
        let ids = Set((node["evidence"]?.array ?? []).compactMap { $0["id"]?.string })
        #expect(ids.isSuperset(of: ["capture.pair.lost-between", "capture.tcp.flow-changes-mac"]))
    }

    struct Mistake: Sendable, CustomTestStringConvertible {
        var arguments: [String]
        var status: Int32
        var words: String
        var testDescription: String { arguments.joined(separator: " ") }
    }

    static let mistakes: [Mistake] = [
        Mistake(
            arguments: ["capture", "--compare", splitCaptures[0]], status: 64,
            words: "two to eight points, not 1 file"),
        Mistake(
            arguments: ["diagnose", "--compare", splitCaptures[0]], status: 64,
            words: "two to eight points"),
        Mistake(
            arguments: ["capture", "--compare", "--flows"] + splitCaptures, status: 64,
            words: "contradict each other"),
        Mistake(arguments: ["capture", "--compare", "-", "-"], status: 64, words: "only once"),
        Mistake(
            arguments: ["capture", "--compare", splitCaptures[0], "/nowhere.pcap"], status: 66,
            words: "/nowhere.pcap"),
        Mistake(
            arguments: ["capture", "--compare", splitCaptures[0], "/etc/hosts"], status: 65,
            words: "no pcap"),
    ]

    @Test(arguments: mistakes) func `what is given wrong is said`(mistake: Mistake) throws {
        let outcome = try Inquest.run(mistake.arguments)
        #expect(outcome.status == mistake.status)
        #expect(outcome.error.contains(mistake.words), "\(outcome.error)")
    }
}
