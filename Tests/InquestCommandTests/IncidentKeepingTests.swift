import Foundation
import Testing
import Triage

/// Incidents from their first answer to their deletion, through the program.
@Suite struct IncidentKeepingTests {
    private let home = Inquest.temporaryFolder()
    private let held = "silent-client-holds-accept"

    private var environment: [String: String] {
        ["HOME": home, "XDG_DATA_HOME": home + "/data", "XDG_STATE_HOME": home + "/state"]
    }

    private func run(
        _ arguments: String..., input: String = "", more: [String: String] = [:]
    ) throws -> Inquest.Outcome {
        try Inquest.run(
            arguments + ["--casebook", Inquest.casebook], input: Array(input.utf8),
            environment: environment.merging(more) { $1 })
    }

    private func json(_ outcome: Inquest.Outcome) throws -> JSONNode {
        let node = try document(outcome.output)
        #expect(SchemaValidator.faults(in: node) == [])
        return node
    }

    private func ask(_ input: String, _ more: String...) throws -> Inquest.Outcome {
        try Inquest.run(
            ["diagnose", "--interactive=plain", "--casebook", Inquest.casebook] + more,
            input: Array(input.utf8), environment: environment)
    }

    private func last() throws -> JSONNode { try json(run("incident", "show", "last", "--json")) }

    private func states(_ node: JSONNode) -> [String: String] {
        Dictionary(
            (node["evidence"]?.array ?? []).map {
                ($0["id"]?.string ?? "", $0["state"]?.string ?? "")
            }, uniquingKeysWith: { $1 })
    }

    @Test func `nothing is kept of a triage in which nobody said anything`() throws {
        _ = try ask("q\n")
        #expect(try run("incident", "list").output == "No incident was kept yet.\n")
        #expect(try run("incident", "show", "last").status == 66)
    }

    @Test func `questions are kept from the first answer on and taken up again`() throws {
        let first = try ask("y\nq\n", "--say", "ticket 4711")
        #expect(first.error.contains("inquest incident resume"))
        let shown = try last()
        #expect(shown["status"]?.string == "open")
        #expect(shown["origin"]?.string == "questions")
        #expect(shown["said"]?.array?.first?.string == "ticket 4711")
        #expect(states(shown)["tls-handshake-hangs"] == "present")
        let id = try #require(shown["id"]?.string)
        let again = try run(
            "incident", "resume", String(id.prefix(20)), input: "undo\nn\nq\n")
        #expect(again.error.contains("The last answer was taken back."))
        let later = try last()
        #expect(later["id"]?.string == id)
        #expect(states(later)["tls-handshake-hangs"] == "absent")
        #expect(try json(run("incident", "list", "--json"))["triages"]?.array?.count == 1)
    }

