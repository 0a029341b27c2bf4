/// The Markdown of case bodies on a terminal: paragraphs and list items are wrapped, code and
/// tables stay as they are.
enum MarkdownText {
    static func write(_ text: String, _ page: inout TextPage) {
        var paragraph: [String] = []
        var indent = 2
        var label = ""
        var fenced = false

        func flush(_ page: inout TextPage) {
            if !paragraph.isEmpty {
                page.paragraph(
                    paragraph.joined(separator: " "), label: label, indent: indent)
            }
            paragraph = []
            label = ""
            indent = 2
        }

        for line in SafeText.lines(text) {
            let content = line.drop { $0 == " " }
            let depth = line.count - content.count
            if content.hasPrefix("```") {
                flush(&page)
                fenced.toggle()
            } else if fenced || isVerbatim(depth, content, inList: !label.isEmpty) {
                flush(&page)
                page.line("  " + line, .bold)
            } else if content.isEmpty {
                flush(&page)
                page.gap()
            } else if let mark = marker(content) {
                flush(&page)
                label = mark
                indent = 2 + min(depth, 8)
                paragraph = [String(content.dropFirst(mark.count))]
            } else {
                if paragraph.isEmpty { indent = 2 + min(depth, 8) }
                paragraph.append(String(content))
            }
        }
        flush(&page)
    }

    /// Four spaces make code, except in the text of a list item; a bar begins a table's row.
    private static func isVerbatim(_ depth: Int, _ content: Substring, inList: Bool) -> Bool {
        content.hasPrefix("|") || (depth >= 4 && !content.isEmpty && !inList)
    }

    /// `- `, `* ` or `12. `.
    private static func marker(_ content: Substring) -> String? {
        if content.hasPrefix("- ") || content.hasPrefix("* ") { return String(content.prefix(2)) }
        let digits = content.prefix { $0.isASCII && $0.isNumber }
        guard (1...3).contains(digits.count), content.dropFirst(digits.count).hasPrefix(". ")
        else { return nil }
        return digits + ". "
    }
}
