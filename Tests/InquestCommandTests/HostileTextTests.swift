import Foundation
import Testing
import Triage

/// Text from captures, files and arguments that would rather be obeyed than read.
@Suite struct HostileTextTests {
    /// Clears the screen, sets the title, turns the order of writing, hides, and is no UTF-8.
    private static let name: [UInt8] =
        Array("\u{1B}[2J\u{1B}]0;owned\u{7}\u{202E}moc.live\u{200B}\u{85}\n".utf8) + [0xFF, 0xC0]

    private func expectHarmless(_ outcome: Inquest.Outcome) {
        let raw = (outcome.output + outcome.error).unicodeScalars.filter { scalar in
            let category = scalar.properties.generalCategory
            return scalar != "\n" && scalar != "\t" && (category == .control || category == .format)
        }
        #expect(raw.isEmpty, "\(raw.map(\.value))")
        #expect(String(validating: outcome.bytes, as: UTF8.self) != nil)
    }

    @Test(arguments: [
        ["capture", "-"], ["capture", "-", "--json"], ["capture", "-", "--flows"],
        ["diagnose", "--capture", "-"], ["diagnose", "--capture", "-", "--markdown"],
        ["diagnose", "--capture", "-", "--json"], ["diagnose", "--capture", "-", "--nagios"],
    ])
    func `a hostile server name is never written raw`(arguments: [String]) throws {
        let capture = Packets.hello(serverName: Self.name)
        expectHarmless(try Inquest.run(arguments, input: capture))
    }

    @Test func `the server name is in the JSON all the same`() throws {
        let capture = Packets.hello(serverName: Self.name)
        let outcome = try Inquest.run(["capture", "-", "--flows"], input: capture)
        let name = try document(outcome.output)["tls"]?["sni"]?.string
        #expect(name == String(decoding: Self.name, as: UTF8.self))
    }

    @Test func `hostile file names, symptoms and flags are never echoed raw`() throws {
        let text = "\u{1B}[31m\u{202E}x"
        for arguments in [
            ["capture", text], ["diagnose", "--symptom", text], ["diagnose", "--" + text],
            ["case", "show", text], ["case", "search", text], ["case", "lint", text], [text],
            ["diagnose", "--capture", text, "--nagios"], ["diagnose", "--evidence", text],
            ["case", "list", "--casebook", text], ["capture", text, "--ndjson"],
            ["diagnose", "--symptom", "restart-helps", "--database", text],
        ] {
            expectHarmless(try Inquest.run(arguments))
        }
    }

    @Test func `a capture with a hostile name is read and told harmlessly`() throws {
        let folder = Inquest.temporaryFolder()
        let name = "a\u{1B}[2J\u{202E}$(touch owned)'b.pcap"
        try Data(contentsOf: URL(filePath: Inquest.heldCapture))
            .write(to: URL(filePath: folder).appending(path: name))
        for arguments in [["capture", name], ["diagnose", "--capture", name]] {
            let outcome = try Inquest.run(arguments, folder: folder)
            expectHarmless(outcome)
            #expect(outcome.output.contains("CONFIRMED") || outcome.output.contains("Found"))
        }
    }

    @Test func `hostile evidence is told harmlessly`() throws {
        let text = """
            [{"id": "capture.tcp.silent-open", "state": "present", "source": "capture:\\u001b[2J",
              "summary": "\\u001b]0;x\\u0007 \\u202e `code` <b>|</b>\\n# heading",
              "where": [{"file": "\\u001b[2J.pcap", "packet": 3}]}]
            """
        for format in [[], ["--json"], ["--markdown"], ["--nagios"]] {
            let outcome = try Inquest.run(
                ["diagnose", "--evidence", "-"] + format, input: Array(text.utf8))
            expectHarmless(outcome)
            if format == ["--markdown"] {
                #expect(outcome.output.contains("\\<b\\>"))
                #expect(!outcome.output.contains("\n# heading"))
            }
        }
    }

    @Test func `a hostile case file is refused or shown harmlessly`() throws {
        let folder = Inquest.temporaryFolder() + "/book"
        try FileManager.default.copyItem(atPath: Inquest.casebook, toPath: folder)
        let path = folder + "/tls/silent-client-holds-accept/case.md"
        let text = try String(contentsOfFile: path, encoding: .utf8)
            .replacing("One silent client", with: "One \u{1B}[2J\u{202E}silent client")
            .replacing("title: One", with: "title: \"\\e[2J\\u202e One\" #")
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        for arguments in [
            ["case", "lint", folder], ["case", "list", "--casebook", folder],
            ["case", "show", "silent-client-holds-accept", "--casebook", folder],
            ["diagnose", "--symptom", "restart-helps", "--casebook", folder],
            ["case", "list", "--casebook", folder, "--plain"],
            ["case", "search", "silent", "--casebook", folder],
        ] {
            expectHarmless(try Inquest.run(arguments))
        }
    }
}
