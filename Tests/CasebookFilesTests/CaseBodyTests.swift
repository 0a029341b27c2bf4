import Testing

@testable import CasebookFiles

@Suite struct CaseBodyTests {
    private let order = "Meaning, Impact, Diagnosis, Mitigation, Story, False leads"

    @Test func `a missing section is shown at the end of the body`() {
        #expect(
            lint("## Story\n\nA port check did it.\n\n", "") == [
                "62:1: error: section “Story” is missing (add “## Story” with text)"
            ])
    }

    @Test func `sections out of order are shown with the order`() {
        #expect(
            lint(
                "## Impact\n\nNobody else is served.\n\n## Diagnosis",
                "## Diagnosis\n\nA.\n\n## Impact")
                == [
                    "52:1: error: section “Impact” comes after “Diagnosis” (the order is \(order))"
                ])
    }

    @Test func `an empty section is shown at its heading`() {
        #expect(
            lint("Nobody else is served.", "") == [
                "48:1: error: section “Impact” is empty (write at least a sentence)"
            ])
    }

    @Test func `a misspelt heading is shown with the right one, and the right one is missed`() {
        #expect(
            lint("## Impact", "## Impacts") == [
                "48:1: error: unknown section “Impacts” (did you mean “Impact”?)",
                "66:1: error: section “Impact” is missing (add “## Impact” with text)",
            ])
    }

    @Test func `a section of another name belongs inside one`() {
        #expect(
            lint("## Story", "## Who to call\n\nMe.\n\n## Story") == [
                "60:1: error: unknown section “Who to call” "
                    + "(use “###” for headings inside a section)"
            ])
    }

    @Test func `a section given twice is shown at its second place`() {
        #expect(
            lint("## Story", "## Impact\n\nAgain.\n\n## Story") == [
                "60:1: error: section “Impact” comes after “Mitigation” (the order is \(order))",
                "60:1: error: section “Impact” is given twice (first in line 48)",
            ])
    }

    @Test func `text before the first heading is refused`() {
        #expect(
            lint("## Meaning", "# Title\n\n## Meaning") == [
                "44:1: error: text before the first heading (move it under “## Meaning”)"
            ])
    }

    @Test func `an empty body is one fault, not six`() {
        let front = goodCase.split(separator: "\n", omittingEmptySubsequences: false)[..<43]
        #expect(
            lint(text: front.joined(separator: "\n")) == [
                "44:1: error: the body is empty (write the sections \(order))"
            ])
    }

    @Test func `a heading inside a code block is code`() {
        #expect(lint("The certificate.", "```\n## not a heading\n```") == [])
        #expect(lint("The certificate.", "~~~~ sh\n~~~\n## not a heading\n~~~~") == [])
        #expect(lint("The certificate.", "### A heading inside\n\nText.") == [])
    }

    @Test func `a code block that never ends is shown where it begins`() {
        #expect(
            lint("A port check did it.", "```\nA port check did it.").contains(
                "62:1: error: this code block is never closed (close it with a line “```”)"))
    }
}
