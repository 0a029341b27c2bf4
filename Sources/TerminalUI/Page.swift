/// A text of headings, paragraphs and bars, laid out for a width, to be scrolled through.
public struct Page: Hashable, Sendable {
    public let width: Int
    public private(set) var lines: [StyledLine] = []
    /// Line numbers of the headings.
    public private(set) var headings: [Int] = []

    public init(width: Int) { self.width = max(8, width) }

    public mutating func gap() {
        if let last = lines.last, !last.spans.isEmpty { lines.append(StyledLine()) }
    }

    /// An empty line before it, except at the top.
    public mutating func heading(_ text: String) {
        gap()
        headings.append(lines.count)
        lines += Wrapping.wrap(text, .heading, to: width)
    }

    public mutating func line(_ line: StyledLine) { lines.append(line) }

    public mutating func paragraph(
        _ text: String, label: String = "", indent: Int = 0, style: Style = .plain,
        labelStyle: Style? = nil
    ) {
        paragraph(
            [Span(text, style)], label: label, indent: indent, labelStyle: labelStyle ?? style)
    }

    /// Further lines hang below the text behind the label.
    public mutating func paragraph(
        _ spans: [Span], label: String = "", indent: Int = 0, labelStyle: Style = .plain
    ) {
        let indent = min(indent, width / 3)
        let hanging = min(indent + CharacterWidth.of(label), width / 2)
        let label = CharacterWidth.cut(label, to: hanging - indent)
        for (index, part) in Wrapping.wrap(spans, to: width - hanging).enumerated() {
            let margin =
                index == 0
                ? [Span(String(repeating: " ", count: indent)), Span(label, labelStyle)]
                : [Span(String(repeating: " ", count: hanging))]
            lines.append(StyledLine(margin + part.spans))
        }
    }

    /// Something to copy: no word is broken off, a line that is too long goes on below, indented.
    public mutating func code(_ text: String, indent: Int = 4) {
        let margin = String(repeating: " ", count: min(indent, width / 4))
        let room = width - margin.count
        var rest = Substring(SafeGlyphs.clean(text))
        var isFirst = true
        while !rest.isEmpty || isFirst {
            let part = Self.prefix(of: rest, cells: isFirst ? room : room - 2)
            lines.append(
                StyledLine([Span(margin + (isFirst ? "" : "  ")), Span(String(part), .strong)]))
            rest = rest[part.endIndex...]
            isFirst = false
        }
    }

    /// As many characters as fit, up to the last space where there is one.
    private static func prefix(of text: Substring, cells: Int) -> Substring {
        var (end, used) = (text.startIndex, 0)
        var space: Substring.Index?
        while end < text.endIndex {
            let width = CharacterWidth.of(String(text[end]))
            if used + width > max(2, cells) { return text[..<(space ?? end)] }
            used += width
            end = text.index(after: end)
            if text[..<end].last == " " { space = end }
        }
        return text
    }

    public func draw(in rect: Rect, from offset: Int, on grid: inout CellGrid) {
        for (row, line) in lines.dropFirst(max(0, offset)).prefix(rect.height).enumerated() {
            grid.write(line, x: rect.x, y: rect.y + row, limit: rect.x + rect.width)
        }
        Scroll.marks(first: offset, count: lines.count, in: rect, on: &grid)
    }
}
