import Foundation
import Testing
import Triage

/// Evidence of the tests' own casebook in which a silent client holds the accept loop.
let heldEvidence = Inquest.casebook + "/tls/silent-client-holds-accept/replays/held.json"

private func diagnose(_ arguments: String...) throws -> Inquest.Outcome {
    try Inquest.run(["diagnose", "--casebook", Inquest.casebook] + arguments)
}

@Suite struct DiagnoseTests {
    @Test func `a confirmed case ends with 1 and names itself in the first line`() throws {
        let outcome = try diagnose("--evidence", heldEvidence)
        #expect(outcome.status == 1)
        #expect(outcome.error.isEmpty)
        #expect(outcome.lines[0] == "CONFIRMED: One silent client holds the accept loop")
    }

    @Test func `the text of a diagnosis is the one we decided on`() throws {
        let outcome = try diagnose("--evidence", heldEvidence)
        try expectSnapshot(outcome.output, named: "confirmed")
        let undecided = try diagnose("--symptom", "restart-helps")
        #expect(undecided.status == 3)
        try expectSnapshot(undecided.output, named: "undecided")
    }

    @Test func `Markdown for a ticket is the one we decided on`() throws {
        let outcome = try diagnose("--evidence", heldEvidence, "--markdown")
        // The hash changes with every edit of the fixture.
        let text = outcome.output.replacing(/`[0-9a-f]{40}`/, with: "`HASH`")
        try expectSnapshot(text, named: "markdown")
    }

    @Test func `no line that may be wrapped is wider than 80 columns`() throws {
        let outcome = try Inquest.run(["diagnose", "--capture", Inquest.heldCapture])
        for line in outcome.lines where !line.hasPrefix("    ") && line.contains(" ") {
            #expect(line.unicodeScalars.count <= 80, "\(line)")
        }
    }

    @Test(arguments: [
        ("likely", 1), ("confirmed", 1), ("none", 0),
    ])
    func `--fail-on decides what ends with 1`(threshold: String, status: Int32) throws {
        let outcome = try diagnose("--evidence", heldEvidence, "--fail-on", threshold)
        #expect(outcome.status == status)
    }

    @Test func `nothing known ends with 2, too little with 3`() throws {
        #expect(try diagnose("--symptom", "restart-helps=unknown").status == 2)
        #expect(try diagnose("--symptom", "restart-helps").status == 3)
    }

