import Foundation
import Testing
import Triage

/// The built program on a real terminal. Needs tmux (Debian package `tmux`).
@Suite(.enabled(if: Tmux.isInstalled), .timeLimit(.minutes(5)))
struct ScreenTests {
    private let start = "\"$INQUEST\" --casebook \"$BOOK\""

    /// On the triage screen, one question answered with yes and kept.
    private func answered(_ terminal: Tmux) throws {
        try terminal.shell(start)
        try terminal.wait(for: "What is wrong?", "0 facts")
        try terminal.press("Enter")
        try terminal.wait(for: "Causes", "nothing is known yet")
        try terminal.press("y")
        try terminal.wait(for: "1 fact · kept", "Evidence (1)")
    }

    /// The shell is back, its lines are seen again, and the terminal edits lines as before.
    private func expectRestored(_ terminal: Tmux) throws {
        let words = "-?(icanon|echo|isig|icrnl)"
        try terminal.shell("clear; stty -a | grep -owE -- '\(words)' | tr '\\n' ' '; echo told")
        let shown = try terminal.wait(for: "icanon", "echo", "icrnl", "isig", " told")
        let settings = shown.split { $0 == "\n" || $0 == " " }
        #expect(!settings.contains { ["-icanon", "-echo", "-isig", "-icrnl"].contains($0) })
    }

    @Test func `own words, an answer, a smaller window, a case, and out again`() throws {
        let terminal = try Tmux()
        try terminal.shell(start)
        try terminal.wait(for: "What is wrong?")
        try terminal.type("the tls handshake hangs")
        try terminal.wait(for: "You may mean", "TLS handshake was never completed")
        try terminal.press("Enter")
        try terminal.wait(for: "From your words")
        try terminal.press("y")
        try terminal.wait(for: "1 fact · kept", "your words")
        try terminal.resize(width: 60, height: 16)
        try terminal.wait(for: "Evidence (1)", "none of the cases")
        try terminal.press("1")
        try terminal.wait(for: "· case", "One silent client holds the accept loop")
        try terminal.resize(width: 40, height: 10)
        try terminal.wait(for: "Inquest needs 60x16", "This is 40x10")
        try terminal.resize(width: 120, height: 40)
        try terminal.wait(for: "The test that decides")
        try terminal.press("q", "q")
        try terminal.wait(for: "Quit?")
        try terminal.press("Enter")
        try terminal.wait(for: "To take it up again: inquest --resume", "ready$")
        try expectRestored(terminal)
    }

    @Test func `stopped by ^Z and brought back by fg`() throws {
        let terminal = try Tmux()
        try answered(terminal)
        try terminal.press("C-z")
        try terminal.wait(for: "Stopped", "ready$")
        try terminal.resize(width: 100, height: 30)
        try terminal.shell("fg")
        try terminal.wait(for: "Evidence (1)", "1 fact · kept")
        try terminal.press("u")
        try terminal.wait(for: "Taken back.", "0 facts · kept")
        try terminal.press("C-c")
        try terminal.wait(for: "ready$", without: "Evidence (")
        try expectRestored(terminal)
    }

    @Test func `killed, nothing that was said is lost`() throws {
        let terminal = try Tmux()
        try answered(terminal)
        kill(try terminal.child(), SIGKILL)
        try terminal.wait(for: "Killed")
        let kept = try Inquest.run(
            [
                "incident", "show", "last", "--json", "--casebook", Inquest.casebook, "--database",
                terminal.home + "/inquest/casebook.db",
            ])
        let shown = try document(kept.output)
        #expect(SchemaValidator.faults(in: shown) == [])
        #expect(shown["origin"]?.string == "screens")
        #expect(shown["evidence"]?.array?.count == 1)
        try terminal.shell("stty sane; tput rmcup; clear")
        try terminal.shell(start + " --resume last")
        try terminal.wait(for: "Taken up where it was left", "Evidence (1)", "1 fact")
        try terminal.press("C-c")
        try terminal.wait(for: "To take it up again")
    }

    @Test(arguments: [(SIGSEGV, "139"), (SIGILL, "132"), (SIGABRT, "134"), (SIGTERM, "143")])
    func `a crash or a signal gives the terminal back`(signal: Int32, status: String) throws {
        let terminal = try Tmux()
        try answered(terminal)
        kill(try terminal.child(), signal)
        try terminal.wait(for: "ready$", without: "Evidence (1)")
        try terminal.shell("echo status $?")
        try terminal.wait(for: "status \(status)")
        try expectRestored(terminal)
    }

