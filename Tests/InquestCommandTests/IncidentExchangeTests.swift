import Foundation
import Testing
import Triage

/// Incidents from one machine to another.
@Suite struct IncidentExchangeTests {
    private let home = Inquest.temporaryFolder()

    private func run(_ arguments: [String], on machine: String) throws -> Inquest.Outcome {
        try Inquest.run(
            arguments + ["--casebook", Inquest.casebook],
            environment: [
                "HOME": home + machine, "XDG_DATA_HOME": home + machine,
                "XDG_STATE_HOME": home + machine,
            ])
    }

    private func json(_ arguments: [String], on machine: String) throws -> JSONNode {
        let node = try document(try run(arguments, on: machine).output)
        #expect(SchemaValidator.faults(in: node) == [])
        return node
    }

    /// An export of one resolved incident and an open one.
    private func exported(_ more: String...) throws -> String {
        for words in ["printer of Jane on fire", "all slow"] {
            _ = try run(
                [
                    "diagnose", "db1.secret.example:5432", "--evidence", heldEvidence, "--say",
                    words, "--record", home + "/e.json",
                ], on: "a")
        }
        _ = try run(
            [
                "incident", "resolve", "last", "--case", "silent-client-holds-accept",
                "--fixed-by", "Jane restarted it",
            ], on: "a")
        let list = try json(["incident", "list", "--json"], on: "a")
        let ids = list["triages"]?.array?.compactMap { $0["id"]?.string } ?? []
        let outcome = try run(["incident", "export"] + ids + more, on: "a")
        #expect(SchemaValidator.faults(in: try document(outcome.output)) == [])
        try outcome.output.write(toFile: home + "/x.json", atomically: true, encoding: .utf8)
        return outcome.output
    }

    private func fates(_ arguments: String..., on machine: String = "b") throws -> [String] {
        let done = try json(
            ["incident", "import", home + "/x.json", "--json"] + arguments, on: machine)
        return done["incidents"]?.array?.compactMap { $0["fate"]?.string } ?? []
    }

    @Test func `what was exported arrives once, with its outcome`() throws {
        _ = try exported()
        #expect(try fates("--dry-run") == ["new", "new"])
        #expect(try fates() == ["new", "new"])
        #expect(try fates() == ["known", "known"])
        #expect(try fates(on: "a") == ["known", "known"])
        let list = try json(["incident", "list", "--json"], on: "b")
        #expect(list["triages"]?.array?.count == 2)
        #expect(list["incidents"]?.array?.count == 1)
        let shown = try json(["incident", "show", "1", "--json"], on: "b")
        #expect(shown["outcome"]?["fixed_by"]?.string == "Jane restarted it")
        #expect(shown["origin"]?.string == "import")
        let there = try json(["incident", "show", "1", "--json"], on: "a")
        #expect(shown["id"]?.string == there["id"]?.string)
        #expect(shown["evidence"]?.array?.count == there["evidence"]?.array?.count)
        #expect(shown["said"]?.array?.count == 1)
    }

    @Test func `outcomes are left where nobody wants to learn from them`() throws {
        _ = try exported()
        #expect(try fates("--no-outcomes") == ["new", "new"])
        let list = try json(["incident", "list", "--json"], on: "b")
        #expect(list["incidents"]?.array?.isEmpty == true)
    }

    @Test func `redacted, no name and no word of anybody is left, and the diagnosis is`() throws {
        let text = try exported("--redact")
        for secret in ["Jane", "secret", "printer", "slow", home, "evidence.json"] {
            #expect(!text.contains(secret), "\(secret)")
        }
        #expect(text.contains("target-1:5432"))
        #expect(try fates() == ["new", "new"])
        let cases = try ["a", "b"].map { machine in
            try json(["incident", "show", "1", "--json"], on: machine)["judged"]?["case"]?.string
        }
        #expect(cases[0] == cases[1])
    }

    @Test(arguments: [
        ("", "the file is empty"), ("{", ":1:2:"), ("[]", "this is no document of"),
        ("{\"schema\": \"inquest.incident-export/9\"}", "its \"schema\" would be"),
        (bundle("{}"), "an incident needs a \"session\""),
        (bundle("{\"session\": {}}"), "must be a UUID"),
        (bundle(incident("id", "../../../x")), "must be a UUID"),
        (bundle(incident("created", "yesterday")), "must be times"),
        (bundle(incident("evidence", 3)), "\"evidence\" must be a list"),
        (bundle(incident("evidence", "[{\"id\": 3}]")), "\"id\" must be a text"),
        (bundle(incident("said", "[\"\(String(repeating: "x", count: 70_000))\"]")), "64 KiB"),
        (
            bundle(incident("done", "[\(String(repeating: "1,", count: 20_001))1]")),
            "a list of more than"
        ),
        (String(repeating: "[", count: 100), "levels deep"),
        (
            bundle(incident("id", nil).dropLast() + ", \"outcome\": {\"cause\": 7}}"),
            "an \"outcome\" needs"
        ),
    ])
    func `a file that is wrong anywhere is refused whole, with the place`(
        text: String, fault: String
    ) throws {
        try text.write(toFile: home + "/bad.json", atomically: true, encoding: .utf8)
        let outcome = try run(["incident", "import", home + "/bad.json"], on: "b")
        #expect(outcome.status == 65)
        #expect(outcome.error.contains("bad.json:1:"), "\(outcome.error.prefix(300))")
        #expect(outcome.error.contains(fault), "\(outcome.error.prefix(300))")
        #expect(try run(["incident", "list"], on: "b").output.contains("No incident was kept"))
    }

    @Test func `one bad incident keeps the good one out`() throws {
        let good = incident("id", nil)
        let text = bundle(good + "," + incident("created", "x"))
        try text.write(toFile: home + "/bad.json", atomically: true, encoding: .utf8)
        #expect(try run(["incident", "import", home + "/bad.json"], on: "b").status == 65)
        #expect(try run(["incident", "list"], on: "b").output.contains("No incident was kept"))
        try bundle(good).write(
            toFile: home + "/x.json", atomically: true, encoding: .utf8)
        #expect(try fates() == ["new"])
    }
}

private func bundle(_ incidents: some StringProtocol) -> String {
    "{\"schema\": \"inquest.incident-export/1\", \"incidents\": [\(incidents)]}"
}

/// A sound incident, but for one member.
private func incident(_ key: String, _ value: Any?) -> String {
    var members: [(String, String)] = [
        ("schema", "\"inquest.session/1\""),
        ("id", "\"0199aaaa-0000-7000-8000-000000000001\""),
        ("created", "\"2026-01-01T00:00:00Z\""), ("updated", "\"2026-01-01T00:00:00Z\""),
        ("evidence", "[]"),
    ]
    if let value {
        let text = value as? String
        let json = text.map { $0.hasPrefix("[") ? $0 : "\"\($0)\"" } ?? "\(value)"
        members.removeAll { $0.0 == key }
        members.append((key, json))
    }
    let body = members.map { "\"\($0)\": \($1)" }.joined(separator: ", ")
    return "{\"session\": {\(body)}}"
}
