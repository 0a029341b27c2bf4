import Casebook
import Testing

@testable import CasebookFiles

@Suite struct HostileCaseTests {
    @Test func `an alias bomb is refused at its first anchor before it is expanded`() {
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...30 {
            let entries = repeatElement("*a\(level - 1)", count: 9).joined(separator: ", ")
            bomb += "a\(level): &a\(level) [\(entries)]\n"
        }
        // As keys, aliases are compared with one another, which takes 9 to the 30th steps.
        bomb += "? *a30\n: 1\n? *a29\n: 2\n"
        #expect(
            lint("status: draft\n", "status: draft\n" + bomb) == [
                "7:5: error: anchors and aliases are not allowed (write the value out)"
            ])
    }

    @Test(arguments: [
        ("status: &s draft", "6:9: error: anchors and aliases are not allowed (remove “&s”)"),
        (
            "status: *s",
            "6:9: error: not YAML: found undefined alias "
                + "(put a text that begins with “*” in double quotes)"
        ),
        (
            "status: !!binary draft",
            "6:9: error: tag “tag:yaml.org,2002:binary” is not allowed (remove it)"
        ),
        ("status: !x draft", "6:9: error: tag “!x” is not allowed (remove it)"),
        ("status: draft\n? [a]\n: b", "7:3: error: a key must be a word"),
    ])
    func `anchors, aliases, tags and compound keys are refused`(line: String, said: String) {
        #expect(lint("status: draft", line) == [said])
    }

    @Test func `an ampersand or a star in a text is just that`() {
        let found = lint("lead: The health check is green.", "lead: cat a & rm *.log 2>&1")
        #expect(found == [])
        #expect(lint("lead: The health check is green.", "lead: \"a &b *b &b\"") == [])
    }

    @Test(arguments: [
        (
            "title: A: B",
            "4:9: error: not YAML: mapping values are not allowed in this context "
                + "(put a text that holds “: ” in double quotes)"
        ),
        (
            "title: \"A",
            "4:8: error: not YAML: found unexpected end of stream, while scanning a quoted scalar "
                + "(close the quotation marks)"
        ),
        (
            "title: @A",
            "4:8: error: not YAML: found character that cannot start any token, while scanning for "
                + "the next token (put the text in double quotes, or check the indentation)"
        ),
        (
            "title: A\n---- x",
            "5:1: error: not YAML: could not find expected ':', while scanning a simple key"
        ),
        (
            "\ttitle: A",
            "4:1: error: not YAML: found a tab character that violates indentation, while scanning "
                + "a plain scalar (indent with spaces)"
        ),
    ])
    func `what is not YAML is shown with its place`(line: String, said: String) {
        let found = lint("title: A silent client holds the server", line)
        #expect(found == [said])
    }

    @Test func `deep nesting is refused, whatever its depth`() {
        for depth in [13, 100, 900, 5_000, 100_000] {
            let nest = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            let found = lint("status: draft", "status: \(nest)")
            #expect(!found.isEmpty && found.allSatisfy { $0.contains("error: ") })
            #expect(found.first?.hasPrefix("6:") == true)
            #expect(found.contains { $0.contains("nested more than 12 levels deep") })
        }
        #expect(
            lint("status: draft", "x: [[[[[[[[[[[[a]]]]]]]]]]]]").contains {
                $0.hasPrefix("6:15: error: nested more than 12 levels deep")
            })
    }

    @Test func `too many values and too long front matter are refused`() {
        let list = repeatElement("a", count: 30_000).joined(separator: ",")
        #expect(
            lint("requires: []", "requires: [\(list)]").contains {
                $0.contains("error: more than 20000 values")
            })
        let text = String(repeating: "x", count: 300 * 1_024)
        #expect(
            lint("title: A silent client holds the server", "title: \(text)") == [
                "4:1: error: the front matter is longer than 256 KiB (close it with a line “---”)"
            ])
    }

    @Test func `thousands of faults are counted, not printed`() {
        let list = (0..<5_000).map { "x\($0)" }.joined(separator: ",")
        let found = lint("requires: []", "requires: [\(list)]")
        #expect(found.count == FaultLog.limit + 1)
        #expect(found.last?.hasSuffix("error: 4800 more faults in this file are not shown") == true)
    }

    @Test func `a key that is repeated again and again is shown each time`() {
        #expect(
            lint("status: draft\n", "status: draft\n\"status\": a\nstatus: b\n'status': c\n") == [
                "7:1: error: key “status” is given twice (first in line 6)",
                "8:1: error: key “status” is given twice (first in line 6)",
                "9:1: error: key “status” is given twice (first in line 6)",
            ])
    }

    @Test func `thousands of repeated keys end in good time`() {
        let keys = (0..<2_000).map { "k\($0 / 2): a\n" }.joined()
        #expect(lint("requires: []\n", "requires: []\n\(keys)").count >= 10)
    }

    @Test(arguments: [
        ("", "1:1: error: the file does not begin with front matter"),
        ("# A case\n", "1:1: error: the file does not begin with front matter"),
        ("---", "1:1: error: the front matter is never closed"),
        ("---\nid: a\n", "3:1: error: the front matter is never closed"),
        ("---\n---\n## Meaning\n", "2:1: error: there is no key at all"),
        ("---\na\n---\n", "2:1: error: the front matter must be a mapping, not a text"),
        ("---\n- a\n---\n", "2:1: error: the front matter must be a mapping, not a list"),
        ("---\na: b\n...\nc: d\n---\n", "4:1: error: not YAML:"),
    ])
    func `a file that is hardly begun is told what it lacks`(text: String, said: String) {
        #expect(lint(text: text).contains { $0.hasPrefix(said) }, "\(lint(text: text))")
    }

    @Test(arguments: [
        ("\u{1B}[31mred", "4:9: error: escape character U+001B is not allowed (remove it)"),
        ("\u{0}", "4:9: error: control character U+0000 is not allowed (remove it)"),
        ("\u{7F}", "4:9: error: control character U+007F is not allowed (remove it)"),
        ("\u{9B}31m", "4:9: error: control character U+009B is not allowed (remove it)"),
        ("\r", "4:9: error: control character U+000D is not allowed (remove it)"),
        ("\u{2028}", "4:9: error: control character U+2028 is not allowed (remove it)"),
        ("\u{61C}", "4:9: error: direction mark U+061C is not allowed (remove it)"),
        ("\u{200E}", "4:9: error: direction mark U+200E is not allowed (remove it)"),
        ("\u{202A}", "4:9: error: direction mark U+202A is not allowed (remove it)"),
        ("\u{202E}", "4:9: error: direction mark U+202E is not allowed (remove it)"),
        ("\u{2066}", "4:9: error: direction mark U+2066 is not allowed (remove it)"),
        ("\u{2069}", "4:9: error: direction mark U+2069 is not allowed (remove it)"),
    ])
    func `control characters and direction marks are shown with their place`(
        mark: String, said: String
    ) {
        let text = goodCase.replacingFirst(
            "title: A silent", with: "title: é\(mark)A silent")
        #expect(lint(text: text) == [said])
        // In the body too, and never in what is printed.
        let body = goodCase.replacingFirst("A port check", with: "é\(mark)A port check")
        #expect(lint(text: body) == [said.replacingFirst("4:9:", with: "62:2:")])
    }

    @Test(arguments: ["\\e[31m", "\\0", "\\u202E", "\\x9b", "\\u2066"])
    func `an escape in a quoted text hides nothing`(escape: String) {
        let found = lint("lead: The health check is green.", "lead: \"a \(escape)\"")
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("28:11: error: an escape stands for U+") == true)
    }

    @Test func `quotation marks, dashes, emoji and scripts of all kinds are welcome`() {
        #expect(lint("A port check did it.", "“Ok” – … 日本語 עברית 🔒 é e\u{301} \u{200D}") == [])
    }

    @Test func `a diagnostic never prints raw what the file or the path says`() {
        let key = "a\u{202E}b\u{1B}[2J"
        let log = FaultLog(path: "case\u{1B}]0;x\u{7}/\n\u{202E}case.md")
        log.error(
            .start, "unknown key \(quoted(key))", didYouMean("confirmed", in: ["confirmed\u{9B}"]))
        let text = log.finish()[0].text
        #expect(
            text == "case<U+001B>]0;x<U+0007>/<U+000A><U+202E>case.md:1:1: error: "
                + "unknown key “a<U+202E>b<U+001B>[2J” (did you mean “confirmed<U+009B>”?)")
    }

    @Test func `invalid UTF-8 is shown with its offset and place`() {
        var bytes = Array(goodCase.utf8)
        let place = goodCase.utf8.count - 10
        bytes[place] = 0xFF
        let log = FaultLog(path: "case.md")
        _ = readDraft(bytes, path: goodPath, log: log)
        #expect(
            log.finish().map(\.text) == [
                "case.md:66:8: error: byte 0xFF at offset \(place) is not valid UTF-8 "
                    + "(save the file as UTF-8)"
            ])
        #expect(log.isBroken)
    }

    @Test(arguments: [
        ([0x61, 0xC3], 1), ([0xC0, 0x80], 0), ([0xED, 0xA0, 0x80], 0),
        ([0xF4, 0x90, 0x80, 0x80], 0),
        ([0x61, 0xE2, 0x80, 0x61], 1), ([0xC3, 0xA9, 0x80], 2),
    ])
    func `the first byte that is not UTF-8 is found`(bytes: [UInt8], offset: Int) {
        #expect(SourceText.firstInvalidByte(bytes) == offset)
    }

    @Test func `line ends of DOS and a byte order mark change nothing`() {
        let text =
            "\u{FEFF}"
            + goodCase.split(separator: "\n", omittingEmptySubsequences: false)
            .joined(separator: "\r\n")
        let value = parseCase(text: text, path: goodPath, vocabulary: vocabulary)
        #expect(value.diagnostics == [])
        #expect(
            value.case == parseCase(text: goodCase, path: goodPath, vocabulary: vocabulary).case)
    }

    @Test func `the quick look and the slow one agree on every scalar`() {
        for value in UInt32(0)...0x1_0FFFF {
            guard let scalar = Unicode.Scalar(value), isForbidden(scalar) else { continue }
            #expect(mayHoldForbidden(String(scalar).utf8), "\(name(of: scalar))")
            #expect(mayHoldForbidden("é“\(scalar)".utf8), "\(name(of: scalar))")
        }
        #expect(!mayHoldForbidden("“quotes” – dashes … 日本語\n\t".utf8))
    }

    @Test func `a case of ten megabytes is refused`() {
        let text = goodCase + String(repeating: "x", count: 10 << 20)
        #expect(
            lint(text: text) == [
                "1:1: error: the file has \(text.utf8.count) bytes; at most 1048576 are read"
            ])
    }

    /// A seeded walk over damaged cases: nothing may trap, hang or lose its place.
    @Test(arguments: 0..<8) func `damaged files give diagnostics, never a trap`(seed: UInt64) {
        var random = SplitMix(state: seed)
        let tokens =
            ["&a ", "*a", "[", "{", "]", "- ", ": ", "? ", "|\n", ">-\n", "\"", "'", "#", "\t"]
            + [
                "%YAML 1.1\n", "---\n", "...\n", "!!str ", "!<x> ", "\u{202E}", "\n", "\\u0000",
                "~",
            ]
        for _ in 0..<150 {
            var bytes = Array(goodCase.utf8)
            for _ in 0...Int.random(in: 0..<4, using: &random) {
                let place = Int.random(in: 0..<min(1_400, bytes.count), using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1:
                    bytes.removeSubrange(
                        place..<min(bytes.count, place + Int.random(in: 1..<40, using: &random)))
                default:
                    bytes.insert(contentsOf: tokens.randomElement(using: &random)!.utf8, at: place)
                }
            }
            let log = FaultLog(path: goodPath)
            let draft = readDraft(bytes, path: goodPath, log: log)
            #expect(draft != nil || log.isBroken, "lost without a word")
            for found in log.finish() {
                #expect(found.line >= 1 && found.column >= 1)
                #expect(!found.text.unicodeScalars.contains { isForbidden($0) || $0 == "\n" })
            }
        }
    }
}

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): the same numbers for the same seed everywhere.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
