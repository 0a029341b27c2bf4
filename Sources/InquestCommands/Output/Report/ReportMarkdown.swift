/// A report as Markdown: foreign text escaped, figures by their captions.
enum ReportMarkdown {
    static func write(_ document: ReportDocument) -> [UInt8] {
        var text = "# \(MarkdownEscape.line(document.title))\n\n"
        for block in document.blocks { text += write(block) }
        return Array(text.utf8)
    }

    private static func write(_ block: ReportDocument.Block) -> String {
        switch block {
        case .heading(let text): return "## \(MarkdownEscape.line(text))\n\n"
        case .text(let text): return MarkdownEscape.line(text) + "\n\n"
        case .list(let items):
            return items.map { "- \(MarkdownEscape.line($0))\n" }.joined() + "\n"
        case .table(let header, let rows):
            let rule = "|" + String(repeating: "---|", count: header.count) + "\n"
            return row(header) + rule + rows.map(row).joined() + "\n"
        case .code(let lines):
            return "```\n" + lines.map { MarkdownEscape.code($0) + "\n" }.joined() + "```\n\n"
        case .blank(let text): return "**[fill in]** \(MarkdownEscape.line(text))\n\n"
        case .figure(let figure): return "*\(MarkdownEscape.line(figure.caption))*\n\n"
        }
    }

    private static func row(_ cells: [String]) -> String {
        "| " + cells.map(MarkdownEscape.line).joined(separator: " | ") + " |\n"
    }
}

/// Foreign text inside of Markdown.
enum MarkdownEscape {
    /// One line without anything that Markdown or HTML would act on, wherever it stands: no mark,
    /// no link that a reader makes of an address, no list or heading at its beginning.
    static func line(_ text: String) -> String {
        var result = ""
        for character in SafeText.lines(text).joined(separator: " ") {
            if "\\`*_[]<>|#&~!".contains(character) { result.append("\\") }
            result.append(character)
        }
        return beginning(result.replacing("://", with: "\\://").replacing("www.", with: "www\\."))
    }

    /// `- a`, `+ a`, `= a` and `1. a` begin something at the beginning of a line.
    private static func beginning(_ line: String) -> String {
        if let first = line.first, "-+=".contains(first) { return "\\" + line }
        let digits = line.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, let next = line.dropFirst(digits.count).first, ".)".contains(next)
        else { return line }
        return digits + "\\" + line.dropFirst(digits.count)
    }

    /// Inside of code nothing can be escaped; a backtick would end it.
    static func code(_ text: String) -> String {
        SafeText.lines(text).joined(separator: " ").replacing("`", with: "'")
    }
}
