import Foundation
import Testing

/// Checks, reports and drafts from the screens, on a real terminal. Needs tmux (Debian package
/// `tmux`).
@Suite(.enabled(if: Tmux.isInstalled), .timeLimit(.minutes(5)))
struct ScreenCheckTests {
    @Test func `a probe of a real server runs behind the questions and is evidence`() throws {
        let server = LoopbackServer { LoopbackServer.drain($0) }
        let terminal = try Tmux(width: 120, height: 40)
        try terminal.shell("\"$INQUEST\" 127.0.0.1:\(server.port)")
        try terminal.wait(for: "Sends at most", "Enter runs this", "A runs all that are safe")
        #expect(server.connections == 0)
        try terminal.press("Enter")
        try terminal.wait(for: "seen", "could not be told", "127.0.0.1:\(server.port)")
        #expect(server.connections > 0)
        try terminal.press("u")
        try terminal.wait(for: "Taken back.", "0 facts · kept")
        try terminal.press("C-c")
        try terminal.wait(for: "ready$")
    }

    @Test func `checks of one target take turns, show their stages, and end when told to`() throws {
        let server = LoopbackServer.silent()
        let terminal = try Tmux(width: 120, height: 40)
        try terminal.shell("\"$INQUEST\" tls://127.0.0.1:\(server.port)")
        try terminal.wait(for: "Enter runs this")
        try terminal.press("Enter")
        try terminal.wait(for: "X cancels")
        try terminal.press("Enter")
        try terminal.wait(for: "2 run, r shows")
        try terminal.press("r")
        try terminal.wait(for: "· what runs", "waits for its turn")
        try terminal.press("X")
        try terminal.wait(for: "Nothing runs in the background.")
        try terminal.press("C-c")
        try terminal.wait(for: "ready$")
    }

    @Test func `undo goes back over a session that was taken up again`() throws {
        let terminal = try Tmux()
        try terminal.shell("\"$INQUEST\" --casebook \"$BOOK\"")
        try terminal.wait(for: "What is wrong?")
        try terminal.press("Enter")
        try terminal.wait(for: "nothing is known yet")
        try terminal.press("y")
        try terminal.wait(for: "1 fact · kept")
        try terminal.press(":")
        try terminal.type("restart-helps=yes")
        try terminal.press("Enter")
        try terminal.wait(for: "2 facts · kept")
        try terminal.press("C-c")
        try terminal.wait(for: "To take it up again")
        try terminal.shell("clear; \"$INQUEST\" --casebook \"$BOOK\" --resume last")
        try terminal.wait(for: "Evidence (2)", "2 facts · kept")
        try terminal.press("u")
        try terminal.wait(for: "Taken back.", "1 fact · kept")
        try terminal.press("u")
        try terminal.wait(for: "0 facts · kept")
        try terminal.press("u")
        try terminal.wait(for: "There is nothing to take back.")
        try terminal.press("C-c")
        try terminal.wait(for: "ready$")
    }

    @Test func `an incident becomes a report in HTML and a draft that was checked`() throws {
        let terminal = try Tmux(width: 100, height: 30)
        try terminal.shell("\"$INQUEST\" --capture '\(Inquest.heldCapture)'")
        try terminal.wait(for: "CONFIRMED", "findings present")
        try terminal.press("e")
        try terminal.wait(for: "What to do now")
        let report = terminal.home + "/r.html"
        for answer in ["Saved as", "exists. y replaces it"] {
            try terminal.press("M")
            try terminal.wait(for: "Save the report as")
            try terminal.press("C-u")
            try terminal.type(report)
            try terminal.press("Enter")
            try terminal.wait(for: answer)
        }
        try terminal.press("y")
        try terminal.wait(for: "Saved as")
        let text = try String(contentsOfFile: report, encoding: .utf8)
        #expect(text.contains("<svg viewBox="))
        let draft = terminal.home + "/book/tls/held-again/case.md"
        for answer in ["The draft is written", "is there already"] {
            try terminal.press("N")
            try terminal.wait(for: "Write the draft as")
            try terminal.press("C-u")
            try terminal.type(draft)
            try terminal.press("Enter")
            try terminal.wait(for: answer)
            if answer.hasPrefix("The") {
                try terminal.wait(for: "What is left to do", "line 8: the case names no source")
                try terminal.press("Escape")
                try terminal.wait(for: "· end")
            }
        }
        let written = try String(contentsOfFile: draft, encoding: .utf8)
        #expect(written.contains("id: held-again"))
        #expect(written.contains("capture.tls.hello-released-by-silent-flow-end: usually"))
        try terminal.press("Q")
        try terminal.wait(for: "False leads", "To take it up again")
    }
}
