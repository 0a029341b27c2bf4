import Foundation
import Testing
import Triage

/// Several casebooks at once, and one of them not trusted.
@Suite struct CasebookTrustTests {
    private let desk = CaseDesk()
    private var team: String { desk.home + "/team" }
    private let id = "blocking-tls-accept-held-by-silent-client"

    /// A team's folder with one shipped case, changed in its title, that anybody may write to.
    private func makeTeam(mode: String = "777") throws {
        let made = try desk.shell(
            """
            mkdir -p team/tls && cp -r '\(Inquest.repository("casebook"))/tls/\(id)' team/tls/ &&
            sed -i 's/^title: .*/title: The case of the team/' team/tls/\(id)/case.md &&
            sed -i 's/^  command: inquest incident.*/  command: rm -rf \\/tmp\\/nothing/' team/tls/\(id)/case.md &&
            chmod -R go-w team && chmod \(mode) team
            """)
        #expect(made.status == 0, "\(made.error)")
    }

    private func diagnose(_ more: [String] = [], _ environment: [String: String] = [:]) throws
        -> Inquest.Outcome
    {
        try desk.run(
            ["diagnose", "--capture", Inquest.heldCapture, "--casebook", team] + more,
            environment: environment)
    }

    @Test func `a folder of cases alone is an addition to the built-in casebook`() throws {
        try makeTeam(mode: "755")
        let listed = try desk.run(["case", "list", "--casebook", team, "--json"])
        let node = try document(listed.output)
        #expect(SchemaValidator.faults(in: node) == [])
        let cases = node["cases"]?.array ?? []
        #expect(cases.count >= 30)
        let own = try #require(cases.first { $0["id"]?.string == id })
        #expect(own["book"]?["path"]?.string == team)
        #expect(own["book"]?["trusted"]?.bool == true)
        #expect(own["book"]?["overrides"]?.string == Inquest.repository("casebook"))
        #expect(try diagnose().output.contains("The case of the team"))
    }

