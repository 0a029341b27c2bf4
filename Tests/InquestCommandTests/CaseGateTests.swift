import Foundation
import Testing
import Triage

/// `inquest case test`: the gate that a case passes before others meet it.
@Suite struct CaseGateTests {
    private let hung = "/kernel-limits/listener-hung"

    /// A copy of the small casebook, with changes to `listener-hung`.
    private func book(_ changes: [(String, String)] = []) throws -> String {
        let folder = Inquest.temporaryFolder() + "/book"
        try FileManager.default.copyItem(atPath: Inquest.casebook, toPath: folder)
        let path = folder + hung + "/case.md"
        var text = try String(contentsOfFile: path, encoding: .utf8)
        for (old, new) in changes {
            #expect(text.contains(old), "\(old)")
            text = text.replacing(old, with: new)
        }
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return folder
    }

    private func test(
        _ book: String, _ arguments: [String] = []
    ) throws -> (node: JSONNode, status: Int32) {
        let outcome = try Inquest.run(
            ["case", "test", "--casebook", book, "--json"] + arguments)
        let node = try document(outcome.output)
        #expect(SchemaValidator.faults(in: node) == [])
        return (node, outcome.status)
    }

    private func texts(_ node: JSONNode, _ id: String, _ kind: String) -> [String] {
        let one = node["cases"]?.array?.first { $0["id"]?.string == id }
        return (one?[kind]?.array ?? []).compactMap { $0["text"]?.string }
    }

    private static let quiet = "  - file: replays/quiet.json\n    expect: not-confirmed\n"

