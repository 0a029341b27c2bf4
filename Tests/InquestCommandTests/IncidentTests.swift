import Foundation
import Testing
import Triage

/// The ledger of confirmed incidents, through the program.
@Suite struct IncidentTests {
    private let folder = Inquest.temporaryFolder()
    private let held = "silent-client-holds-accept"

    private func run(_ arguments: String..., input: [UInt8] = []) throws -> Inquest.Outcome {
        try Inquest.run(
            arguments + ["--casebook", Inquest.casebook, "--database", folder + "/ledger.db"],
            input: input)
    }

    private func confirm(_ cause: String, _ more: String...) throws -> JSONNode {
        let outcome = try Inquest.run(
            ["incident", "confirm", cause, "--evidence", heldEvidence, "--json"] + more + [
                "--casebook", Inquest.casebook, "--database", folder + "/ledger.db",
            ])
        #expect(outcome.status == 0)
        return try document(outcome.output)
    }

    private func probability() throws -> Double {
        let outcome = try run("diagnose", "--symptom", "restart-helps", "--json")
        let cases = try document(outcome.output)["cases"]?.array ?? []
        return try #require(cases.first { $0["id"]?.string == held }?["probability"]?.number)
    }

    @Test func `a confirmed incident is learned from, and a withdrawn one unlearned`() throws {
        let cold = try probability()
        let entry = try confirm(held, "--verified", "--fingerprint", "web1")
        #expect(entry["number"]?.number == 1)
        #expect(entry["standing"]?.string == "counted")
        #expect(entry["fingerprint"]?.string == "web1")
        #expect(SchemaValidator.faults(in: entry) == [])
        #expect(try probability() > cold)
        let withdrawn = try run("incident", "withdraw", "1", "--json")
        #expect(try document(withdrawn.output)["standing"]?.string == "withdrawn")
        #expect(try probability() == cold)
    }

    @Test func `a withdrawal is a row of its own and happens once`() throws {
        _ = try confirm(held)
        #expect(try run("incident", "withdraw", "1").status == 0)
        #expect(try run("incident", "withdraw", "1").status == 64)
        #expect(try run("incident", "withdraw", "7").status == 64)
        #expect(try confirm("none")["number"]?.number == 3)
        let list = try document(try run("incident", "list", "--json").output)
        #expect(list["incidents"]?.array?.compactMap { $0["number"]?.number } == [1, 3])
        #expect(list["incidents"]?.array?.first?["withdrawn"]?.string?.hasSuffix("Z") == true)
        #expect(SchemaValidator.faults(in: list) == [])
    }

    @Test func `a confirmation that its evidence contradicts is shown with the reason`() throws {
        let evidence = folder + "/e.json"
        let shipped = Inquest.repository("casebook")
        _ = try Inquest.run(["diagnose", "--capture", Inquest.heldCapture, "--record", evidence])
        let outcome = try Inquest.run([
            "incident", "confirm", "close-wait-leak", "--evidence", evidence, "--json",
            "--casebook", shipped, "--database", folder + "/shipped.db",
        ])
        let entry = try document(outcome.output)
        #expect(entry["standing"]?.string == "quarantined")
        #expect((entry["probability"]?.number ?? 1) < 0.02)
        #expect(SchemaValidator.faults(in: entry) == [])
        let list = try Inquest.run([
            "incident", "list", "--casebook", shipped, "--database", folder + "/shipped.db",
        ])
        #expect(list.output.contains("quarantined: The evidence contradicts this cause"))
    }

    @Test func `the ledger outlives a change of the casebook`() throws {
        _ = try confirm(held)
        // Another casebook in the same database: the index is built anew.
        let other = try Inquest.run([
            "incident", "list", "--json", "--casebook", Inquest.repository("casebook"),
            "--database", folder + "/ledger.db",
        ])
        let entry = try document(other.output)["incidents"]?.array?.first
        #expect(entry?["standing"]?.string == "unknown-cause")
        let back = try document(try run("incident", "list", "--json").output)
        #expect(back["incidents"]?.array?.first?["standing"]?.string == "counted")
    }

    @Test func `a damaged database is set aside, and where the ledger went is said`() throws {
        _ = try confirm(held)
        try Data("no database".utf8).write(to: URL(filePath: folder + "/ledger.db"))
        let outcome = try run("incident", "list")
        #expect(outcome.error.contains("set aside as \(folder)/ledger.db.corrupt-1"))
        #expect(outcome.error.contains("Confirmed incidents that it held"))
        #expect(outcome.status == 0)
    }

    @Test func `what cannot be recorded is refused with a reason`() throws {
        let unknown = try run("incident", "confirm", "silent-client", "--evidence", heldEvidence)
        #expect(unknown.status == 64)
        #expect(unknown.error.contains("knows no case 'silent-client'"))
        let empty = try run(
            "incident", "confirm", "none", "--evidence", "-", input: Array("[]".utf8))
        #expect(empty.status == 65)
        let missing = try run("incident", "confirm", "none", "--evidence", "/nowhere.json")
        #expect(missing.status == 66)
        let nowhere = try Inquest.run(
            [
                "incident", "confirm", "none", "--evidence", heldEvidence, "--casebook",
                Inquest.casebook, "--database", "/proc/nowhere/x.db",
            ])
        #expect(nowhere.status == 74)
        #expect(nowhere.error.contains("--database FILE"))
    }

    @Test func `hostile text of a fingerprint is shown harmlessly`() throws {
        let outcome = try run(
            "incident", "confirm", held, "--evidence", heldEvidence, "--fingerprint",
            "\u{1B}[31mred\u{202E}")
        #expect(outcome.status == 0)
        #expect(!outcome.output.contains("\u{1B}"))
        #expect(!outcome.output.contains("\u{202E}"))
    }
}
