import Foundation
import Testing
import Triage

/// A case in the person's editor.
@Suite struct CaseEditTests {
    private let desk = CaseDesk()

    private func edit(_ id: String, _ editor: String, input: String = "") throws -> Inquest.Outcome
    {
        try desk.run(["case", "edit", id], input: input, environment: ["EDITOR": editor])
    }

    private let retitle = "sed -i 's/^title: .*/title: Edited by hand/'"

    @Test func `a built-in case is copied, and the copy counts and says where it is from`() throws {
        let shipped = Inquest.repository("casebook/tcp/pmtu-blackhole/case.md")
        let before = try desk.text(shipped)
        let outcome = try edit("pmtu-blackhole", retitle)
        #expect(outcome.status == 0, "\(outcome.error)\(outcome.output)")
        #expect(outcome.error.contains("overrides the built-in case"))
        #expect(try desk.text(shipped) == before)
        let own = try desk.text(desk.personal + "/tcp/pmtu-blackhole/case.md")
        #expect(own.hasPrefix("---\n# Copied from the built-in casebook, "))
        let listed = try desk.run(["case", "list"])
        #expect(listed.output.contains("pmtu-blackhole [personal, overrides built-in]"))
        let shown = try desk.run(["case", "show", "pmtu-blackhole"])
        #expect(shown.output.contains("Edited by hand"))
        #expect(shown.output.contains("in the place of the built-in case"))
        let node = try document(try desk.run(["case", "show", "pmtu-blackhole", "--json"]).output)
        #expect(node["book"]?["kind"]?.string == "personal")
        #expect(SchemaValidator.faults(in: node) == [])
        let test = try desk.run(["case", "test", "pmtu-blackhole"])
        #expect(test.status == 0, "\(test.output)")
        let again = try edit("pmtu-blackhole", "sed -i 's/Edited by hand/Edited twice/'")
        #expect(again.error.contains("Changed \(desk.personal)/tcp/pmtu-blackhole/case.md"))
        #expect(try desk.run(["case", "show", "pmtu-blackhole"]).output.contains("Edited twice"))
        #expect(desk.drafts == [])
    }

    @Test func `nothing changed is nothing done`() throws {
        let outcome = try edit("pmtu-blackhole", "true")
        #expect(outcome.status == 0 && outcome.error.contains("Nothing was changed."))
        #expect(desk.cases == [] && desk.drafts == [])
    }

    @Test func `a fault is shown, mended in a second round, and only then it counts`() throws {
        let script = try desk.write(
            """
            #!/bin/sh
            if grep -q '^status: nonsense' "$1"; then
                sed -i 's/^status: nonsense/status: draft/' "$1"
            else
                sed -i 's/^status: .*/status: nonsense/' "$1"
            fi
            """, to: "editor.sh")
        let given = try edit("pmtu-blackhole", "sh \(script)", input: "n\n")
        #expect(given.status == 65)
        #expect(given.output.contains("error: bad word “nonsense” for “status”"))
        #expect(desk.cases == [] && desk.drafts.count == 1)
        let mended = try edit("pmtu-blackhole", "sh \(script)", input: "y\n")
        #expect(mended.error.contains("Edit again? [Y/n]"))
        #expect(mended.status == 0, "\(mended.error)\(mended.output)")
        #expect(try desk.text(try #require(desk.cases.first)).contains("\nstatus: draft"))
    }

    @Test func `an editor that fails, or a case that changed meanwhile, changes nothing`() throws {
        _ = try edit("pmtu-blackhole", retitle)
        let own = desk.personal + "/tcp/pmtu-blackhole/case.md"
        let before = try desk.text(own)
        #expect(try edit("pmtu-blackhole", "kill -9 $$ #").status == 74)
        #expect(try desk.text(own) == before)
        let outcome = try edit(
            "pmtu-blackhole", "echo '<!-- theirs -->' >> '\(own)'; sed -i 's/by hand/by me/'")
        #expect(outcome.status == 74)
        #expect(outcome.error.contains("was changed by somebody else meanwhile"))
        #expect(try desk.text(own) == before + "<!-- theirs -->\n")
        #expect(try desk.drafts.contains { try desk.text($0).contains("Edited by me") })
    }

    @Test func `an id that is mistyped is answered with the nearest`() throws {
        let outcome = try edit("pmtu-blackhol", "true")
        #expect(outcome.status == 64)
        #expect(outcome.error.contains("did you mean 'pmtu-blackhole'?"))
    }
}
