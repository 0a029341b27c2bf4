import Foundation
import Testing
import Triage

/// Making and importing cases, told to programs.
@Suite struct CaseJSONTests {
    private let desk = CaseDesk()

    private func json(_ outcome: Inquest.Outcome) throws -> JSONNode {
        let node = try document(outcome.output)
        #expect(SchemaValidator.faults(in: node) == [])
        return node
    }

    @Test func `a new case is told with where it is, what it says and how its replays come out`()
        throws
    {
        let book = try desk.bookWithoutStalls()
        let made = try desk.run(
            [
                "case", "new", "uploads-stall", "--capture", CaseDesk.stalled, "--near-miss",
                CaseDesk.healthy, "--no-input", "--json", "--casebook", book,
            ] + CaseDesk.answers)
        #expect(made.status == 0, "\(made.error)")
        let node = try json(made)
        #expect(node["id"]?.string == "uploads-stall")
        let path = desk.personal + "/tcp/uploads-stall/case.md"
        #expect(node["path"]?.string == path)
        #expect(FileManager.default.fileExists(atPath: path))
        #expect(node["passes"]?.bool == true)
        #expect(node["draft"] == nil)
        let replays = node["replays"]?.array ?? []
        #expect(replays.map { $0["expect"]?.string } == ["confirmed", "not-confirmed"])
        #expect(replays.allSatisfy { $0["passed"]?.bool == true })
        let text = try desk.text(path)
        let findings = node["findings"]?.array ?? []
        #expect(!findings.isEmpty)
        for listing in findings {
            let id = try #require(listing["id"]?.string)
            let frequency = try #require(listing["frequency"]?.string)
            #expect(text.contains("  \(id): \(frequency)"))
        }
    }

    @Test func `a faulty one is told with its faults and the draft that is kept`() throws {
        let made = try desk.run([
            "case", "new", "half-a-case", "--capture", CaseDesk.stalled, "--title", "Half a case",
            "--family", "tcp", "--no-input", "--json",
        ])
        #expect(made.status == 65)
        let node = try json(made)
        #expect(node["passes"]?.bool == false)
        #expect(node["path"] == nil)
        let draft = try #require(node["draft"]?.string)
        #expect(desk.drafts.contains { $0.hasPrefix(draft) })
        let errors = (node["diagnostics"]?.array ?? []).filter {
            $0["severity"]?.string == "error"
        }
        #expect(!errors.isEmpty)
        #expect(desk.cases == [])
        #expect(try desk.run(["case", "new", "--template", "--json"]).status == 64)
    }

    @Test func `an import is told case by case, before and after`() throws {
        let bundle = desk.home + "/a.tar"
        let own = desk.personal + "/tcp/pmtu-blackhole/case.md"
        #expect(
            try desk.run(["case", "export", "--tar", "pmtu-blackhole", "-o", bundle]).status == 0)
        func imported(_ more: String..., status: Int32 = 0) throws -> (JSONNode, JSONNode) {
            let outcome = try desk.run(["case", "import", bundle, "--json"] + more)
            #expect(outcome.status == status, "\(outcome.error)")
            let node = try json(outcome)
            return (node, try #require(node["cases"]?.array?.first))
        }
        let (dry, before) = try imported("--dry-run")
        #expect(dry["dry_run"]?.bool == true && dry["into"]?.string == desk.personal)
        #expect(before["state"]?.string == "overriding" && before["fate"]?.string == "taken")
        #expect(before["difference"]?.array?.isEmpty == true)
        #expect(desk.cases == [])
        let (_, taken) = try imported()
        #expect(taken["fate"]?.string == "taken" && desk.cases == [own])
        #expect(try imported().1["fate"]?.string == "same")
        let changed = try desk.text(own).replacing("\ntitle: ", with: "\ntitle: Now ")
        _ = try desk.write(changed, to: own)
        try FileManager.default.removeItem(
            atPath: desk.personal + "/tcp/pmtu-blackhole/replays/large-upload-client-side.pcap")
        let (_, left) = try imported(status: 64)
        #expect(left["state"]?.string == "changed" && left["fate"]?.string == "left")
        let lines = (left["difference"]?.array ?? []).compactMap(\.string)
        #expect(lines.contains { $0.hasPrefix("-title: Now ") })
        let files = (left["files"]?.array ?? []).map { $0["change"]?.string }
        #expect(files == ["added"])
        #expect(try imported("--replace").1["fate"]?.string == "taken")
        #expect(try desk.text(own) != changed)
    }

    @Test func `an import of a faulty case says so, and where`() throws {
        let path = try desk.write("---\nid: x\nfamily: tcp\n---\n", to: "case.md")
        let outcome = try desk.run(["case", "import", path, "--json"])
        #expect(outcome.status == 65)
        let node = try json(outcome)
        #expect(node["cases"]?.array?.first?["fate"]?.string == "refused")
        #expect((node["diagnostics"]?.array ?? []).contains { $0["path"]?.string == path })
    }

    @Test func `what cannot be done is said before the work, and in words of the command`() throws {
        let nothing = try desk.run(["case", "new", "a-case"])
        #expect(nothing.status == 64)
        #expect(nothing.error.contains("--from-incident ID") && !nothing.error.contains("--host"))
        let junit = desk.home + "/nowhere/results.xml"
        let tested = try desk.run(["case", "test", "pmtu-blackhole", "--junit", junit])
        #expect(tested.status != 0 && tested.output.isEmpty)
        #expect(tested.error.contains("cannot write \(junit)"))
        _ = try desk.run(["case", "list"])
        let backup = try desk.run(["info", "--backup", desk.home + "/nowhere/copy.db"])
        #expect(backup.status != 0 && backup.error.contains("/nowhere/copy.db"))
        #expect(!backup.error.contains("partial") && !backup.error.contains("--database"))
    }
}
