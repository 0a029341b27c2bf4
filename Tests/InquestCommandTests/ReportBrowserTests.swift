import Foundation
import Testing

/// Reports as a real browser sees them, with names that want to be more than names.
///
/// Needs Chromium (`scripts/dependencies.sh browser`).
@Suite(.serialized, .enabled(if: Chromium.path != nil, "chromium is not installed"))
struct ReportBrowserTests {
    /// What a page may show that obeyed: its title, or a request to the server of the test.
    private static func payloads(port: UInt16) -> [String] {
        let there = "http://127.0.0.1:\(port)"
        return [
            "<script>document.title='obeyed'</script>",
            "</title><script>document.title='obeyed'</script>",
            "</svg><script>document.title='obeyed'</script>",
            "</text></svg><image href='\(there)/svg'/>",
            "<img src='\(there)/img' onerror=\"document.title='obeyed'\">",
            "\" onload=\"document.title='obeyed'\" x=\"",
            "' onmouseover='document.title=1' style='background:url(\(there)/css)'",
            "</style><link rel=stylesheet href=\(there)/link>",
            "<a href=\"javascript:document.title='obeyed'\">x</a>",
            "--><iframe src=\(there)/frame></iframe><!--",
            "&lt;script&gt;document.title='obeyed'&lt;/script&gt;",
            "\u{1B}[31m\u{1B}]0;obeyed\u{07} \u{202E}desrever\u{2066}\u{FEFF}\u{0}",
            "![x](\(there)/md) [y](javascript:alert(1)) | `z` \n# heading\n- item",
            String(repeating: "A", count: 10_000) + "<script>document.title='obeyed'</script>",
        ]
    }

    /// Evidence whose every text is hostile, and a case that a casebook folder brings.
    private func report(_ payloads: [String], _ name: String) throws -> String {
        let folder = Inquest.temporaryFolder()
        let entries = payloads.enumerated().map { number, payload -> [String: Any] in
            [
                "id": "capture.tls.client-hello-acked-unanswered", "kind": "finding",
                "state": number % 3 == 2 ? "unknown" : "present", "summary": payload,
                "source": "capture:\(payload)", "count": 3,
                "measure": ["value": 1.5, "unit": payload],
                "where": [
                    [
                        "file": "\(payload).pcap", "flow": 1, "packet": 1,
                        "time": "2026-01-01T00:00:00.000000000Z",
                    ],
                    [
                        "file": "\(payload).pcap", "flow": 1, "packet": 2,
                        "time": "2026-01-01T00:00:02.000000000Z",
                    ],
                ],
            ]
        }
        let document: [String: Any] = ["schema": "inquest.evidence/1", "evidence": entries]
        let path = folder + "/evidence.json"
        try JSONSerialization.data(withJSONObject: document).write(to: URL(filePath: path))
        let said = payloads.filter { !$0.contains("\u{0}") }.map { "--say=\($0)" }
        let target = folder + "/" + name
        let outcome = try Inquest.run(
            ["diagnose", "--evidence", path, "--report", target] + said)
        #expect([0, 1, 3].contains(outcome.status), "\(outcome.error)")
        return target
    }

    @Test func `no script of a hostile name runs and nothing is fetched, even without a policy`()
        throws
    {
        let server = LoopbackServer.silent()
        let path = try report(Self.payloads(port: server.port), "r.html")
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let policy = try #require(
            text.firstMatch(of: /<meta http-equiv="Content-Security-Policy"[^>]*>/))
        // The policy of the page would hide a mistake of the escapes.
        let bare = path + ".bare.html"
        try text.replacing(policy.0, with: "").write(
            toFile: bare, atomically: true, encoding: .utf8)
        for page in [path, bare] {
            let shown = try Chromium.document(page)
            #expect(shown.contains("<title>Incident: "))
            #expect(!shown.contains("<title>obeyed"))
            for element in ["script", "iframe", "img", "link", "image", "a "] {
                #expect(!shown.contains("<\(element)"), "\(element)")
            }
            // Quoted, it may stand in a label of a drawing.
            let tags = shown.replacing(/="[^"]*"/, with: "=\"\"")
            #expect(tags.firstMatch(of: /<[^>]+ on(load|error|mouseover)=/) == nil)
            #expect(shown.contains("&lt;script&gt;"))
            #expect(!shown.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" })
        }
        #expect(server.connections == 0)
    }

    @Test func `the test would see a script and a request`() throws {
        let server = LoopbackServer { _ in }
        let page = Inquest.temporaryFolder() + "/page.html"
        try """
        <!DOCTYPE html><title>calm</title><img src="http://127.0.0.1:\(server.port)/x">
        <script>document.title = 'obeyed'</script>
        """.write(toFile: page, atomically: true, encoding: .utf8)
        #expect(try Chromium.document(page).contains("<title>obeyed"))
        #expect(server.wait(connections: 1))
    }

    @Test func `a name of ten thousand letters does not make a page wider than its window`() throws
    {
        let path = try report([String(repeating: "A", count: 10_000)], "wide.html")
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(!text.contains(String(repeating: "A", count: 2_001)))
        // The page itself may not run scripts; a copy without its policy measures itself.
        let probe = path + ".probe.html"
        try text.replacing(/<meta http-equiv="Content-Security-Policy"[^>]*>/, with: "")
            .replacing(
                "</body>",
                with: "<script>document.title = 'width ' + document.documentElement.scrollWidth"
                    + " + ' of ' + window.innerWidth</script></body>"
            ).write(toFile: probe, atomically: true, encoding: .utf8)
        for width in [500, 1280] {
            let shown = try Chromium.document(probe, width: width)
            let told = try #require(shown.firstMatch(of: /<title>width (\d+) of (\d+)/))
            #expect(try #require(Int(told.1)) <= #require(Int(told.2)), "\(told.0)")
        }
    }
}

/// The browser, without a window.
enum Chromium {
    static let path = ["chromium", "chromium-browser", "google-chrome"].lazy
        .map { "/usr/bin/" + $0 }.first { FileManager.default.isExecutableFile(atPath: $0) }

    /// The page as it stands once its scripts have run.
    static func document(_ page: String, width: Int = 1280) throws -> String {
        let profile = Inquest.temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: profile) }
        let outcome = try Inquest.shell(
            "timeout 120 \(path ?? "false") --headless --no-sandbox --disable-gpu --dump-dom "
                + "--disable-background-networking --window-size=\(width),900 "
                + "--virtual-time-budget=2000 --user-data-dir='\(profile)' 'file://\(page)'")
        #expect(outcome.status == 0, "\(outcome.error.suffix(500))")
        return outcome.output
    }
}
