import Casebook
import Foundation
import Testing

@testable import TrafficAnalysis

/// Analyzers and the vocabulary agree, and findings that are easily confused are told apart.
@Suite struct AnalyzerTests {
    static let vocabulary: Set<String> = {
        let file = fixtures.deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("casebook/findings.yaml")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        let ids = text.split(separator: "\n").filter { $0.hasPrefix("  - id: ") }
        return Set(ids.map { String($0.dropFirst(8)) })
    }()

    private func capture(_ name: String) throws -> CaptureReport {
        try analyse(fixtures.appendingPathComponent("captures/" + name).path)
    }

    private func replay(_ path: String) throws -> CaptureReport {
        let root = fixtures.deletingLastPathComponent().deletingLastPathComponent()
        return try analyse(root.appendingPathComponent("casebook/" + path).path)
    }

    private func state(_ id: String, _ report: CaptureReport) -> String {
        report.findings.first { $0.id == id }.map { $0.state.rawValue } ?? "unknown"
    }

    @Test func `every finding is in the vocabulary and has one analyzer`() {
        let all = analyzers.flatMap { $0.establishes }
        #expect(Set(all).count == all.count)
        for id in all { #expect(Self.vocabulary.contains(id), "\(id)") }
    }

    @Test(arguments: HostileCaptureTests.captures)
    func `analyzers establish only what they say`(name: String) throws {
        let all = Set(
            analyzers.flatMap { $0.establishes } + datagramAnalyzers.flatMap { $0.establishes })
        guard let report = try? analyse(fixtures.appendingPathComponent(name).path) else { return }
        for finding in report.findings { #expect(all.contains(finding.id)) }
    }

    @Test func `a mirror port shows two MAC pairs in a flow, but no sender with two next hops`()
        throws
    {
        let report = try capture("healthy-mirror-port.pcap")
        #expect(state("capture.tcp.flow-changes-mac", report) == "present")
        #expect(state("capture.tcp.sender-uses-two-next-hops", report) == "absent")
        #expect(report.warnings.contains { $0.id == "capture.quality.duplicated-packets" })
    }

    @Test func `a server that answers beside a silent client is not held by it`() throws {
        let report = try capture("healthy-nginx-tls-silent-client.pcap")
        #expect(state("capture.tcp.silent-open", report) == "present")
        #expect(state("capture.tls.hello-released-by-silent-flow-end", report) == "absent")
    }

    @Test func `an echoed session id is no resumption in TLS 1.3`() throws {
        let report = try capture("healthy-nginx-curl-tls13.pcap")
        var handshakes = 0
        report.forEachFlow { flow in
            guard let tls = flow.tls, tls.serverHellos > 0 else { return }
            handshakes += 1
            #expect(tls.version == "TLSv1.3")
            #expect(!tls.resumed)
        }
        #expect(handshakes > 0)
        #expect(state("capture.tls.resumption-refused", report) == "unknown")
    }

    @Test func `the victim's own view cannot say who held the server`() throws {
        let folder = "tls/blocking-tls-accept-held-by-silent-client/replays/"
        let held = try replay(folder + "held-by-nc.pcap")
        let victim = try replay(folder + "victim-view-only.pcap")
        #expect(state("capture.tls.hello-released-by-silent-flow-end", held) == "present")
        #expect(state("capture.tls.hello-released-by-silent-flow-end", victim) == "unknown")
    }

    @Test func `nothing is said of answers where only one direction was captured`() throws {
        let report = try replay(
            "middlebox/asymmetric-path-through-stateful-firewall/replays/"
                + "firewall-sees-one-direction.pcap")
        #expect(report.warnings.contains { $0.id == "capture.quality.one-sided" })
        #expect(state("capture.tcp.request-never-answered", report) == "unknown")
        #expect(state("capture.tcp.syn-unanswered", report) != "present")
    }

    @Test func `connections beyond the limit are counted, not followed`() throws {
        let path = fixtures.appendingPathComponent("captures/healthy-http-keepalive.pcapng").path
        let whole = try analyse(path)
        let limited = try analyse(path, flowLimit: 1)
        try #require(whole.tcp.flows > 1)
        #expect(limited.tcp.flows == 1)
        #expect(limited.packets == whole.packets)
        #expect(limited.warnings.contains { $0.id == "capture.quality.too-many-flows" })
    }
}
