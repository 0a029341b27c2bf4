import Casebook
import Testing
import Triage

private let book = Casebook(
    cases: [],
    symptoms: [Symptom(id: "restart-helps", question: "Is it better after a restart?")],
    findings: [
        FindingKind(
            id: "capture.tcp.silent-open", definition: "", effect: .local, establishedBy: "",
            byHand: "", tier: 1)
    ], hash: "")

@Suite struct EvidenceFileTests {
    @Test func `what is written is read back without loss`() throws {
        let evidence = [
            Evidence(
                id: "capture.tcp.silent-open", kind: .finding, state: .present,
                source: "capture:a b\u{202E}.pcap", count: 3, summary: "\"x\"\n\u{1F600}\u{1}",
                measure: .init(value: 0.1 + 0.2, unit: "s"),
                locations: [
                    .init(file: "a", flow: 0, packet: 1, time: 1_767_225_600_123_456_789),
                    .init(file: "b"), .init(file: "c", time: -1),
                ]),
            Evidence(id: "restart-helps", kind: .symptom, state: .absent, source: "operator"),
        ]
        let read = try EvidenceFile.read(EvidenceFile.write(evidence), casebook: book)
        #expect(read.evidence == evidence)
        #expect(read.unknown.isEmpty)
    }

    @Test(arguments: [
        "[{\"id\": \"restart-helps\", \"state\": \"present\"}]",
        "{\"id\": \"restart-helps\", \"state\": \"present\"}\n",
        "{\"schema\": \"inquest.evidence/1\", \"evidence\": "
            + "[{\"id\": \"restart-helps\", \"state\": \"present\"}]}",
        "\u{FEFF}[]\n\n{\"id\": \"restart-helps\", \"state\": \"present\", \"new\": {}} []",
    ])
    func `a list, lines and documents are all evidence`(text: String) throws {
        let read = try EvidenceFile.read(Array(text.utf8), casebook: book)
        #expect(read.evidence.map(\.id) == ["restart-helps"])
        #expect(read.evidence[0].kind == .symptom)
        #expect(read.evidence[0].source == "operator")
    }

    @Test func `every beginning of a good file is read or refused, never trapped on`() {
        let evidence = Evidence(
            id: "restart-helps", kind: .symptom, state: .present, source: "operator",
            summary: "é\u{1F600}", measure: .init(value: -1.5e-7, unit: "s"),
            locations: [.init(file: "a", flow: 1, packet: 2, time: 3)])
        let bytes = EvidenceFile.write([evidence])
        for length in 0..<(bytes.count - 2) {
            let read = try? EvidenceFile.read(Array(bytes.prefix(length)), casebook: book)
            #expect(read == nil || length == 0)
        }
    }
}

@Suite struct JSONReaderTests {
    private func node(_ text: String) throws -> JSONNode? {
        var reader = JSONReader(Array(text.utf8))
        return try reader.next()
    }

    @Test func `escapes and surrogate pairs are resolved, lone halves replaced`() throws {
        let text = "\"\\u00e9\\ud83d\\ude00\\n\\ud83dx\""
        #expect(try node(text)?.string == "é\u{1F600}\n\u{FFFD}x")
    }

    @Test(arguments: [
        "01", "-", "1.", "1e", "+1", ".5", "1e999", "nul", "\"", "\"\\x\"", "\"\\u12g4\"", "[1,]",
        "{\"a\" 1}", "{a: 1}", "{\"a\": 1,}", "\"\u{1}\"", "[", "{",
    ])
    func `what is not JSON is refused`(text: String) {
        #expect(throws: JSONFault.self) { try node(text) }
    }

    @Test(arguments: [
        ("0", 0.0), ("-0.5e-3", -0.0005), ("1E2", 100), ("9007199254740993", 9007199254740992),
    ])
    func `numbers are read`(text: String, number: Double) throws {
        #expect(try node(text)?.number == number)
    }

    @Test func `places count lines and columns from one`() {
        let bytes = Array("ab\ncd".utf8)
        #expect(TextPlace(offset: 0, in: bytes).column == 1)
        #expect(TextPlace(offset: 4, in: bytes).line == 2)
        #expect(TextPlace(offset: 4, in: bytes).column == 2)
    }
}

@Suite struct TimestampTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000000000Z"), (-1, "1969-12-31T23:59:59.999999999Z"),
            (951_782_400_000_000_000, "2000-02-29T00:00:00.000000000Z"),
            (1_767_225_600_000_000_001, "2026-01-01T00:00:00.000000001Z"),
            (4_107_542_399_999_999_999, "2100-02-28T23:59:59.999999999Z"),
        ] as [(Int64, String)])
    func `instants are written and read`(nanoseconds: Int64, text: String) {
        #expect(Timestamp.text(nanoseconds) == text)
        #expect(Timestamp.nanoseconds(text) == nanoseconds)
    }

    @Test func `the ends of the range are written, and nonsense is not read`() {
        #expect(Timestamp.text(.max) == "2262-04-11T23:47:16.854775807Z")
        #expect(Timestamp.text(.min) == "1677-09-21T00:12:43.145224192Z")
        #expect(Timestamp.nanoseconds("2026-01-01T00:00:00Z") == 1_767_225_600_000_000_000)
        for text in ["", "2026-13-01T00:00:00Z", "2026-01-01 00:00:00Z", "9999-01-01T00:00:00Z"] {
            #expect(Timestamp.nanoseconds(text) == nil)
        }
    }
}

@Suite struct EvidenceLogTests {
    @Test func `one entry a fact and source; unknown takes back`() {
        var log = EvidenceLog()
        let yes = Evidence(id: "a", kind: .symptom, state: .present, source: "operator")
        var unknown = yes
        unknown.state = .unknown
        var other = yes
        other.source = "report"
        log.record([yes, other, unknown])
        #expect(log.entries == [unknown, other])
        #expect(log.knownFacts == ["a"])
    }
}

@Suite struct CommandFillingTests {
    @Test func `places are filled in, and a hostile name stays one word of a shell`() {
        let filling = CommandFilling(target: "[::1]:443", capture: "a $(rm x)'.pcap")
        #expect(filling.fill("inquest probe {target} tls") == "inquest probe [::1]:443 tls")
        #expect(filling.fill("tshark -r FILE") == "tshark -r 'a $(rm x)'\\''.pcap'")
        let empty = CommandFilling(target: nil, capture: "-")
        #expect(empty.fill("x {target} {capture}") == "x <host:port> <file.pcap>")
        #expect(CommandFilling.quoted("-r") == "./-r")
    }
}
