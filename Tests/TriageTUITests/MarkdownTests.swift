import TerminalUI
import Testing

@testable import TriageTUI

@Suite struct MarkdownTests {
    private func lines(_ text: String, width: Int = 40) -> [String] {
        var page = Page(width: width)
        Markdown.write(text, on: &page)
        return page.lines.map(\.text)
    }

    @Test func `paragraphs are joined and wrapped, lists hang, code keeps its lines`() {
        let text = """
            One paragraph
            in two lines.

            1. First step:

                   curl -s <url> |
                     head -5

               and its end.
            - an item that is long enough to need two lines
            """
        #expect(
            lines(text) == [
                "  One paragraph in two lines.", "", "  1. First step:", "",
                "    curl -s <url> |", "      head -5", "", "     and its end.",
                "  - an item that is long enough to need", "    two lines",
            ])
    }

    @Test func `a table has columns, shrunk to the width`() {
        let table = "| code | meaning |\n|---|:--|\n| `S0` | a SYN, and nothing came back |\n"
        #expect(
            lines(table, width: 26) == [
                "  code  meaning           ", "  ────  ──────────────────",
                "  S0    a SYN, and nothing", "        came back         ", "",
            ])
    }

    @Test func `marks inside of a line become styles, and lonely ones stay`() {
        let spans = Markdown.spans("a `b` **c** *d* 2 * 3 \\* [e](http://f)")
        #expect(spans.map(\.text).joined() == "a b c d 2 * 3 * e <http://f>")
        #expect(spans.contains(Span("b", .key)))
        #expect(spans.contains(Span("c", .strong)))
        #expect(lines("an `open mark") == ["  an `open mark"])
    }

    @Test func `fences, headings and quotes`() {
        #expect(
            lines("## Head\n```\n# not a head\n```\n> said") == [
                "  Head", "    # not a head", "  > said",
            ])
    }

    @Test func `hostile Markdown ends, and stays inside of the page`() {
        for text in [
            String(repeating: "|", count: 3_000), String(repeating: "`", count: 3_000),
            String(repeating: "[", count: 3_000), "```\n" + String(repeating: "x", count: 5_000),
            "\u{1B}[31m\u{202E}", String(repeating: "* ", count: 2_000),
        ] {
            var page = Page(width: 30)
            Markdown.write(text, on: &page)
            #expect(page.lines.allSatisfy { $0.width <= 200_000 })
            #expect(page.lines.allSatisfy { !$0.text.contains("\u{1B}") })
        }
    }
}
