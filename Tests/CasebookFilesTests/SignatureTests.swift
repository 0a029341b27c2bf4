import Casebook
import Testing

@testable import CasebookFiles

/// Log signatures of a case: their form, and the finding that each case gets of its own.
@Suite struct SignatureTests {
    private static let withWord = Vocabulary(
        symptoms: vocabulary.symptoms,
        findings: vocabulary.findings + [
            FindingKind(
                id: SignatureFinding.general, definition: "A line.", unit: "count", effect: .local,
                establishedBy: "inquest host --log <log>", byHand: "grep", tier: 1)
        ], cases: vocabulary.cases)

    private static func text(_ signatures: String, listed: Bool = true) -> String {
        let block = "signatures:\n" + signatures + "requires: []\n"
        let text = goodCase.replacingFirst("requires: []\n", with: block)
        return listed
            ? text.replacingFirst(
                "  probe.tcp.blocks-others: always\n",
                with: "  probe.tcp.blocks-others: always\n  host.log.signature: usually\n") : text
    }

    private func read(_ signatures: String, listed: Bool = true) -> (Case?, [String]) {
        let (value, found) = parseCase(
            text: Self.text(signatures, listed: listed), path: goodPath, vocabulary: Self.withWord)
        return (value, found.map { String($0.text.dropFirst(goodPath.count + 1)) })
    }

    @Test func `literals and patterns are read as they stand`() throws {
        let (value, found) = read(
            """
              - literal: 'accept() failed (24: Too many open files)'
                printed-by: nginx
              - pattern: 'recv\\(\\) failed \\(104: [^)]*\\)'
                printed-by: nginx

            """.replacing("\n\n", with: "\n"))
        #expect(found == [])
        let signatures = try #require(value?.signatures)
        #expect(signatures.map(\.form) == [.literal, .pattern])
        #expect(signatures[0].text == "accept() failed (24: Too many open files)")
        #expect(signatures[1].text == #"recv\(\) failed \(104: [^)]*\)"#)
    }

    @Test(arguments: [
        (
            "  - pattern: 'far (too long ago'\n    printed-by: x\n",
            "20:19: error: in the pattern: this “(” is never closed "
                + "(for the bracket itself write “\\(”)"
        ),
        (
            "  - pattern: a long and plain (?=one)\n    printed-by: x\n",
            "20:31: error: in the pattern: only plain groups and (?:…) are allowed "
                + "(no lookaround and no names; (?i) only at the very beginning)"
        ),
        ("  - pattern: '.*'\n    printed-by: x\n", "20:14: error: this pattern matches every line"),
        (
            "  - literal: error\n    printed-by: x\n",
            "20:14: warning: a signature of 5 bytes will be found anywhere (say more of the line)"
        ),
        (
            "  - literal: long enough a text\n",
            "20:5: error: a signature has no key “printed-by” (add “printed-by: …”)"
        ),
        (
            "  - printed-by: x\n",
            "20:5: error: a signature has neither “literal” nor “pattern” "
                + "(add “literal: words of the line”)"
        ),
        (
            "  - literal: long enough a text\n    pattern: long enough a text\n    printed-by: x\n",
            "20:5: error: a signature has both “literal” and “pattern” (make it two)"
        ),
        (
            "  - literal: long enough a text\n    printed-by: x\n    why: y\n",
            "22:5: error: unknown key “why” in a signature "
                + "(known keys: literal, pattern, printed-by)"
        ),
    ])
    func `what is wrong with a signature is shown with its place`(text: String, said: String) {
        #expect(read(text).1 == [said])
    }

    @Test func `the finding and its texts belong together`() {
        let text = "  - literal: long enough a text\n    printed-by: x\n"
        #expect(
            read(text, listed: false).1 == [
                "19:14: warning: the case has signatures and does not list “host.log.signature” "
                    + "(list it under “findings”)"
            ])
        let without = Self.text(text).replacingFirst("signatures:\n" + text, with: "")
        let found = parseCase(text: without, path: goodPath, vocabulary: Self.withWord)
        #expect(found.diagnostics.count == 1)
        #expect(
            found.diagnostics.first?.fault
                == "nothing can establish “host.log.signature” for this case")
    }

    @Test func `in a casebook each case with signatures has a finding of its own`() throws {
        let (value, _) = read("  - literal: it's a \"text\"\n    printed-by: x\n")
        var case2 = try #require(value)
        case2.id = "other"
        case2.signatures = []
        let book = Casebook(
            cases: [try #require(value), case2], symptoms: Self.withWord.symptoms,
            findings: Self.withWord.findings, hash: "")
        let own = "host.log.signature.held-by-silent-client"
        #expect(book[case: "held-by-silent-client"]?.findings.last?.fact == own)
        #expect(book[case: "other"]?.findings.last?.fact == SignatureFinding.general)
        let kind = try #require(book[finding: own])
        #expect(kind.definition.contains("“it's a \"text\"” (x)"))
        #expect(kind.byHand.contains(#"'it'\''s a "text"'"#))
        #expect(book[finding: SignatureFinding.general] != nil)
        #expect(book[finding: "host.log.signature.other"] == nil)
        // Read from an index, the casebook is the same again.
        let again = Casebook(
            cases: book.cases, symptoms: book.symptoms, findings: book.findings, hash: "")
        #expect(again == book)
        // What is written back is what the author wrote.
        let written = try #require(book[case: "held-by-silent-client"].map(writeCase))
        #expect(written.contains("  host.log.signature: usually\n"))
    }
}
