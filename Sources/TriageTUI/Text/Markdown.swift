import TerminalUI

/// The Markdown of case files on a page: headings, paragraphs, lists, code, tables, quotes; in
/// lines `code`, **strong**, *emphasis* and links.
enum Markdown {
    static func write(_ text: String, indent: Int = 2, on page: inout Page) {
        var blocks = MarkdownBlocks(text)
        while let block = blocks.next() { write(block, indent, on: &page) }
    }

    private static func write(_ block: MarkdownBlocks.Block, _ indent: Int, on page: inout Page) {
        switch block {
        case .gap: page.gap()
        case .heading(let text):
            page.gap()
            page.paragraph(spans(text, .strong), indent: indent)
        case .paragraph(let text, let depth, let label):
            page.paragraph(spans(text), label: label, indent: indent + depth, labelStyle: .key)
        case .code(let lines):
            for line in lines { page.code(line, indent: indent + 2) }
        case .table(let rows): table(rows, indent, on: &page)
        }
    }

    /// Columns as wide as they need, the widest shrunk until the table fits.
    private static func table(_ rows: [[String]], _ indent: Int, on page: inout Page) {
        let count = rows.map(\.count).max() ?? 0
        guard count > 0 else { return }
        var widths = (0..<count).map { column in
            rows.map { $0.count > column ? plain($0[column]) : 0 }.max() ?? 0
        }
        let room = max(count * 4, page.width - indent - 2 * (count - 1))
        while widths.reduce(0, +) > room,
            let widest = widths.indices.max(by: { widths[$0] < widths[$1] }),
            widths[widest] > 4
        {
            widths[widest] -= 1
        }
        for (number, row) in rows.enumerated() {
            let cells = widths.indices.map { column in
                Wrapping.wrap(
                    spans(column < row.count ? row[column] : "", number == 0 ? .strong : .plain),
                    to: widths[column])
            }
            for line in 0..<(cells.map(\.count).max() ?? 0) {
                page.line(StyledLine(tableLine(cells, line, widths, indent)))
            }
            if number == 0 {
                let rule = widths.map { String(repeating: "─", count: $0) }
                page.line(
                    StyledLine(
                        String(repeating: " ", count: indent) + rule.joined(separator: "  "), .dim))
            }
        }
    }

    private static func tableLine(
        _ cells: [[StyledLine]], _ line: Int, _ widths: [Int], _ indent: Int
    ) -> [Span] {
        var spans = [Span(String(repeating: " ", count: indent))]
        for (column, lines) in cells.enumerated() {
            let part = line < lines.count ? lines[line] : StyledLine()
            spans += part.spans
            let gap = widths[column] - part.width + (column + 1 < cells.count ? 2 : 0)
            spans.append(Span(String(repeating: " ", count: max(0, gap))))
        }
        return spans
    }

    private static func plain(_ text: String) -> Int { StyledLine(spans(text)).width }

    /// Marks inside of a line; a mark that is never closed is a character like any other.
    static func spans(_ text: String, _ base: Style = .plain) -> [Span] {
        var spans: [Span] = []
        var plain = ""
        var rest = Substring(text)
        func flush() -> [Span] { plain.isEmpty ? [] : [Span(plain, base)] }
        while let first = rest.first {
            if first == "\\", let next = rest.dropFirst().first, "\\`*_[]<>|#&".contains(next) {
                plain.append(next)
                rest = rest.dropFirst(2)
            } else if let (inner, style, after) = marked(rest) {
                spans += flush()
                plain = ""
                spans.append(Span(inner, style))
                rest = after
            } else {
                plain.append(first)
                rest = rest.dropFirst()
            }
        }
        return spans + flush()
    }

    private static func marked(_ text: Substring) -> (String, Style, Substring)? {
        for (mark, style) in [("`", Style.key), ("**", .strong), ("*", .strong)]
        where text.hasPrefix(mark) {
            let inner = text.dropFirst(mark.count)
            guard inner.first != " ", let end = end(of: mark, in: inner), end > inner.startIndex
            else { continue }
            return (String(inner[..<end]), style, inner[end...].dropFirst(mark.count))
        }
        return link(text)
    }

    private static func end(of mark: String, in text: Substring) -> Substring.Index? {
        text.indices.first { text[$0...].hasPrefix(mark) }
    }

    /// `[words](address)` as `words <address>`.
    private static func link(_ text: Substring) -> (String, Style, Substring)? {
        guard text.first == "[", let close = text.firstIndex(of: "]"),
            text[close...].hasPrefix("]("), let end = text[close...].firstIndex(of: ")")
        else { return nil }
        let words = text[text.index(after: text.startIndex)..<close]
        let address = text[close..<end].dropFirst(2)
        return ("\(words) <\(address)>", .plain, text[text.index(after: end)...])
    }
}
