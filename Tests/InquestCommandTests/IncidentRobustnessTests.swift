import Foundation
import Glibc
import Testing
import Triage

/// Nothing that was said is lost, whatever happens to the process, the disk and the database.
@Suite struct IncidentRobustnessTests {
    private let home = Inquest.temporaryFolder()
    private var database: String { home + "/data/inquest/casebook.db" }
    private var sessions: String { home + "/state/inquest/sessions" }

    private var environment: [String: String] {
        [
            "HOME": home, "XDG_DATA_HOME": home + "/data", "XDG_STATE_HOME": home + "/state",
            "BOOK": Inquest.casebook,
        ]
    }

    private func run(_ arguments: String..., input: String = "") throws -> Inquest.Outcome {
        try Inquest.run(
            arguments + ["--casebook", Inquest.casebook], input: Array(input.utf8),
            environment: environment)
    }

    private func shell(_ line: String) throws -> Inquest.Outcome {
        try Inquest.shell(line, environment: environment, folder: home)
    }

    private func states(_ name: String = "last") throws -> [String: String] {
        let shown = try document(try run("incident", "show", name, "--json").output)
        return Dictionary(
            (shown["evidence"]?.array ?? []).map {
                ($0["id"]?.string ?? "", $0["state"]?.string ?? "")
            }, uniquingKeysWith: { $1 })
    }

