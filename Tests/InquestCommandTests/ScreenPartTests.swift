import Foundation
import Glibc
import Testing
import Triage

/// The screens of captures, of this host and of incidents in the built program on a real terminal.
/// Needs tmux (Debian package `tmux`).
@Suite(.enabled(if: Tmux.isInstalled), .timeLimit(.minutes(5)))
struct ScreenPartTests {
    private let start = "\"$INQUEST\" --casebook \"$BOOK\""

    @Test func `from a capture to its flows, one flow's packets, and the packet of evidence`()
        throws
    {
        let terminal = try Tmux()
        try terminal.shell(start + " --capture '\(Inquest.heldCapture)'")
        try terminal.wait(for: "findings present", "Evidence (")
        try terminal.press("t")
        try terminal.wait(for: "held-by-nc.pcap:", "most troubled first", "history")
        try terminal.press("Enter")
        try terminal.wait(for: "an empty row is", "SYN-ACK")
        try terminal.press("Escape", "Tab")
        try terminal.wait(for: "ClientHello to ServerHello", "SYN to SYN-ACK")
        try terminal.press("Tab")
        try terminal.wait(for: "Handshakes held at")
        try terminal.press("Enter")
        try terminal.wait(for: "Where it can be seen")
        try terminal.press("Enter")
        try terminal.wait(for: "(cited)", "an empty row is")
        try terminal.resize(width: 60, height: 16)
        try terminal.wait(for: "(cited)", "Esc back")
        try terminal.press("Q")
        try terminal.wait(for: "To take it up again")
    }

    @Test func `a probe is run on a real server from the screens and becomes evidence`() throws {
        let server = try TLSServer()
        let target = "127.0.0.1:\(server.port)"
        let terminal = try Tmux(width: 160, height: 60)
        try terminal.shell(
            "\"$INQUEST\" --casebook '\(Inquest.repository("casebook"))' \(target)")
        try terminal.wait(for: "Causes", "· \(target)")
        try terminal.press("s")
        let probe = "inquest probe \(target) tls"
        try terminal.wait(for: "what can be done", probe)
        try choose(probe, among: terminal.still(), terminal)
        try terminal.wait(for: "Causes", probe, "Enter runs this")
        try terminal.press("Enter")
        try terminal.wait(for: "tls: ", "could not be told", without: "Evidence (0)")
        try terminal.press("Tab", "Tab")
        try terminal.press("Enter")
        try terminal.wait(for: "· evidence", "said by probe:tcp://\(target)", "probe.")
    }

    /// Each step has three rows; the second one names its command.
    private func choose(_ command: String, among screen: String, _ terminal: Tmux) throws {
        let lines = screen.split(separator: "\n", omittingEmptySubsequences: false)
        let line = try #require(lines.firstIndex { $0.hasSuffix(command) })
        for _ in 0..<((line - 2) / 3) { try terminal.press("j") }
        try terminal.press("Enter")
    }

    /// A press and its release in the encoding SGR 1006 of xterm; 65 is the wheel.
    private func mouse(_ button: Int, x: Int, y: Int, _ terminal: Tmux) throws {
        try terminal.type("\u{1B}[<\(button);\(x + 1);\(y + 1)M")
        if button < 64 { try terminal.type("\u{1B}[<\(button);\(x + 1);\(y + 1)m") }
    }

    @Test func `the mouse chooses, opens and scrolls, and is given back`() throws {
        let terminal = try Tmux()
        try terminal.shell(start + " --mouse --capture '\(Inquest.heldCapture)'")
        try terminal.wait(for: "findings present", "Evidence (")
        func reports() throws -> String {
            try terminal.tmux("display-message", "-p", "-t", "s", "#{mouse_any_flag}")
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }
        #expect(try reports() == "1")
        try terminal.press("t")
        let shown = try terminal.wait(for: "most troubled first", "history")
        let rows = shown.split(separator: "\n", omittingEmptySubsequences: false)
        let second = try #require(rows.firstIndex { $0.contains("history") }) + 2
        try mouse(0, x: 10, y: second, terminal)
        try mouse(0, x: 10, y: second, terminal)
        try terminal.wait(for: "an empty row is")
        try terminal.press("g")
        try terminal.wait(for: "of the client: SYN")
        try mouse(65, x: 10, y: 10, terminal)
        let scrolled = try terminal.wait(for: "Packet ", without: "of the client: SYN")
        let back = try #require(scrolled.columns(before: "Esc back"))
        try mouse(0, x: back + 1, y: 23, terminal)
        try terminal.wait(for: "most troubled first")
        kill(try terminal.child(), SIGTERM)
        try terminal.wait(for: "ready$", without: "most troubled")
        #expect(try reports() == "0")
    }

    @Test func `this host is looked at while somebody looks, and no longer`() throws {
        let terminal = try Tmux()
        try terminal.shell(start)
        try terminal.wait(for: "What is wrong?")
        try terminal.press("Enter")
        try terminal.wait(for: "Causes")
        try terminal.press("H")
        try terminal.wait(for: "looks again every 3 s", "Sockets:")
        try terminal.press("Tab", "Tab")
        try terminal.wait(for: "Counters that moved in")
        try terminal.press("p")
        try terminal.wait(for: "held")
        try terminal.press("a")
        try terminal.wait(for: "Taken: ", "u takes it back")
        try terminal.press("Escape")
        try terminal.wait(for: "Evidence (", without: "Evidence (0)")
    }

    @Test func `an incident is resolved, found again and withdrawn`() throws {
        let terminal = try Tmux()
        try terminal.shell(start)
        try terminal.wait(for: "What is wrong?")
        try terminal.press("Enter")
        try terminal.wait(for: "Causes")
        try terminal.press("y")
        try terminal.wait(for: "1 fact · kept")
        try terminal.press("i")
        try terminal.wait(for: "This one: Triage")
        try terminal.press("r")
        try terminal.wait(for: "resolved as")
        try terminal.press("b")
        try terminal.wait(for: "Recorded as incident 1")
        try terminal.press("i")
        try terminal.wait(for: "resolved as incident 1")
        try terminal.press("Tab")
        try terminal.wait(for: "Resolved on this machine", "1 incident", "believed")
        try terminal.press("x")
        try terminal.wait(for: "Withdraw incident 1?")
        try terminal.press("y")
        try terminal.wait(for: "WITHDRAWN")
        try terminal.press("Q")
        try terminal.wait(for: "To take it up again")
        // What was kept of it follows its schema.
        let exported = try Inquest.run(
            ["incident", "export", "last", "--database", terminal.home + "/inquest/casebook.db"])
        let kept = try document(exported.output)
        #expect(SchemaValidator.faults(in: kept) == [])
        #expect(kept["incidents"]?.array?.first?["outcome"] == nil)
    }
}

extension String {
    /// How many characters stand before `text` on the last line that has it.
    fileprivate func columns(before text: String) -> Int? {
        split(separator: "\n").last { $0.contains(text) }.flatMap { line in
            line.range(of: text).map { line.distance(from: line.startIndex, to: $0.lowerBound) }
        }
    }
}