    @Test func `the JSON has the keys of the contract in their order`() throws {
        let outcome = try diagnose("--evidence", heldEvidence, "--json")
        let node = try document(outcome.output)
        #expect(
            node.keys == [
                "schema", "inquest", "casebook", "verdict", "cases", "unlisted", "evidence", "next",
                "stop", "second_thoughts", "warnings", "truncated",
            ])
        let first = try #require(node["cases"]?.array?.first)
        #expect(
            first.keys == [
                "id", "title", "probability", "verdict", "for", "against", "missing", "unexplained",
                "false_leads", "decided_by", "fixes", "verify", "book",
            ])
        let sum = (node["cases"]?.array ?? []).compactMap { $0["probability"]?.number }
            .reduce(node["unlisted"]?["probability"]?.number ?? 0, +)
        #expect(abs(sum - 1) < 0.001 * 2)
        #expect(node["verdict"]?.string == "confirmed")
        #expect(node["truncated"]?.bool == false)
    }

    @Test func `the same evidence gives the same bytes`() throws {
        let first = try diagnose("--evidence", heldEvidence, "--json")
        let second = try diagnose("--evidence", heldEvidence, "--json")
        #expect(first.bytes == second.bytes)
    }

    @Test func `recorded evidence is judged the same again`() throws {
        let folder = Inquest.temporaryFolder()
        let capture = Inquest.heldCapture
        let first = try Inquest.run(
            ["diagnose", "--capture", capture, "--record", "e.json", "--json"], folder: folder)
        let second = try Inquest.run(
            ["diagnose", "--evidence", "e.json", "--json"], folder: folder)
        let (one, two) = (try document(first.output), try document(second.output))
        #expect(one["verdict"]?.string == two["verdict"]?.string)
        #expect(
            one["cases"]?.array?.first?["probability"]?.number
                == two["cases"]?.array?.first?["probability"]?.number)
    }

    @Test func `evidence files after one another are one`() throws {
        let outcome = try Inquest.shell(
            "cd \(Inquest.casebook) && cat tls/*/replays/held.json tls/*/replays/answers.json | "
                + "$INQUEST diagnose --casebook . --evidence - --json")
        let node = try document(outcome.output)
        #expect(node["evidence"]?.array?.count == 6)
        #expect(outcome.status == 1)
    }

    @Test func `the output of capture is evidence`() throws {
        let outcome = try Inquest.shell(
            "$INQUEST capture \(Inquest.heldCapture) --json | "
                + "$INQUEST diagnose --evidence - --json")
        #expect(try document(outcome.output)["verdict"]?.string == "confirmed")
    }

    @Test func `a later answer replaces an earlier one`() throws {
        let outcome = try diagnose(
            "--symptom", "restart-helps", "--symptom", "restart-helps=no", "--json")
        let evidence = try #require(try document(outcome.output)["evidence"]?.array)
        #expect(evidence.count == 1)
        #expect(evidence[0]["state"]?.string == "absent")
    }

    @Test func `own words become a report when they are clear, and a question when not`() throws {
        let outcome = try diagnose("--say", "the TLS handshake was never completed", "--json")
        let evidence = try #require(try document(outcome.output)["evidence"]?.array)
        #expect(evidence.first?["id"]?.string == "tls-handshake-hangs")
        #expect(evidence.first?["state"]?.string == "present")
        #expect(evidence.first?["source"]?.string == "report")
        let vague = try diagnose("--say", "server", "--json")
        for entry in try document(vague.output)["evidence"]?.array ?? [] {
            #expect(entry["state"]?.string == "unknown")
        }
    }

    @Test func `what to look at next has a command or a question, harmless before harmful`() throws
    {
        let outcome = try diagnose("--symptom", "restart-helps", "--json")
        let steps = try #require(try document(outcome.output)["next"]?.array)
        #expect(!steps.isEmpty)
        for step in steps { #expect(step["command"] != nil || step["question"] != nil) }
        #expect(steps.last?["effect"]?.string == "disruptive")
    }

    @Test func `a monitoring system gets one line and its own exit codes`() throws {
        let critical = try diagnose("--evidence", heldEvidence, "--nagios")
        #expect(critical.status == 2)
        #expect(critical.lines.count == 1)
        #expect(critical.output.hasPrefix("INQUEST CRITICAL - confirmed: One silent client"))
        #expect(critical.output.contains(" | probability=0."))
        #expect(try diagnose("--symptom", "restart-helps", "--nagios").status == 3)
        let broken = try diagnose("--capture", "/nowhere.pcap", "--nagios")
        #expect(broken.status == 3)
        #expect(broken.output.hasPrefix("INQUEST UNKNOWN - "))
        #expect(try diagnose("--nagios", "--no-such-flag").status == 3)
    }

    /// Every line of the README's session is in a real one; figures may move with the casebook.
    @Test func `the session in the README is a real one`() throws {
        let readme = try String(contentsOfFile: Inquest.repository("README.md"), encoding: .utf8)
        let folder = Inquest.temporaryFolder()
        let session = try Inquest.shell(
            "cp \(Inquest.heldCapture) held.pcap; $INQUEST diagnose --capture held.pcap; "
                + "$INQUEST capture held.pcap", folder: folder)
        let real = Set(masked(session.output))
        let shown =
            readme.split(separator: "inquest diagnose --capture held.pcap\n")
            .dropFirst().first?.split(separator: "\n## ").first ?? ""
        let told = shown.split(separator: "\n").filter { $0.hasPrefix("    ") }
            .map { String($0.dropFirst(4)) }
        #expect(told.count > 20)
        // Weights move with every tuning of the casebook, and so does where their lines break.
        let isWeight = { (line: String) in line.contains("likel") || line.contains("dB)") }
        for line in masked(told.joined(separator: "\n")) where line != "[...]" && !isWeight(line) {
            #expect(real.contains(line), "not in the program's output any more: \(line)")
        }
    }

    /// The words of each line, without figures and their unit.
    private func masked(_ text: String) -> [String] {
        text.split(separator: "\n").map { line in
            line.replacing(/[0-9][0-9.,]*/, with: "#").trimmingCharacters(in: .whitespaces)
        }
    }
}
