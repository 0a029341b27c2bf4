import Foundation
import Testing

/// Reports for people, as Markdown and as one HTML file.
@Suite struct ReportTests {
    private static let sections = [
        "Summary", "Impact", "Timeline (UTC)", "Causes", "Trigger", "Detection", "Resolution",
        "What went well", "Lessons", "Action items", "Evidence",
        "What was believed, when and why", "False leads", "Remarks",
    ]

    private func report(
        _ name: String, _ arguments: [String], input: String? = nil
    ) throws -> (text: String, status: Int32) {
        let path = Inquest.temporaryFolder() + "/" + name
        let outcome = try Inquest.run(
            ["diagnose", "--report", path] + arguments, input: Array((input ?? "").utf8))
        return (try String(contentsOfFile: path, encoding: .utf8), outcome.status)
    }

    @Test func `a report has the sections of a postmortem, and marks what people must fill in`()
        throws
    {
        let (text, status) = try report(
            "r.md", ["--capture", Inquest.heldCapture, "--symptom", "ping-works"])
        #expect(status == 1)
        let headings = text.split(separator: "\n").filter { $0.hasPrefix("## ") }
        #expect(headings.map { String($0.dropFirst(3)) } == Self.sections)
        #expect(text.hasPrefix("# Incident: One silent connection keeps a TLS server"))
        #expect(text.contains("**[fill in]** Who was affected"))
        #expect(text.contains("- Closed in time: The network loses the ClientHello."))
        #expect(text.contains("packet 74, flow 4"))
    }

    @Test func `a report tells when captures first show what they cite, and no folder`() throws {
        let (text, _) = try report("r.md", ["--capture", Inquest.heldCapture])
        #expect(
            text.contains("| First seen in held-by-nc.pcap, packet 53: 1 connection said nothing"))
        #expect(!text.contains(Inquest.root))
        let times = text.matches(of: /\| (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) \| First seen/).map(\.1)
        #expect(times.count >= 5)
        #expect(times == times.sorted())
        #expect(text.contains("| The network loses the ClientHello."))
    }

    @Test func `what Markdown would obey is told and not obeyed`() throws {
        let words = "# head ![x](http://b) ~~y~~ <b> www.example.test javascript:alert(1)"
        let (text, _) = try report(
            "r.md", ["--symptom", "ping-works", "--say=\(words)"])
        #expect(
            text.contains(
                ##"“\# head \!\[x\](http\://b) \~\~y\~\~ \<b\> www\.example.test javascript:alert(1)”"##
            ))
    }

    @Test func `HTML is one file that needs nothing else, with its drawing`() throws {
        let (text, _) = try report("r.html", ["--capture", Inquest.heldCapture])
        #expect(text.hasPrefix("<!DOCTYPE html>"))
        for section in Self.sections { #expect(text.contains("<h2>\(section)</h2>")) }
        for loader in ["<script", "<link", "<img", "<iframe", "src=", "href=", "url(", "@import"] {
            #expect(!text.contains(loader), "\(loader)")
        }
        #expect(text.contains("default-src 'none'"))
        #expect(text.contains("<svg viewBox="))
        #expect(text.contains("<title>0 s, packet 17: ") || text.contains("<circle class="))
        #expect(text.contains("<p class=\"blank\"><b>Fill in:</b>"))
        let open = text.matches(of: /<(h1|h2|p|ul|li|table|tr|td|th|pre|figure|svg)[ >]/).count
        let closed = text.matches(of: /<\/(h1|h2|p|ul|li|table|tr|td|th|pre|figure|svg)>/).count
        #expect(open == closed)
    }

    @Test func `hostile words stay words in both forms`() throws {
        let words = "<script>alert('x')</script> \u{1B}[31m \u{202E} | `q` [a](http://b)"
        for name in ["r.html", "r.md"] {
            let (text, _) = try report(
                name, ["--interactive=plain", "--casebook", Inquest.casebook, "--say", words],
                input: "y\nq\n")
            #expect(text.firstMatch(of: /(^|[^\\])<script/) == nil)
            #expect(!text.contains("\u{1B}"))
            #expect(!text.contains("\u{202E}"))
            #expect(name == "r.html" || text.firstMatch(of: /[^\\]\]\(http/) == nil)
            #expect(text.contains("alert("))
        }
    }

    @Test func `a triage by questions tells what was believed after each answer`() throws {
        let (text, _) = try report(
            "r.md", ["--interactive=plain", "--casebook", Inquest.casebook],
            input: "y\nrestart-helps=no\nq\n")
        #expect(text.contains("| Answered yes: Do clients log that the TLS handshake"))
        #expect(text.contains("| Noted no: Is it better"))
        let html = try report(
            "r.html", ["--interactive=plain", "--casebook", Inquest.casebook], input: "y\nn\nq\n")
        #expect(html.text.contains("How probable each case was after each step"))
        #expect(html.text.contains("<polyline class=\"a\" points="))
    }

    @Test func `the same evidence makes the same report, byte for byte`() throws {
        let arguments = ["--capture", Inquest.heldCapture, "--say", "it hangs"]
        #expect(try report("r.html", arguments).text == report("r.html", arguments).text)
    }

    @Test func `--html is HTML whatever the name, and a folder that is not there is told`() throws {
        let folder = Inquest.temporaryFolder()
        _ = try Inquest.run(
            ["diagnose", "--symptom", "ping-works", "--html", folder + "/report"])
        let text = try String(contentsOfFile: folder + "/report", encoding: .utf8)
        #expect(text.hasPrefix("<!DOCTYPE html>"))
        let lost = try Inquest.run(
            ["diagnose", "--symptom", "ping-works", "--report", folder + "/no/r.md"])
        #expect(lost.status == 74)
        #expect(lost.error.contains("/no/r.md"))
    }
}
