import Foundation
import Testing
import Triage

@Suite struct SchemaTests {
    @Test(arguments: [
        ["diagnose", "--capture", Inquest.heldCapture, "--json"],
        ["diagnose", "--capture", Inquest.heldCapture, "--ndjson", "--say", "handshake hangs"],
        ["diagnose", "--symptom", "restart-helps", "--json"],
        ["diagnose", "--evidence", heldEvidence, "--casebook", Inquest.casebook, "--json"],
        ["capture", Inquest.heldCapture, "--json"], ["capture", Inquest.heldCapture, "--flows"],
        ["capture", Inquest.heldCapture, "/nowhere.pcap", "--ndjson"],
        ["case", "list", "--json"], ["case", "show", "pmtu-blackhole", "--json"],
        ["case", "search", "session", "resumption", "--json"], ["case", "lint", "--json"],
        ["case", "test", "--json"], ["finding", "list", "--json"],
        ["finding", "show", "capture.tcp.silent-open", "--json"], ["symptom", "list", "--json"],
        ["symptom", "show", "restart-helps", "--json"], ["info", "--json"],
        ["incident", "list", "--json"], ["host", "--json"], ["host", "--watch", "1", "--json"],
        ["host", "--redact", "--json"], ["sql", "--tables", "--json"],
        ["sql", "--host", "SELECT * FROM sockets, limits LIMIT 3", "--json"],
        ["sql", "--capture", Inquest.heldCapture, "SELECT * FROM flows", "--json"],
        ["case", "show", "tls-and-plain-text-mixed-up", "--json"],
        ["capture", "--json", "--compare"] + splitCaptures,
    ])
    func `every JSON output is as its schema says, and says no more`(arguments: [String]) throws {
        let outcome = try Inquest.run(arguments)
        let nodes = try documents(outcome.output)
        #expect(!nodes.isEmpty)
        #expect(nodes.flatMap(SchemaValidator.faults) == [])
    }

    @Test func `every flow and finding of every shipped replay is as its schema says`() throws {
        let captures = try replays()
        #expect(!captures.isEmpty)
        for arguments in [["--flows"], ["--ndjson"]] {
            let outcome = try Inquest.run(["capture"] + captures + arguments)
            let nodes = try documents(outcome.output)
            #expect(nodes.count >= captures.count)
            #expect(nodes.flatMap(SchemaValidator.faults) == [])
        }
    }

    private func replays() throws -> [String] {
        let root = Inquest.repository("casebook")
        let files = try FileManager.default.subpathsOfDirectory(atPath: root)
        return files.filter { $0.hasSuffix(".pcap") || $0.hasSuffix(".pcapng") }.sorted()
            .prefix(40).map { root + "/" + $0 }
    }

    @Test func `recorded evidence and notices are as their schemas say`() throws {
        let folder = Inquest.temporaryFolder()
        _ = try Inquest.run(
            ["diagnose", "--capture", Inquest.heldCapture, "--record", "e.json"], folder: folder)
        let recorded = try String(contentsOfFile: folder + "/e.json", encoding: .utf8)
        #expect(SchemaValidator.faults(in: try document(recorded)) == [])
        let notice = try Inquest.run(["capture", "/nowhere", "--log-format", "json"])
        #expect(SchemaValidator.faults(in: try document(notice.error)) == [])
    }

    @Test func `the validator finds what is wrong`() throws {
        let wrong = try document(
            """
            {"schema": "inquest.evidence/1", "more": 1,
             "evidence": [{"id": 3, "kind": "rumour", "state": "present", "source": "x",
                           "summary": "", "where": [{"file": "a", "packet": 0, "time": "now"}]}]}
            """)
        #expect(SchemaValidator.faults(in: wrong).count == 5)
    }
}
