import Foundation
import Testing
import Triage

/// `inquest incident verify`: does the fix work?
@Suite struct VerificationTests {
    private let folder = Inquest.temporaryFolder()
    private let held = "blocking-tls-accept-held-by-silent-client"
    private static let replays = Inquest.repository(
        "casebook/tls/blocking-tls-accept-held-by-silent-client/replays")
    private static let healthy = Inquest.repository("Tests/Fixtures/captures")

    private func run(_ arguments: String...) throws -> Inquest.Outcome {
        try Inquest.run(
            arguments + [
                "--casebook", Inquest.repository("casebook"), "--database", folder + "/i.db",
            ])
    }

    private func before() throws -> String {
        let path = folder + "/before.json"
        _ = try run("diagnose", "--capture", Self.replays + "/held-by-nc.pcap", "--record", path)
        return path
    }

    private func verify(_ arguments: String...) throws -> (status: Int32, document: JSONNode) {
        let outcome = try Inquest.run(
            ["incident", "verify"] + arguments + [
                "--json", "--casebook", Inquest.repository("casebook"), "--database",
                folder + "/i.db",
            ])
        let node = try document(outcome.output)
        #expect(SchemaValidator.faults(in: node) == [])
        return (outcome.status, node)
    }

    @Test func `a server that answers beside a silent client is fixed`() throws {
        let (status, node) = try verify(
            "--case", held, "--before", try before(), "--capture",
            Self.healthy + "/healthy-nginx-tls-silent-client.pcap")
        #expect(node["outcome"]?.string == "fixed")
        #expect(status == 0)
    }

    @Test func `the same trouble in another capture is not fixed`() throws {
        let (status, node) = try verify(
            "--case", held, "--before", try before(), "--capture",
            Self.replays + "/held-python-server.pcap")
        #expect(node["outcome"]?.string == "not-fixed")
        #expect(status == 1)
    }

    @Test func `what had no occasion to show is named`() throws {
        // TLS that works, and nobody who is silent: the fix may have been to silence the check.
        let (status, node) = try verify(
            "--case", held, "--before", try before(), "--capture",
            Self.healthy + "/healthy-nginx-curl-tls13.pcap")
        #expect(node["outcome"]?.string == "fixed")
        #expect(
            node["missing"]?.array?.compactMap(\.string)
                == ["capture.tls.hello-released-by-silent-flow-end"])
        #expect(status == 0)
    }

    @Test func `other traffic shows nothing at all`() throws {
        let (status, node) = try verify(
            "--case", held, "--capture", Self.healthy + "/healthy-http-keepalive.pcapng")
        #expect(node["outcome"]?.string == "cannot-tell")
        #expect(status == 3)
    }

    @Test func `an incident of the ledger brings its case and what was seen`() throws {
        _ = try run("incident", "confirm", held, "--evidence", try before())
        let (status, node) = try verify(
            "1", "--capture", Self.healthy + "/healthy-nginx-tls-silent-client.pcap")
        #expect(node["incident"]?.number == 1)
        #expect(node["case"]?.string == held)
        #expect(node["findings"]?.array?.first?["before"]?.string == "present")
        #expect(status == 0)
        let text = try run(
            "incident", "verify", "1", "--capture", Self.replays + "/held-python-server.pcap")
        #expect(text.output.hasPrefix("NOT FIXED"))
    }

    @Test func `what is missing or unknown is said`() throws {
        #expect(try run("incident", "verify", "1").status == 64)
        let capture = Self.healthy + "/healthy-loopback.pcap"
        let nobody = try run("incident", "verify", "7", "--capture", capture)
        #expect(nobody.status == 64)
        let wrong = try run("incident", "verify", "--case", held + "s", "--capture", capture)
        #expect(wrong.status == 64)
        #expect(wrong.error.contains(held))
        #expect(try run("incident", "verify", "--capture", capture).status == 64)
    }
}
