import Foundation
import Glibc
import Testing
import Triage

/// From what was seen to a case in the user's own casebook.
@Suite struct CaseNewTests {
    private let desk = CaseDesk()
    private let book: [String]

    init() throws { book = ["--casebook", try desk.bookWithoutStalls()] }

    private func make(_ arguments: [String]) throws -> Inquest.Outcome {
        try desk.run(["case", "new"] + arguments + ["--no-input"] + book)
    }

    @Test
    func `a capture and some flags become a case that is checked and comes out of its replay`()
        throws
    {
        let outcome = try make(
            ["uploads-stall", "--capture", CaseDesk.stalled, "--near-miss", CaseDesk.healthy]
                + CaseDesk.answers)
        #expect(outcome.status == 0, "\(outcome.error)\(outcome.output)")
        let text = try desk.text(desk.personal + "/tcp/uploads-stall/case.md")
        #expect(text.contains("title: Large uploads stall on the way\n"))
        #expect(text.contains(": usually  # seen in 1 of 1 look\n"))
        #expect(text.contains("  # Looked for and not there; list what can never be there:\n"))
        #expect(text.contains(": never"))
        #expect(text.contains("  - file: replays/capture-1.pcapng\n    expect: confirmed\n"))
        #expect(text.contains("  - file: replays/near-miss-1.pcapng\n    expect: not-confirmed\n"))
        #expect(text.contains("window: 15 minutes under the usual load\n"))
        #expect(outcome.error.contains("replays/capture-1.pcapng: confirmed"))
        #expect(outcome.error.contains("Next: inquest case test uploads-stall"))
        #expect(desk.drafts == [])
        let test = try desk.run(
            ["case", "test", "uploads-stall"] + book + ["--casebook", desk.personal])
        #expect(test.status == 0, "\(test.output)")
    }

    @Test func `copied captures hold no address of the original`() throws {
        _ = try make(["uploads-stall", "--capture", CaseDesk.stalled] + CaseDesk.answers)
        let copy = desk.personal + "/tcp/uploads-stall/replays/capture-1.pcapng"
        func addresses(_ path: String) throws -> Set<String> {
            let flows = try Inquest.run(["capture", path, "--flows"])
            return Set(
                try documents(flows.output).flatMap { flow in
                    ["client", "server"].compactMap { flow[$0]?["address"]?.string }
                })
        }
        let (old, new) = (try addresses(CaseDesk.stalled), try addresses(copy))
        #expect(!old.isEmpty && !new.isEmpty)
        #expect(old.isDisjoint(with: new))
    }

