import Foundation
import Testing
import Triage

/// Findings that cases define by SQL, in a copy of the small casebook.
@Suite struct CustomFindingTests {
    private static let own = "custom.listener-hung.unanswered"
    private static let good =
        "SELECT flow, server_port FROM flows WHERE server_hello_after_ms > 100 ORDER BY flow"

    /// A casebook whose case `listener-hung` has one finding of its own, replays a capture by it,
    /// and lists it.
    private func casebook(
        query: String, source: String = "capture", name: String = "unanswered",
        definition: String = "A ClientHello was answered after more than 100 ms, once or more.",
        replay: String? = nil
    ) throws -> String {
        let folder = Inquest.temporaryFolder() + "/book"
        try FileManager.default.copyItem(atPath: Inquest.casebook, toPath: folder)
        let path = folder + "/kernel-limits/listener-hung/case.md"
        var text = try String(contentsOfFile: path, encoding: .utf8)
            .replacing("findings:\n", with: "findings:\n  custom.listener-hung.\(name): usually\n")
        let lines = query.split(separator: "\n").map { "      \($0)\n" }.joined()
        text = text.replacing(
            "decided-by:\n",
            with: """
                custom-findings:
                  - name: \(name)
                    definition: \(definition)
                    source: \(source)
                    query: |
                \(lines)decided-by:

                """)
        if let replay {
            let file = folder + "/kernel-limits/listener-hung/replays/own.pcap"
            try FileManager.default.copyItem(atPath: replay, toPath: file)
            text = text.replacing(
                "replays:\n",
                with: "replays:\n  - file: replays/own.pcap\n    expect: not-confirmed\n"
                    + "    cites: [\(Self.own)]\n")
        }
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return folder
    }

    private func evidence(
        _ book: String, _ id: String = Self.own,
        _ arguments: [String] = ["--capture", Inquest.heldCapture]
    ) throws -> JSONNode? {
        let outcome = try Inquest.run(
            ["diagnose", "--casebook", book, "--json"] + arguments)
        let node = try document(outcome.output)
        #expect(SchemaValidator.faults(in: node) == [])
        return node["evidence"]?.array?.first { $0["id"]?.string == id }
    }

    @Test func `rows are evidence with their place, and count in a diagnosis`() throws {
        let book = try casebook(query: Self.good)
        #expect(try Inquest.run(["case", "lint", book]).status == 0)
        let listed = try Inquest.run([
            "sql", "--capture", Inquest.heldCapture, "--csv", Self.good,
        ]).output.split(separator: "\r\n").dropFirst()
        let found = try #require(try evidence(book))
        #expect(found["state"]?.string == "present")
        #expect(found["source"]?.string == "capture:\(Inquest.heldCapture)")
        #expect(found["count"]?.number == Double(listed.count))
        #expect(listed.count > 0)
        let flows = (found["where"]?.array ?? []).compactMap { $0["flow"]?.number }
        #expect(flows == listed.compactMap { Double($0.prefix { $0 != "," }) })
        #expect(found["summary"]?.string?.contains("server_port") == true)
    }