    private func files() -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: sessions)) ?? []
    }

    private let question = "diagnose --interactive=plain --casebook \"$BOOK\""
    private let answered = ["tls-handshake-hangs": "present"]

    /// `make crash-test` does so 200 times.
    @Test func `killed at random moments, a triage has kept every answer that it took`() throws {
        let outcome = try shell(
            "python3 '\(Inquest.repository("Tests/Crash/crash.py"))' --program \"$INQUEST\" "
                + "--rounds 20")
        #expect(outcome.output.contains("none lost"), "\(outcome.output) \(outcome.error)")
        #expect(outcome.status == 0)
    }

    @Test func `files of earlier versions are taken over once, and go when they are in`() throws {
        _ = try run("diagnose", "--interactive=plain", input: "y\nq\n")
        let bundle = try document(try run("incident", "export", "last").output)
        let id = try #require(bundle["incidents"]?.array?.first?["session"]?["id"]?.string)
        // As the version before this one left it: a file and no row.
        try FileManager.default.createDirectory(
            atPath: sessions, withIntermediateDirectories: true)
        try old(id, "tls-handshake-hangs").write(
            toFile: "\(sessions)/\(id).json", atomically: true, encoding: .utf8)
        try "not JSON".write(
            toFile: sessions + "/other.json", atomically: true, encoding: .utf8)
        try FileManager.default.removeItem(atPath: home + "/data")
        #expect(try states() == answered)
        #expect(files() == ["other.json"])
        #expect(try run("incident", "list").output.contains(id.prefix(13)))
        #expect(try states() == answered)
    }

    /// `inquest.session/1` as it was first.
    private func old(_ id: String, _ fact: String) -> String {
        """
        {"schema": "inquest.session/1", "id": "\(id)", "created": "2026-01-01T00:00:00Z",
         "updated": "2026-01-01T00:01:00Z", "said": ["slow"], "captures": [], "truncated": false,
         "done": ["\(fact)"], "guesses": [], "evidence": [{"id": "\(fact)", "kind": "symptom",
         "state": "present", "source": "operator", "summary": "The operator answered yes."}]}
        """
    }

    @Test func `a database that was named takes over nothing`() throws {
        try FileManager.default.createDirectory(
            atPath: sessions, withIntermediateDirectories: true)
        let id = "0199aaaa-0000-7000-8000-000000000001"
        try old(id, "tls-handshake-hangs").write(
            toFile: "\(sessions)/\(id).json", atomically: true, encoding: .utf8)
        _ = try run("incident", "list", "--database", home + "/other.db")
        #expect(files() == ["\(id).json"])
        #expect(try run("incident", "show", id, "--database", home + "/other.db").status == 0)
        _ = try run("incident", "list")
        #expect(files() == [])
    }

    @Test func `a locked database: the answer is in a file, then in the database`() throws {
        _ = try run("diagnose", "--interactive=plain", input: "y\nq\n")
        let lock = """
            import sqlite3, subprocess, sys
            connection = sqlite3.connect('\(database)', isolation_level=None)
            connection.execute('BEGIN IMMEDIATE')
            done = subprocess.run(sys.argv[1:], input=b'n\\nq\\n', stdout=subprocess.DEVNULL)
            connection.execute('ROLLBACK')
            """
        try lock.write(toFile: home + "/lock.py", atomically: true, encoding: .utf8)
        let outcome = try shell("python3 lock.py \"$INQUEST\" \(question)")
        #expect(outcome.error.contains("in use by another process"))
        #expect(outcome.error.contains("The triage is kept in \(sessions)/"))
        #expect(files().count == 1)
        #expect(try states() == ["tls-handshake-hangs": "absent"])
        #expect(files() == [])
        let list = try document(try run("incident", "list", "--json").output)
        #expect(list["triages"]?.array?.count == 2)
    }

    @Test(
        .enabled(if: geteuid() == 0 && Service.has("/usr/bin/unshare"), "wants a mount namespace"))
    func `a full disk: the answer is in a file, and the database is sound`() throws {
        let outcome = try shell(
            """
            unshare -m bash -c '
            mkdir -p data state && mount -t tmpfs -o size=2m none data || exit 9
            "$INQUEST" incident list --casebook "$BOOK" >/dev/null
            dd if=/dev/zero of=data/filler bs=4k 2>/dev/null
            printf "y\\nq\\n" | "$INQUEST" \(question) >/dev/null
            "$INQUEST" info --check
            rm data/filler
            "$INQUEST" incident show last --json --casebook "$BOOK"
            ls state/inquest/sessions | wc -l'
            """)
        #expect(outcome.error.contains("no space is left"), "\(outcome.error)")
        #expect(outcome.error.contains("The triage is kept in \(sessions)/"))
        #expect(outcome.output.contains("SOUND"))
        #expect(outcome.output.contains("\"id\":\"tls-handshake-hangs\""))
        #expect(outcome.output.hasSuffix("0\n"), "the file was taken over")
    }

    @Test(
        .enabled(if: geteuid() == 0 && Service.has("/usr/bin/unshare"), "wants a mount namespace"))
    func `a read-only disk: incidents are read, and new ones are in files`() throws {
        let outcome = try shell(
            """
            unshare -m bash -c '
            mkdir -p data state && mount -t tmpfs none data || exit 9
            printf "y\\nq\\n" | "$INQUEST" \(question) >/dev/null 2>&1
            mount -o remount,ro data
            printf "n\\nq\\n" | "$INQUEST" \(question) >/dev/null
            "$INQUEST" incident show last --json --casebook "$BOOK"'
            """)
        #expect(outcome.error.contains("cannot be written"), "\(outcome.error)")
        #expect(outcome.error.contains("The triage is kept in \(sessions)/"))
        #expect(outcome.output.contains("\"state\":\"absent\""), "\(outcome.output)")
    }

    @Test func `nowhere to keep anything: the triage goes on and says so`() throws {
        let outcome = try Inquest.run(
            ["diagnose", "--interactive=plain", "--casebook", Inquest.casebook, "--json"],
            input: Array("y\nq\n".utf8),
            environment: ["HOME": "/dev/null", "XDG_DATA_HOME": "", "XDG_STATE_HOME": ""])
        #expect(outcome.error.contains("Not kept: "))
        #expect(try document(outcome.output)["evidence"]?.array?.count == 1)
    }

    @Test func `two processes that go on with one incident lose neither's answers`() throws {
        _ = try run("diagnose", "--interactive=plain", input: "y\nq\n")
        func resume() throws -> Running {
            let running = try Running(
                Inquest.binary,
                ["incident", "resume", "last", "--casebook", Inquest.casebook],
                environment: environment, folder: home)
            running.waitForError("help] > ")
            return running
        }
        let (one, two) = (try resume(), try resume())
        one.feed(Array("restart-helps=yes\n".utf8))
        one.waitForError("Noted: restart-helps=yes")
        one.feed(Array("q\n".utf8))
        one.closeInput()
        _ = one.wait()
        two.feed(Array("restart-helps=no\nq\n".utf8))
        two.closeInput()
        let told = two.wait().error
        #expect(told.contains("Another Inquest went on with this incident"))
        let list = try document(try run("incident", "list", "--json").output)
        let ids = list["triages"]?.array?.compactMap { $0["id"]?.string } ?? []
        #expect(ids.count == 2)
        let both = try Set(ids.map { try states($0)["restart-helps"] })
        #expect(both == ["present", "absent"])
    }

    @Test func `many processes at once: every one of them is kept`() throws {
        let outcome = try shell(
            """
            for n in 1 2 3 4 5 6; do
              printf 'y\\nq\\n' | "$INQUEST" \(question) --say "number $n" >/dev/null 2>"err$n" &
            done
            wait; cat err*; "$INQUEST" incident list --json --casebook "$BOOK"
            """)
        #expect(!outcome.output.contains("was not written"))
        let list = try document(try run("incident", "list", "--json").output)
        #expect(list["triages"]?.array?.count == 6)
    }

    @Test func `info copies and checks the database, and says what to do`() throws {
        _ = try run("diagnose", "--interactive=plain", input: "y\nq\n")
        let copy = home + "/copy.db"
        let made = try document(try run("info", "--backup", copy, "--json").output)
        #expect(SchemaValidator.faults(in: made) == [])
        #expect(try run("info", "--backup", copy).status == 74)
        let shown = try run("incident", "list", "--database", copy)
        #expect(shown.output.contains("1 fact"))
        let sound = try run("info", "--check")
        #expect(sound.status == 0)
        #expect(sound.output.contains("SOUND"))
        let checked = try document(try run("info", "--check", "--json").output)
        #expect(SchemaValidator.faults(in: checked) == [])
        let rubbish = Data("SQLite format 3\0 and nothing else".utf8)
        try rubbish.write(to: URL(filePath: copy))
        let damaged = try run("info", "--check", "--database", copy)
        #expect(damaged.status == 1)
        #expect(damaged.output.contains("DAMAGED"))
        #expect(damaged.output.contains(".recover"))
        #expect(FileManager.default.contents(atPath: copy) == rubbish)
        #expect(try run("info", "--check", "--database", home + "/none.db").status == 66)
    }
}