    @Test func `a reviewed case without a replay that must not fire fails, a draft is warned`()
        throws
    {
        let reviewed = try test(book([(Self.quiet, "")]))
        #expect(reviewed.status == 1)
        #expect(
            texts(reviewed.node, "listener-hung", "failures").first?
                .hasPrefix("no replay says when it must not fire") == true)
        let draft = try test(book([(Self.quiet, ""), ("status: reviewed", "status: draft")]))
        #expect(draft.status == 0)
        #expect(texts(draft.node, "listener-hung", "failures") == [])
        #expect(!texts(draft.node, "listener-hung", "warnings").isEmpty)
        let strict = try test(
            book([(Self.quiet, ""), ("status: reviewed", "status: draft")]), ["--strict"])
        #expect(strict.status == 1)
    }

    @Test func `a reviewed case that never fires fails`() throws {
        let folder = try book([
            (
                "expect: confirmed\n    cites: [capture.tls.all-hellos-unanswered-since]",
                "expect: not-confirmed"
            ),
            (
                "[host.sock.accept-queue-waiting, capture.tls.all-hellos-unanswered-since]",
                "[host.sock.accept-queue-waiting, capture.tcp.silent-open]"
            ),
        ])
        let (node, status) = try test(folder)
        #expect(status == 1)
        #expect(
            texts(node, "listener-hung", "failures").contains { $0.hasPrefix("no replay makes") })
    }

    @Test func `one case alone is shown to the replays of all others`() throws {
        let folder = try book([
            (
                "- [host.sock.accept-queue-waiting, capture.tls.all-hellos-unanswered-since]",
                "- [capture.tcp.silent-open]"
            ),
            (
                "capture.tls.hello-released-by-silent-flow-end: never",
                "capture.tls.hello-released-by-silent-flow-end: rarely"
            ),
        ])
        let (node, status) = try test(folder, ["listener-hung"])
        #expect(status == 1)
        #expect(
            texts(node, "listener-hung", "failures").contains(
                "it is confirmed on silent-client-holds-accept/replays/held.json, a replay of "
                    + "another case"))
        #expect(node["cases"]?.array?.first?["other_replays"]?.number == 2)
    }

    @Test func `a twin is named with its distance, and as a rival that nobody named`() throws {
        let folder = try book()
        let twin = folder + "/kernel-limits/listener-stuck"
        try FileManager.default.copyItem(atPath: folder + hung, toPath: twin)
        let path = twin + "/case.md"
        try String(contentsOfFile: path, encoding: .utf8)
            .replacing("id: listener-hung", with: "id: listener-stuck")
            .replacing("status: reviewed", with: "status: draft")
            .write(toFile: path, atomically: true, encoding: .utf8)
        let (node, status) = try test(folder, ["listener-stuck"])
        #expect(status == 1)
        let near = node["cases"]?.array?.first?["neighbours"]?.array?.first
        #expect(near?["case"]?.string == "listener-hung")
        #expect(near?["decibans"]?.number == 0)
        #expect(
            texts(node, "listener-stuck", "warnings").contains {
                $0.hasPrefix("even full evidence separates it from listener-hung by 0.0 dB only")
                    && $0.contains("not named as a rival")
            })
    }

    @Test func `advice names the finding, its word and what the replays say`() throws {
        let folder = try book([
            ("capture.tcp.silent-open: sometimes", "capture.tcp.silent-open: always"),
            ("  host.sock.accept-queue-waiting: usually\n", ""),
        ])
        let second = folder + hung + "/replays/again.json"
        try FileManager.default.copyItem(
            atPath: folder + hung + "/replays/hung.json", toPath: second)
        let path = folder + hung + "/case.md"
        try String(contentsOfFile: path, encoding: .utf8)
            .replacing(
                "replays:\n",
                with: "replays:\n  - file: replays/again.json\n"
                    + "    expect: confirmed\n"
            )
            .write(toFile: path, atomically: true, encoding: .utf8)
        let (node, _) = try test(folder, ["listener-hung"])
        let advice = texts(node, "listener-hung", "advice")
        #expect(
            advice.contains {
                $0.hasPrefix("host.sock.accept-queue-waiting is present on all 2 replays")
            })
        #expect(
            advice.contains { $0.hasPrefix("no replay that fires shows capture.tcp.silent-open") })
        #expect(
            advice.contains { $0.contains("closes the false lead “The client is too slow.”") })
    }

    @Test func `a case whose file is broken is told with its faults and ends with 65`() throws {
        let folder = try book([("base-rate: rare", "base-rate: seldom")])
        let outcome = try Inquest.run(
            ["case", "test", "listener-hung", "--casebook", folder])
        #expect(outcome.status == 65)
        #expect(outcome.output.contains("seldom"))
        #expect(outcome.output.contains("FAILED listener-hung"))
    }

    @Test func `JUnit holds a suite a case and every fault, hostile text escaped`() throws {
        let folder = try book([
            ("expect: confirmed", "expect: excluded"),
            ("lead: The client is too slow.", "lead: \"<b a='\\\"]]> & \\\\u202e\""),
        ])
        let file = Inquest.temporaryFolder() + "/junit.xml"
        let outcome = try Inquest.run(
            ["case", "test", "--casebook", folder, "--junit", file])
        #expect(outcome.status == 1)
        let text = try String(contentsOfFile: file, encoding: .utf8)
        #expect(text.contains("<testsuite name=\"listener-hung\""))
        #expect(text.contains("<testcase classname=\"listener-hung\" name=\"replays/hung.json\">"))
        #expect(text.contains("<failure message=\"expected excluded"))
        #expect(!text.contains("<b a="))
        let parsed = try Inquest.shell(
            """
            python3 -c 'import sys, xml.etree.ElementTree as tree
            print(len(tree.parse(sys.argv[1]).findall(".//failure")))' \(file)
            """)
        // The replay, and that none is left on which the case fires.
        #expect(parsed.output == "2\n", "\(parsed.error)")
    }

    @Test func `a replay that cannot be read is told in words`() throws {
        let folder = try book()
        try FileManager.default.removeItem(atPath: folder + hung + "/replays/hung.json")
        let (node, status) = try test(folder, ["listener-hung"])
        #expect(status == 1)
        let faults = (node["replays"]?.array ?? []).flatMap { $0["faults"]?.array ?? [] }
        #expect(faults.contains { $0.string?.contains("there is no such file") == true })
    }

    @Test func `the matrix stays within the line, and says what it leaves out`() throws {
        let small = try Inquest.run(
            ["case", "test", "--casebook", Inquest.casebook, "--matrix"])
        #expect(small.output.contains("A listener-hung"))
        let folder = try book()
        for number in 0..<60 { try addCase(number, to: folder) }
        let many = try Inquest.run(["case", "test", "--casebook", folder, "--matrix"])
        #expect(many.lines.allSatisfy { $0.unicodeScalars.count <= 80 })
        #expect(many.output.contains("more were confused; no room"))
    }

    /// A copy of the case under another name, with a proof of its own.
    private func addCase(_ number: Int, to folder: String) throws {
        let copy = folder + hung + "-\(number)"
        try FileManager.default.copyItem(atPath: folder + hung, toPath: copy)
        let finding = "capture.made.f\(number)"
        let vocabulary = folder + "/findings.yaml"
        let entry = """

              - id: \(finding)
                definition: It is there.
                effect: local
                established-by: inquest capture FILE
                by-hand: tshark -r FILE
                tier: 1
            """
        try (String(contentsOfFile: vocabulary, encoding: .utf8) + entry)
            .write(toFile: vocabulary, atomically: true, encoding: .utf8)
        for name in ["case.md", "replays/hung.json", "replays/quiet.json"] {
            try String(contentsOfFile: copy + "/" + name, encoding: .utf8)
                .replacing("id: listener-hung", with: "id: listener-hung-\(number)")
                .replacing("capture.tls.all-hellos-unanswered-since", with: finding)
                .replacing("host.sock.accept-queue-waiting", with: "capture.tcp.silent-open")
                .replacing("  capture.tcp.silent-open: sometimes\n", with: "")
                .write(toFile: copy + "/" + name, atomically: true, encoding: .utf8)
        }
    }

    @Test func `the second run takes what replays show from the cache, with the same result`()
        throws
    {
        let home = Inquest.temporaryFolder()
        let environment = ["HOME": home, "XDG_DATA_HOME": home, "XDG_CACHE_HOME": home + "/cache"]
        let arguments = ["case", "test", "pmtu-blackhole", "--json"]
        let first = try Inquest.run(arguments, environment: environment)
        let files = try FileManager.default.contentsOfDirectory(atPath: home + "/cache/inquest")
        #expect(files.count == 1)
        let second = try Inquest.run(arguments, environment: environment)
        #expect(first.status == 0)
        #expect(first.output == second.output)
    }
}
