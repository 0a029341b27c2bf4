import TerminalUI

/// Markdown as blocks, a line at a time.
struct MarkdownBlocks {
    enum Block: Equatable {
        case gap
        case heading(String)
        /// `label` is the mark of a list item or a quote; `depth` its indentation.
        case paragraph(String, depth: Int, label: String)
        case code([String])
        case table([[String]])
    }

    private var blocks: [Block] = []
    private var words: [String] = []
    private var depth = 0
    private var label = ""
    private var code: [String] = []
    private var rows: [[String]] = []
    private var isFenced = false
    private var isInList = false
    private var place = 0

    init(_ text: String) {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            read(Self.withoutTabs(line))
        }
        flush()
    }

    mutating func next() -> Block? {
        guard place < blocks.count else { return nil }
        defer { place += 1 }
        return blocks[place]
    }

    private static func withoutTabs(_ line: Substring) -> Substring {
        line.contains("\t")
            ? Substring(
                line.split(
                    separator: "\t", omittingEmptySubsequences: false
                ).joined(separator: "    ")) : line
    }

    private mutating func read(_ line: Substring) {
        let content = line.drop { $0 == " " }
        let spaces = line.count - content.count
        if content.hasPrefix("```") {
            flush()
            isFenced.toggle()
        } else if isFenced {
            code.append(String(line))
        } else if content.isEmpty {
            if !code.isEmpty { code.append("") } else { flush() }
            if code.isEmpty { blocks.append(.gap) }
        } else if spaces >= (isInList ? 7 : 4), words.isEmpty {
            code.append(String(line.dropFirst(isInList ? 7 : 4)))
        } else {
            if !code.isEmpty {
                flush()
                blocks.append(.gap)
            }
            readText(content, spaces)
        }
    }

    private mutating func readText(_ content: Substring, _ spaces: Int) {
        if content.hasPrefix("|") {
            if rows.isEmpty { flush() }
            if !Self.isRule(content) { rows.append(Self.cells(content)) }
        } else if content.hasPrefix("#") {
            flush()
            blocks.append(.heading(String(content.drop { $0 == "#" || $0 == " " })))
            isInList = false
        } else if let mark = Self.marker(content) {
            flush()
            (label, depth, isInList) = (mark == "* " ? "- " : mark, min(spaces, 8), mark != "> ")
            words = [String(content.dropFirst(mark.count))]
        } else {
            if words.isEmpty {
                depth = min(spaces, 8)
                if spaces == 0 { isInList = false }
            }
            words.append(String(content))
        }
    }

    private mutating func flush() {
        if !rows.isEmpty { blocks.append(.table(rows)) }
        while code.last?.isEmpty == true { code.removeLast() }
        if !code.isEmpty { blocks.append(.code(code)) }
        if !words.isEmpty {
            blocks.append(
                .paragraph(words.joined(separator: " "), depth: depth, label: label))
        }
        (rows, code, words, label, depth) = ([], [], [], "", 0)
    }

    private static func isRule(_ content: Substring) -> Bool {
        content.allSatisfy { "|-: ".contains($0) }
    }

    private static func cells(_ content: Substring) -> [String] {
        var inner = content.dropFirst()
        while inner.last == " " { inner.removeLast() }
        if inner.last == "|" { inner.removeLast() }
        return inner.split(separator: "|", omittingEmptySubsequences: false).map { cell in
            cell.split(separator: " ").joined(separator: " ")
        }
    }

    /// `- `, `* `, `> ` or `12. `.
    private static func marker(_ content: Substring) -> String? {
        for mark in ["- ", "* ", "> "] where content.hasPrefix(mark) { return mark }
        let digits = content.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, digits.count <= 3, content.dropFirst(digits.count).hasPrefix(". ")
        else { return nil }
        return digits + ". "
    }
}