    @Test func `files that are one capture are asked, and cited by file and number`() throws {
        let book = try casebook(
            query: "SELECT flow, packet FROM tls_handshakes WHERE server_port = 27000",
            definition: "A ClientHello was seen, once or more.")
        let held = Inquest.heldCapture
        let earlier = Inquest.repository("Tests/Fixtures/captures/healthy-loopback.pcap")
        let alone = try #require(try evidence(book, Self.own, ["--capture", held]))
        let merged = try #require(try evidence(book, Self.own, ["--merge", held, earlier]))
        #expect(merged["state"]?.string == "present")
        #expect(merged["count"]?.number == alone["count"]?.number)
        let places = merged["where"]?.array ?? []
        #expect(Set(places.compactMap { $0["file"]?.string }) == [held])
        // Not by their numbers in the merge, where the other file's packets come first.
        #expect(
            places.compactMap { $0["packet"]?.number }
                == (alone["where"]?.array ?? []).compactMap { $0["packet"]?.number })
    }

    @Test func `no rows are absence, and a capture without a flow tells nothing`() throws {
        let book = try casebook(query: "SELECT flow FROM flows WHERE server_port = 1")
        #expect(try evidence(book)?["state"]?.string == "absent")
        let empty = Inquest.temporaryFolder() + "/empty.pcap"
        try Data(Packets.pcap([])).write(to: URL(filePath: empty))
        #expect(
            try evidence(book, Self.own, ["--capture", empty])?["state"]?.string == "unknown")
    }

    @Test func `a host is asked too`() throws {
        let book = try casebook(
            query: "SELECT name FROM processes WHERE name = 'inquest'", source: "host")
        let found = try evidence(book, Self.own, ["--host"])
        #expect(found?["state"]?.string == "present")
        #expect(found?["source"]?.string?.hasPrefix("host:") == true)
        #expect(found?["where"]?.array?.isEmpty ?? true)
    }

    @Test func `a replay is judged by it, and case test sees what it cites`() throws {
        let healthy = Inquest.repository("Tests/Fixtures/captures/healthy-vlan.pcap")
        let book = try casebook(query: "SELECT flow FROM flows", replay: healthy)
        let passed = try Inquest.run(["case", "test", "--casebook", book])
        #expect(passed.status == 0, "\(passed.output)")
        let other = try casebook(
            query: "SELECT flow FROM flows WHERE server_port = 1", replay: healthy)
        let failed = try Inquest.run(["case", "test", "--casebook", other])
        #expect(failed.status == 1)
        #expect(failed.output.contains("\(Self.own) is not present"))
    }

    @Test func `it is shown with its case and among the findings`() throws {
        let book = try casebook(query: Self.good)
        let shown = try Inquest.run(["case", "show", "listener-hung", "--casebook", book])
        #expect(shown.output.contains(Self.own))
        #expect(shown.output.contains("server_hello_after_ms > 100"))
        let json = try document(
            try Inquest.run([
                "case", "show", "listener-hung", "--casebook", book, "--json",
            ]).output)
        #expect(SchemaValidator.faults(in: json) == [])
        #expect(json["custom_findings"]?.array?.first?["query"]?.string == Self.good)
        let list = try Inquest.run(["finding", "list", "--casebook", book])
        #expect(list.output.contains(Self.own))
        let one = try Inquest.run(["finding", "show", Self.own, "--casebook", book])
        #expect(one.output.contains("inquest sql --capture"))
        #expect(one.output.contains("listener-hung"))
    }

    @Test(arguments: [
        ("DELETE FROM flows", "does not begin with SELECT"),
        ("ATTACH DATABASE 'x' AS x", "does not begin with SELECT"),
        ("PRAGMA writable_schema = 1", "does not begin with SELECT"),
        ("EXPLAIN SELECT * FROM flows", "does not begin with SELECT"),
        ("SELECT load_extension('x') FROM flows", "not authorized"),
        ("SELECT randomblob(1000000000) FROM flows", "not authorized"),
        ("SELECT zeroblob(1000000000) FROM flows", "not authorized"),
        ("SELECT writefile('x', 'y') FROM flows", "no such function"),
        ("WITH x AS (SELECT 1) DELETE FROM flows", "may not be modified"),
        ("SELECT 1 FROM flows; DROP TABLE flows", "not authorized"),
        ("SELECT 1 FROM flows; SELECT 2 FROM flows", "more than one SELECT"),
        ("SELECT * FROM sqlite_master", "is prohibited"),
        ("SELECT * FROM flow", "did you mean “flows”"),
        ("SELECT cliant FROM flows", "did you mean “client”"),
        ("SELECT * FROM sockets", "not of “source: capture”"),
        ("SELECT 1", "reads no table"),
        ("SELECT flow FROM flows WHERE first < datetime('now')", "the time of day"),
    ])
    func `a query that is no question is refused with its place`(
        query: String, words: String
    ) throws {
        let book = try casebook(query: query)
        let outcome = try Inquest.run(["case", "lint", book])
        #expect(outcome.status == 65)
        let line = try #require(outcome.lines.first { $0.contains("in the query:") })
        #expect(line.contains(words), "\(line)")
        #expect(line.contains("listener-hung/case.md:"))
        // A case that cannot be trusted is left out of a diagnosis.
        #expect(try evidence(book) == nil)
    }

    @Test func `names and definitions are looked at`() throws {
        for (name, definition, words) in [
            ("Bad_Name", "A definition that is long enough to read.", "not kebab-case"),
            ("unanswered", "Too short.", "is no sentence"),
            ("unanswered", "SELECT it is said by the query itself.", "is no sentence"),
        ] {
            let book = try casebook(query: Self.good, name: name, definition: definition)
            let outcome = try Inquest.run(["case", "lint", book])
            #expect(outcome.status == 65)
            #expect(outcome.output.contains(words), "\(outcome.output)")
        }
    }

    @Test func `the vocabulary cannot take the names of cases`() throws {
        let book = try casebook(query: Self.good)
        let path = book + "/findings.yaml"
        var text = try String(contentsOfFile: path, encoding: .utf8)
        text +=
            "\n  - id: \(Self.own)\n    definition: Mine.\n    effect: local\n"
            + "    established-by: inquest host\n    by-hand: ss\n    tier: 1\n"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let outcome = try Inquest.run(["case", "lint", book])
        #expect(outcome.status == 65)
        #expect(outcome.output.contains("belong to cases"))
    }

    @Test(arguments: [
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)\n"
            + "SELECT max(x) FROM c WHERE x > (SELECT min(flow) FROM flows)",
        "WITH RECURSIVE c(x, y) AS (SELECT 1, client FROM flows UNION ALL\n"
            + "SELECT x + 1, y || y FROM c) SELECT count(DISTINCT y) FROM c",
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)\n"
            + "SELECT x, printf('%900000d', x + flow) AS y FROM c, flows ORDER BY y",
    ])
    func `a query that never ends is ended, and tells nothing`(query: String) throws {
        let book = try casebook(query: query)
        #expect(try Inquest.run(["case", "lint", book]).status == 0)
        let found = try #require(try evidence(book))
        #expect(found["state"]?.string == "unknown")
        let summary = found["summary"]?.string ?? ""
        #expect(
            ["was ended", "too big"].contains { summary.contains($0) }, "\(summary)")
    }

    @Test func `words from the wire are shown harmless`() throws {
        let book = try casebook(
            query: "SELECT flow, char(27, 93, 48, 59, 7) || client AS peer FROM flows LIMIT 1")
        let outcome = try Inquest.run([
            "diagnose", "--casebook", book, "--capture", Inquest.heldCapture, "--verbose",
        ])
        #expect(!outcome.output.contains("\u{1B}"))
        #expect(!outcome.output.contains("\u{7}"))
    }
}