    @Test func `a recorded diagnosis is an incident, and shown as evidence again`() throws {
        _ = try run(
            "diagnose", "--evidence", heldEvidence, "--say", "slow logins", "--record",
            home + "/e.json")
        let shown = try run("incident", "show", "last", "--json")
        let node = try json(shown)
        #expect(node["origin"]?.string == "diagnose")
        #expect(node["judged"]?["case"]?.string == held)
        let again = try Inquest.run(
            ["diagnose", "--evidence", "-", "--json", "--casebook", Inquest.casebook],
            input: shown.bytes)
        let direct = try run("diagnose", "--evidence", heldEvidence, "--json")
        #expect(
            try document(again.output)["verdict"]?.string
                == document(direct.output)["verdict"]?.string)
        #expect(try !run("diagnose", "--evidence", heldEvidence).error.contains("Kept"))
    }

    @Test func `resolved, it teaches, is remembered and can be reopened`() throws {
        for _ in 0..<2 {
            _ = try run("diagnose", "--evidence", heldEvidence, "--record", home + "/e.json")
        }
        let list = try json(run("incident", "list", "--open", "--json"))
        let ids = list["triages"]?.array?.compactMap { $0["id"]?.string } ?? []
        try #require(ids.count == 2)
        let resolved = try json(
            run(
                "incident", "resolve", ids[0], "--case", held, "--verified-by", "looked again",
                "--fixed-by", "a timeout", "--time-to-diagnose", "45m", "--json"))
        #expect(resolved["standing"]?.string == "counted")
        #expect(resolved["verified"]?.string == nil)
        let shown = try json(run("incident", "show", ids[0], "--json"))
        #expect(shown["status"]?.string == "resolved")
        #expect(shown["outcome"]?["seconds_to_diagnose"]?.number == 2_700)
        #expect(shown["outcome"]?["fixed_by"]?.string == "a timeout")
        // The other one is like it.
        let other = try json(run("incident", "show", ids[1], "--json"))
        #expect(other["similar"]?.array?.first?["id"]?.string == ids[0])
        let page = try run("incident", "show", ids[1], "--plain").output
        #expect(page.contains("it proves nothing and counts for nothing"))
        #expect(page.contains("fixed by: a timeout"))
        let text = try run("diagnose", "--evidence", heldEvidence)
        #expect(text.output.contains("Seen before, which proves nothing"))
        let diagnosis = try json(run("diagnose", "--evidence", heldEvidence, "--json"))
        #expect(diagnosis["seen_before"]?.array?.first?["id"]?.string == ids[0])
        let told = try run("incident", "report", ids[0]).output
        #expect(told.contains("Done: a timeout") && told.contains("looked again"))
        #expect(!told.contains("What was done, when, and what showed that it worked?"))
        #expect(try !run("incident", "report", ids[1]).output.contains("Done: "))
        // Remembering is no evidence: reopened, the incident teaches nothing any more.
        #expect(try run("incident", "resolve", ids[0], "--unlisted").status == 64)
        #expect(try json(run("incident", "reopen", "1", "--json"))["withdrawn"] != nil)
        #expect(try run("incident", "reopen", ids[0]).status == 64)
        let after = try json(run("diagnose", "--evidence", heldEvidence, "--json"))
        #expect(after["seen_before"] == nil)
        #expect(
            try json(run("incident", "list", "--resolved", "--json"))["triages"]?.array?.isEmpty
                == true)
    }

    @Test func `what contradicts the evidence is held back, in the list as well`() throws {
        let shipped = Inquest.repository("casebook")
        func run(_ arguments: String...) throws -> Inquest.Outcome {
            try Inquest.run(arguments + ["--casebook", shipped], environment: environment)
        }
        _ = try run("diagnose", "--capture", Inquest.heldCapture, "--record", home + "/e.json")
        let outcome = try run("incident", "resolve", "last", "--case", "close-wait-leak")
        #expect(outcome.output.contains("quarantined: The evidence contradicts this cause"))
        for _ in 0..<2 {
            #expect(try run("incident", "list").output.contains("quarantined: The evidence"))
        }
    }

    @Test func `a resolution that says nothing sensible is refused`() throws {
        _ = try ask("y\nq\n")
        #expect(try run("incident", "resolve", "last").status == 64)
        #expect(try run("incident", "resolve", "last", "--case", "x", "--unlisted").status == 64)
        let unknown = try run("incident", "resolve", "last", "--case", "silent-client")
        #expect(unknown.error.contains("knows no case 'silent-client'"))
        for time in ["soon", "-3", "9999999999h", "9223372036854775807d", " "] {
            let outcome = try run(
                "incident", "resolve", "last", "--unlisted", "--time-to-diagnose=\(time)")
            #expect(outcome.status == 64)
            #expect(outcome.error.contains("90s, 45m, 3h"))
        }
        #expect(try run("incident", "show", "last").output.contains("Open:"))
    }

    @Test func `lists choose by state and words`() throws {
        for words in ["logins hang", "downloads stall"] { _ = try ask("y\nq\n", "--say", words) }
        _ = try run("incident", "resolve", "last", "--unlisted")
        func titles(_ more: String...) throws -> [String] {
            let outcome = try Inquest.run(
                ["incident", "list", "--json", "--casebook", Inquest.casebook] + more,
                environment: environment)
            return try json(outcome)["triages"]?.array?.compactMap { $0["title"]?.string } ?? []
        }
        #expect(try titles() == ["“downloads stall”", "“logins hang”"])
        #expect(try titles("--open") == ["“logins hang”"])
        #expect(try titles("--search", "stalling") == ["“downloads stall”"])
        #expect(try titles("--search", "stall", "--open") == [])
        #expect(try titles("--limit", "1") == ["“downloads stall”"])
        #expect(try run("incident", "list", "--limit", "1").output.contains("There are more"))
        #expect(try run("incident", "list", "--limit", "0").status == 64)
        #expect(try run("incident", "list", "--open", "--resolved").status == 64)
        let none = try run("incident", "list", "--search", "zebra")
        #expect(none.output == "No incident holds these words.\n")
    }

    @Test func `the report tells the story with its times`() throws {
        _ = try ask("y\nq\n", "--say", "logins hang")
        let report = try run("incident", "report", "last")
        #expect(report.status == 0)
        #expect(report.output.contains("logins hang"))
        #expect(report.output.contains("Answered yes: "))
        #expect(try run("incident", "report", "last", "--html", home + "/r.html").output.isEmpty)
        let html = try String(contentsOfFile: home + "/r.html", encoding: .utf8)
        #expect(html.hasPrefix("<!DOCTYPE html>"))
        #expect(html.contains("logins hang"))
    }

    @Test func `deleting asks, and leaves nothing that can be found`() throws {
        _ = try ask("y\nq\n", "--say", "logins hang")
        let refused = try run("incident", "delete", "last")
        #expect(refused.status == 77)
        #expect(refused.error.contains("--yes"))
        let deleted = try run("incident", "delete", "last", "--yes")
        #expect(deleted.status == 0)
        #expect(deleted.error.contains("Deleted: 1 incident."))
        #expect(try run("incident", "show", "last").status == 66)
        #expect(try run("incident", "list", "--search", "logins").output.contains("No incident"))
    }

    @Test func `hostile words stay words`() throws {
        _ = try ask("y\nq\n", "--say", "\u{1B}[31mred\u{202E} <script>alert(1)</script>")
        for arguments in [
            ["incident", "list"], ["incident", "show", "last"], ["incident", "report", "last"],
            ["incident", "show", "last", "--json"], ["incident", "export", "last"],
        ] {
            let outcome = try Inquest.run(
                arguments + ["--casebook", Inquest.casebook], environment: environment)
            #expect(outcome.status == 0)
            #expect(!outcome.output.contains("\u{1B}"))
            #expect(!outcome.output.contains("\u{202E}"))
        }
        for name in ["'; DROP TABLE incidents", "%", "*", "\u{1B}[31m", "../../etc/passwd"] {
            let outcome = try run("incident", "show", name)
            #expect(outcome.status == 66)
            #expect(!outcome.error.contains("\u{1B}"))
        }
    }
}