    @Test func `the user's own case wins over the team's, the team's over the built-in one`() throws
    {
        try makeTeam(mode: "755")
        _ = try desk.write(team + "\n", to: "config/inquest/casebooks")
        func title() throws -> String {
            try #require(
                try document(try desk.run(["case", "show", id, "--json"]).output)["title"]?.string)
        }
        #expect(try title() == "The case of the team")
        let edited = try desk.run(
            ["case", "edit", id], environment: ["EDITOR": "sed -i 's/^title: .*/title: Mine/'"])
        #expect(edited.status == 0, "\(edited.error)")
        // The team's folder may be written, so it was changed where it lies.
        #expect(try title() == "Mine")
        let moved = try desk.run(["case", "export", "--tar", id, "-o", desk.home + "/a.tar"])
        #expect(moved.status == 0)
        #expect(try desk.run(["case", "import", desk.home + "/a.tar"]).status == 0)
        _ = try desk.shell(
            "sed -i 's/^title: .*/title: Only mine/' '\(desk.personal)/tls/\(id)/case.md'")
        #expect(try title() == "Only mine")
        let list = try desk.run(["case", "list", "--plain"])
        #expect(list.output.contains("Only mine\tpersonal, overrides team\n"))
        #expect(list.output.contains("\tbuilt-in\n"))
    }

    @Test func `a case that others could have written is matched, and its commands are only shown`()
        throws
    {
        try makeTeam()
        let text = try diagnose()
        #expect(text.output.contains("CONFIRMED: The case of the team"))
        #expect(text.output.contains("not trusted: its commands are shown, not run"))
        #expect(text.output.contains("# not trusted, not run: "))
        let node = try document(try diagnose(["--json"]).output)
        #expect(SchemaValidator.faults(in: node) == [])
        let first = try #require(node["cases"]?.array?.first)
        #expect(first["book"]?["trusted"]?.bool == false)
        #expect(
            try desk.run(["case", "trust", "--casebook", team]).output
                .contains("others may write to"))
        for part in ["decided_by", "verify"] {
            let command = try #require(first[part]?["command"]?.string)
            #expect(command.hasPrefix("# not trusted, not run: ") && !command.contains("\n"))
        }
    }

    @Test func `trust given or taken counts at once`() throws {
        try makeTeam()
        func isTrusted(_ environment: [String: String] = [:]) throws -> Bool? {
            let node = try document(try diagnose(["--json"], environment).output)
            let first = node["cases"]?.array?.first
            let command = first?["decided_by"]?["command"]?.string ?? ""
            #expect(command.hasPrefix("#") == (first?["book"]?["trusted"]?.bool == false))
            return first?["book"]?["trusted"]?.bool
        }
        #expect(try isTrusted() == false)
        #expect(try isTrusted(["INQUEST_TRUSTED_CASEBOOKS": team]) == true)
        #expect(try desk.run(["case", "trust", team]).status == 0)
        #expect(try isTrusted() == true)
        #expect(try desk.run(["case", "trust", team, "--remove"]).status == 0)
        #expect(try isTrusted() == false)
        _ = try desk.shell("chmod 755 team")
        #expect(try isTrusted() == true)
        _ = try desk.shell("chmod g+w team/tls/\(id)/case.md")
        #expect(try isTrusted() == false)
    }

    /// Whether the index was used without reading a file of the casebook.
    private func isUnread() throws -> Bool {
        let outcome = try desk.run(
            ["case", "list", "--plain", "--casebook", team, "--verbose"])
        #expect(outcome.status == 0)
        return outcome.error.contains("no file of the casebook has changed")
    }

    /// A file counts as unchanged when it is two seconds old.
    private func settle() async throws {
        for _ in 0..<100 {
            if try isUnread() { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("the files are read each time")
    }

    @Test func `files that did not change are not read again, and every change counts at once`()
        async throws
    {
        try makeTeam(mode: "755")
        func line() throws -> String? {
            try desk.run(["case", "list", "--plain", "--casebook", team]).lines
                .first { $0.hasPrefix(id) }
        }
        let read = try line()
        try await settle()
        #expect(try line() == read)
        #expect(read?.contains("The case of the team") == true)
        #expect(
            try desk.run(["case", "search", "the case of the team", "--casebook", team])
                .output.hasPrefix("The case of the team\n"))
        // As long as before, at the time of before.
        _ = try desk.shell(
            """
            touch -r team/tls/\(id)/case.md then
            sed 's/The case of the team/The case of the crew/' team/tls/\(id)/case.md > new
            cat new > team/tls/\(id)/case.md && touch -r then team/tls/\(id)/case.md
            """)
        #expect(try !isUnread())
        #expect(try line()?.contains("The case of the crew") == true)
        try await settle()
        #expect(try line()?.contains("The case of the crew") == true)
        #expect(try line()?.contains("not trusted") == false)
        _ = try desk.shell("chmod o+w team/tls/\(id)/case.md")
        #expect(try line()?.contains("not trusted") == true)
        try await settle()
        #expect(try line()?.contains("not trusted") == true)
        #expect(try diagnose().output.contains("# not trusted, not run: "))
        // The list is in the configuration, no file of the casebook changes.
        #expect(try desk.run(["case", "trust", team]).status == 0)
        #expect(try line()?.contains("not trusted") == false)
    }

    @Test func `a faulty case of a later casebook takes the good one away from nobody`() throws {
        try makeTeam(mode: "755")
        _ = try desk.shell("sed -i 's/^status: .*/status: finished/' team/tls/\(id)/case.md")
        let listed = try desk.run(["case", "list", "--plain", "--casebook", team])
        let line = try #require(listed.lines.first { $0.hasPrefix(id) })
        #expect(!line.contains("The case of the team") && line.hasSuffix("\tbuilt-in"))
        // What is missing is told, from the index as well.
        #expect(listed.error.contains("The casebook has faults ('inquest case lint'): "))
        #expect(
            try desk.run(["case", "list", "--json", "--casebook", team]).error == listed.error)
        #expect(try diagnose().output.contains("CONFIRMED: "))
        let linted = try desk.run(["case", "lint", "--casebook", team])
        #expect(linted.status == 65)
        #expect(linted.output.contains("bad word “finished” for “status”"))
        #expect(linted.output.contains("until it is mended, "))
        let tested = try desk.run(["case", "test", id, "--casebook", team])
        #expect(tested.status == 65)
        #expect(tested.output.contains("FAILED \(id)"))
        #expect(tested.output.contains("bad word “finished” for “status”"))
    }

    @Test func `a folder that is not trusted cannot change a word of another`() throws {
        try makeTeam()
        let finding = "capture.tcp.silent-open"
        let before = try desk.run(["finding", "show", finding]).output
        _ = try desk.write(
            """
            format: inquest.findings/1
            findings:
              - id: \(finding)
                definition: Something else.
                effect: local
                established-by: rm -rf /tmp/nothing
                by-hand: rm -rf /tmp/nothing
                tier: 1
            """, to: team + "/findings.yaml")
        let casebooks = ["--casebook", Inquest.repository("casebook"), "--casebook", team]
        #expect(try desk.run(["finding", "show", finding] + casebooks).output == before)
        _ = try desk.shell("chmod 755 team")
        #expect(
            try desk.run(["finding", "show", finding] + casebooks).output.contains(
                "Something else."))
    }
}