    @Test func `evidence of several looks gets reasoned words, everyday facts none`() throws {
        let looks = [
            ("capture.tcp.zero-window", "present", "capture:client.pcap"),
            ("capture.tcp.zero-window", "absent", "capture:switch.pcap"),
            ("capture.tls.resumption-never-offered", "present", "capture:client.pcap"),
            ("capture.tcp.syn-refused", "absent", "capture:client.pcap"),
            ("host.sock.accept-queue-waiting", "present", "host:db1.example"),
        ]
        let items = looks.map { id, state, source in
            "{\"id\":\"\(id)\",\"state\":\"\(state)\",\"source\":\"\(source)\","
                + "\"summary\":\"db1.example said 192.0.2.7\"}"
        }
        let path = try desk.write(
            "{\"schema\":\"inquest.evidence/1\",\"evidence\":[\(items.joined(separator: ","))]}",
            to: "e.json")
        let outcome = try desk.run(
            ["case", "new", "some-case", "--evidence", path, "--no-input"] + CaseDesk.answers)
        #expect(outcome.status == 0, "\(outcome.error)\(outcome.output)")
        let text = try desk.text(desk.personal + "/tcp/some-case/case.md")
        #expect(text.contains("  capture.tcp.zero-window: sometimes  # seen in 1 of 2 looks\n"))
        #expect(text.contains("  host.sock.accept-queue-waiting: usually  # seen in 1 of 1 look\n"))
        #expect(text.contains("  # capture.tcp.syn-refused: never"))
        #expect(!text.contains("zero-window: never"), "it was seen elsewhere")
        #expect(
            text.contains(
                "  # capture.tls.resumption-never-offered: sometimes  # seen in 1 of 1 look, and "
                    + "anyway in 40 of 100 incidents: left out\n"))
        let recorded = try desk.text(desk.personal + "/tcp/some-case/replays/evidence.json")
        #expect(!recorded.contains("db1.example") && !recorded.contains("192.0.2.7"))
        #expect(recorded.contains("\"source\":\"host:name-1\""))
    }

    @Test func `it asks for what is missing, and again where an answer cannot be`() throws {
        let answers = [
            "Uploads stall.", "silent-client-holds-accept", "Not Good", "uploads-stall", "network",
            "tcp", "Packets vanish.", "Uploads hang.", "It began on a Monday.", "Lower the MTU.",
            "Let ICMP through.", "", "no address", "https://tickets.example/42",
            "The disk was full.", "It was not.", "",
        ]
        let outcome = try desk.run(
            ["case", "new", "--capture", CaseDesk.stalled] + book,
            input: answers.joined(separator: "\n") + "\n")
        #expect(outcome.error.contains("There is a case “silent-client-holds-accept” already"))
        #expect(outcome.error.contains("use lower-case words with “-” between"))
        #expect(outcome.error.contains("there is no such family"))
        #expect(outcome.error.contains("write the address in full"))
        #expect(outcome.error.contains("[15 minutes under the usual load] > "))
        #expect(outcome.status == 0, "\(outcome.error)\(outcome.output)")
        let text = try desk.text(desk.personal + "/tcp/uploads-stall/case.md")
        #expect(text.contains("title: Uploads stall\n"))
        #expect(text.contains("- lead: The disk was full."))
    }

    @Test func `an input that ends early leaves the draft, told with its faults and its path`()
        throws
    {
        let outcome = try desk.run(
            ["case", "new", "--capture", CaseDesk.stalled] + book,
            input: "Uploads stall on the way\nuploads-stall\ntcp\nWords that I typed")
        #expect(outcome.status == 65)
        #expect(desk.cases == [])
        let draft = try #require(desk.drafts.first)
        #expect(try desk.text(draft).contains("Words that I typed"))
        #expect(outcome.output.contains("\(draft):"))
        #expect(outcome.output.contains("the case names no source"))
        #expect(outcome.output.contains("error: “mitigation” is empty"))
        #expect(outcome.error.contains("inquest case import"))
        let mended = try desk.text(draft)
            .replacing(
                "sources: []",
                with:
                    "sources:\n  - {title: a, publisher: b, url: https://c.example, kind: incident}"
            )
            .replacing("mitigation: \"\"", with: "mitigation: a").replacing(
                "root: \"\"", with: "root: b"
            )
            .replacing("## Impact\n\n\n", with: "## Impact\n\na\n\n")
            .replacing("## Mitigation\n\n\n", with: "## Mitigation\n\na\n\n")
            .replacing("## Story\n\n\n", with: "## Story\n\na\n\n")
        _ = try desk.write(mended, to: draft)
        let root = draft.replacing("/tcp/uploads-stall/case.md", with: "")
        let taken = try desk.run(["case", "import", root] + book)
        #expect(taken.status == 0, "\(taken.error)\(taken.output)")
        #expect(desk.cases.count == 1)
    }

    @Test func `an interrupt keeps every answer`() throws {
        let running = try Running(
            Inquest.binary, ["case", "new", "--capture", CaseDesk.stalled] + book,
            environment: desk.environment, folder: desk.home)
        running.waitForError("What is wrong")
        running.feed(Array("Typed before the end\ntyped-before\ntcp\n".utf8))
        running.waitForError("What happens")
        running.interrupt()
        let outcome = running.wait()
        #expect(outcome.status == 130)
        #expect(outcome.error.contains("the draft is kept in"))
        #expect(try desk.text(try #require(desk.drafts.first)).contains("Typed before the end"))
    }

    @Test func `a killed program leaves the answers on disk`() throws {
        let running = try Running(
            Inquest.binary, ["case", "new", "--capture", CaseDesk.stalled] + book,
            environment: desk.environment, folder: desk.home)
        running.waitForError("What is wrong")
        running.feed(Array("Typed before the end\ntyped-before\ntcp\nWhat it means\n".utf8))
        running.waitForError("Who feels it")
        running.kill()
        _ = running.wait()
        let text = try desk.text(try #require(desk.drafts.first))
        #expect(text.contains("Typed before the end") && text.contains("What it means"))
    }

    /// A file system of 16 KiB in a mount namespace of its own; needs root.
    @Test(.enabled(if: geteuid() == 0)) func `a full disk loses nothing`() throws {
        let full = desk.home + "/full"
        mkdir(full, 0o755)
        let words = (CaseDesk.answers + book).map { "'\($0)'" }.joined(separator: " ")
        let outcome = try desk.shell(
            "unshare -m sh -c \"mount -t tmpfs -o size=16k none '\(full)' && exec '\(Inquest.binary)' case new "
                + "uploads-stall --capture '\(CaseDesk.stalled)' --no-input --into '\(full)' \(words)\""
        )
        #expect(outcome.status == 74, "\(outcome.error)")
        #expect(outcome.error.contains("No space left on device"))
        let draft = try #require(desk.drafts.first)
        #expect(outcome.error.contains(draft))
        #expect(try desk.text(draft).contains("Large uploads stall on the way"))
    }

    @Test func `a case that is there is never overwritten`() throws {
        let arguments = ["uploads-stall", "--capture", CaseDesk.stalled] + CaseDesk.answers
        #expect(try make(arguments).status == 0)
        let path = desk.personal + "/tcp/uploads-stall/case.md"
        let before = try desk.text(path)
        let again = try make(arguments)
        #expect(again.status == 64)
        #expect(again.error.contains("there is a case 'uploads-stall' already"))
        let known = try make(["silent-client-holds-accept", "--capture", CaseDesk.stalled])
        #expect(known.status == 64)
        #expect(try desk.text(path) == before)
    }

    @Test func `what is known already is told, for it may be another source of the old case`()
        throws
    {
        let outcome = try make(["another", "--capture", Inquest.heldCapture] + CaseDesk.answers)
        #expect(outcome.error.contains("Is it the same cause?"))
    }

    @Test func `an editor fills it in; what it leaves faulty stays a draft`() throws {
        let arguments =
            ["case", "new", "uploads-stall", "--capture", CaseDesk.stalled, "--edit", "--no-input"]
            + CaseDesk.answers + book
        let broken = try desk.run(
            arguments, environment: ["EDITOR": "sed -i 's/^status: draft/status: nonsense/'"])
        #expect(broken.status == 65)
        #expect(broken.output.contains(":6:9: error: bad word “nonsense” for “status”"))
        #expect(desk.cases == [] && desk.drafts.count == 1)
        let failed = try desk.run(arguments, environment: ["VISUAL": "false"])
        #expect(failed.status == 74)
        #expect(failed.error.contains("the editor 'false' ended with exit code 1"))
        #expect(desk.cases == [] && desk.drafts.count == 2)
        let good = try desk.run(
            arguments, environment: ["EDITOR": "sed -i 's/^title: .*/title: Edited by hand/'"])
        #expect(good.status == 0, "\(good.error)\(good.output)")
        #expect(try desk.text(try #require(desk.cases.first)).contains("title: Edited by hand\n"))
    }

    @Test func `a triage begun on the screens becomes a case, and a draft by one key`() throws {
        let terminal = try Tmux(
            environment: ["XDG_CONFIG_HOME=\(desk.home)/config", "STALLED=\(CaseDesk.stalled)"])
        try terminal.shell("\"$INQUEST\" --casebook \"$BOOK\" --capture \"$STALLED\"")
        try terminal.wait(for: "Evidence (")
        try terminal.press("e")
        try terminal.wait(for: "N new case")
        try terminal.press("N")
        try terminal.wait(for: "Write the draft as FAMILY/ID/case.md")
        try terminal.press("C-u")
        try terminal.type(desk.home + "/team/tcp/from-screens/case.md")
        try terminal.press("Enter")
        try terminal.wait(for: "The draft is written")
        let drawn = try desk.text(desk.home + "/team/tcp/from-screens/case.md")
        #expect(drawn.contains("  - file: replays/capture-1.pcapng\n"))
        try terminal.press("Q")
        try terminal.wait(for: "To take it up again")
        let outcome = try Inquest.run(
            ["case", "new", "from-incident", "--from-incident", "last", "--no-input"]
                + CaseDesk.answers + book,
            environment: desk.environment.merging([
                "INQUEST_DATABASE": terminal.home + "/inquest/casebook.db"
            ]) { $1 })
        #expect(outcome.status == 0, "\(outcome.error)\(outcome.output)")
        let text = try desk.text(desk.personal + "/tcp/from-incident/case.md")
        #expect(text.contains("  - file: replays/capture-1.pcapng\n"))
    }

    @Test func `a template is printed, or begun under its name`() throws {
        let printed = try desk.run(["case", "new", "--template"])
        #expect(printed.status == 0)
        #expect(printed.output == (try desk.text(Inquest.repository("casebook/TEMPLATE.md"))))
        let begun = try desk.run(["case", "new", "my-case", "--template", "--family", "dns"])
        #expect(begun.status == 0)
        let draft = try #require(desk.drafts.first)
        #expect(draft.hasSuffix("/dns/my-case/case.md"))
        #expect(try desk.text(draft).contains("\nid: my-case  # "))
        #expect(desk.cases == [])
    }

    @Test(arguments: [
        (["Not_Good"], "'Not_Good' cannot be the id of a case"),
        (
            ["a-b", "--family", "networks", "--capture", CaseDesk.stalled],
            "--family cannot be 'networks'"
        ),
        (
            ["a-b", "--source", "see mail", "--capture", CaseDesk.stalled],
            "write the address in full"
        ),
        (["a-b"], "nothing was seen that a case could be made of"),
    ])
    func `what cannot be is told before anything is read`(arguments: [String], said: String) throws
    {
        let outcome = try make(arguments)
        #expect(outcome.status == 64)
        #expect(outcome.error.contains(said), "\(outcome.error)")
        #expect(desk.drafts == [] && desk.cases == [])
    }
}