    @Test func `a capture is read behind the screens and its findings are shown`() throws {
        let terminal = try Tmux(width: 100, height: 30)
        try terminal.shell("\"$INQUEST\" --capture '\(Inquest.heldCapture)'")
        try terminal.wait(for: "CONFIRMED", "findings present", "seen")
        try terminal.press("e")
        try terminal.wait(for: "What to do now")
        try terminal.press("m")
        try terminal.wait(for: "Save the report as")
        try terminal.press("C-u")
        try terminal.type(terminal.home + "/report.md")
        try terminal.press("Enter")
        try terminal.wait(for: "Saved as")
        let report = try String(contentsOfFile: terminal.home + "/report.md", encoding: .utf8)
        #expect(report.hasPrefix("# Incident: One silent connection"))
        try terminal.press("r", "v")
        try terminal.wait(for: "Recorded as incident 1")
        try terminal.press("c")
        try terminal.wait(for: "Copied")
        let copied = try String(
            contentsOfFile: terminal.home + "/state/inquest/copied.txt", encoding: .utf8)
        #expect(copied.hasPrefix("CONFIRMED: "))
        try terminal.press("Q")
        try terminal.wait(for: "To take it up again")
        try expectRestored(terminal)
    }

    @Test func `a capture that is none is told, and the triage goes on`() throws {
        let terminal = try Tmux()
        try terminal.shell(start + " --capture /etc/passwd")
        try terminal.wait(for: "is no pcap or pcapng file", "Causes")
        try terminal.press("y")
        try terminal.wait(for: "1 fact · kept")
    }

    @Test func `what is pasted is text and never keys`() throws {
        let terminal = try Tmux()
        try answered(terminal)
        try terminal.tmux("set-buffer", "quxy\nQ\n")
        try terminal.tmux("paste-buffer", "-p", "-t", "s")
        try terminal.wait(for: "Pasted text needs a line", "1 fact")
        try terminal.press(":")
        try terminal.tmux("set-buffer", "target db1:443\n")
        try terminal.tmux("paste-buffer", "-p", "-t", "s")
        try terminal.wait(for: ":target db1:443")
        try terminal.press("Enter")
        try terminal.wait(for: "The target is db1:443")
    }

    @Test func `the search answers while one types`() throws {
        let terminal = try Tmux()
        try answered(terminal)
        try terminal.press("/")
        try terminal.wait(for: "all families", "2 cases")
        try terminal.type("accept loop")
        try terminal.wait(for: "One silent client holds the accept loop")
        try terminal.press("Enter")
        try terminal.wait(for: "· case", "The test that decides")
    }

    @Test func `a locale without UTF-8 gets ASCII, NO_COLOR gets no colour`() throws {
        let terminal = try Tmux(environment: ["LC_ALL=C", "NO_COLOR=1"])
        try terminal.shell(start)
        try terminal.wait(for: "What is wrong?")
        try terminal.press("Enter")
        let shown = try terminal.wait(for: "- Causes", "nothing is known yet", "##")
        #expect(shown.utf8.allSatisfy { $0 < 0x80 })
        let styled = try terminal.tmux("capture-pane", "-p", "-e", "-t", "s")
        #expect(styled.contains("\u{1B}[1m") || styled.contains("\u{1B}[7m"))
        #expect(styled.firstMatch(of: /\u{1B}\[[0-9;]*\b(3[0-7]|38|9[0-7])\b[0-9;]*m/) == nil)
    }

    @Test func `a terminal that cannot move its cursor is asked line by line`() throws {
        let terminal = try Tmux(environment: ["TERM=dumb"])
        try terminal.shell(start)
        try terminal.wait(for: "Question 1", "[y, n, ?, py, pn")
        try terminal.shell("quit")
        try terminal.wait(for: "ready$")
    }

    @Test func `an unknown terminal is treated as an xterm`() throws {
        let terminal = try Tmux(environment: ["TERM=nobody-knows"])
        try answered(terminal)
    }

    /// A second without a key: at most one tick of the clock, which a signal may cost.
    @Test func `it uses no processor time while nothing happens`() throws {
        let terminal = try Tmux()
        try answered(terminal)
        let path = "/proc/\(try terminal.child())/stat"
        func ticks() throws -> Int {
            let fields = try String(contentsOfFile: path, encoding: .utf8).split(separator: " ")
            return (Int(fields[13]) ?? 0) + (Int(fields[14]) ?? 0)
        }
        let before = try ticks()
        Thread.sleep(forTimeInterval: 1)
        #expect(try ticks() - before <= 1)
    }

    @Test func `without a terminal it says what a script would run`() throws {
        let outcome = try Inquest.run(["--casebook", Inquest.casebook])
        #expect(outcome.status == 64)
        #expect(outcome.error.contains("standard input is no terminal"))
        #expect(outcome.error.contains("inquest diagnose --interactive=plain"))
        #expect(outcome.output.isEmpty)
        let resumed = try Inquest.run(["--casebook", Inquest.casebook, "--resume", "nothing"])
        #expect(resumed.status == 66)
        #expect(resumed.error.contains("no incident 'nothing'"))
    }

    @Test func `a word that is neither a command nor a target is told`() throws {
        let outcome = try Inquest.run(["diagnse"])
        #expect(outcome.status == 64)
        #expect(outcome.error.contains("did you mean 'diagnose'?"))
    }
}
