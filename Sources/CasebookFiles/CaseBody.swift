import Casebook

/// The Markdown body: `##` sections, with headings in code blocks left alone.
struct CaseBody {
    private(set) var sections: [Located<Case.Section>] = []
    private let log: FaultLog
    private var lastLine: Int

    init(_ lines: ArraySlice<Substring>, firstLine: Int, log: FaultLog) {
        self.log = log
        lastLine = firstLine
        read(lines, firstLine: firstLine)
        check()
    }

    private mutating func read(_ lines: ArraySlice<Substring>, firstLine: Int) {
        var fence: (mark: Substring, line: Int)?
        var heading: Located<String>?
        var text: [Substring] = []
        var strayLine: Int?
        var table = TableBound()
        for (line, number) in zip(lines, firstLine...) {
            if !isBlank(line) { lastLine = number }
            table.take(line, number, log)
            if let open = fence {
                if Self.closes(line, open.mark) { fence = nil }
            } else if let mark = Self.fenceMark(line) {
                fence = (mark, number)
            } else if let title = Self.heading(line) {
                append(heading, text)
                heading = Located(value: title, place: Place(line: number, column: 1))
                text = []
                continue
            }
            if heading == nil, strayLine == nil, !isBlank(line) { strayLine = number }
            text.append(line)
        }
        append(heading, text)
        if let strayLine {
            log.error(
                Place(line: strayLine, column: 1), "text before the first heading",
                "move it under “## \(Case.requiredHeadings[0])”")
        }
        if let fence {
            log.error(
                Place(line: fence.line, column: 1), "this code block is never closed",
                "close it with a line “\(printable(String(fence.mark), limit: 10))”")
        }
    }

    private mutating func append(_ heading: Located<String>?, _ lines: [Substring]) {
        guard let heading else { return }
        var lines = lines[...]
        while let line = lines.first, isBlank(line) { lines.removeFirst() }
        while let line = lines.last, isBlank(line) { lines.removeLast() }
        let section = Case.Section(
            heading: heading.value, text: lines.joined(separator: "\n"))
        sections.append(Located(value: section, place: heading.place))
    }

    /// Three or more backquotes or tildes at most three spaces from the margin (CommonMark §4.5).
    private static func fenceMark(_ line: Substring) -> Substring? {
        let rest = line.drop { $0 == " " }
        guard line.utf8.count - rest.utf8.count <= 3, let mark = rest.first,
            mark == "`" || mark == "~"
        else { return nil }
        let run = rest.prefix { $0 == mark }
        let isInline = mark == "`" && rest.dropFirst(run.count).contains("`")
        return run.count >= 3 && !isInline ? run : nil
    }

    private static func closes(_ line: Substring, _ open: Substring) -> Bool {
        guard let mark = fenceMark(line), mark.hasPrefix(open) else { return false }
        return trim(line) == String(mark)
    }

    private static func heading(_ line: Substring) -> String? {
        guard line.hasPrefix("## ") || line == "##" else { return nil }
        return trim(line.dropFirst(2))
    }

    private func check() {
        let wanted = Case.requiredHeadings
        let end = Place(line: lastLine, column: 1)
        guard !sections.isEmpty else {
            log.error(
                end, "the body is empty", "write the sections \(wanted.joined(separator: ", "))")
            return
        }
        for (index, section) in sections.enumerated() {
            checkSection(section, after: sections[..<index])
        }
        for heading in wanted where !sections.contains(where: { $0.value.heading == heading }) {
            log.error(end, "section \(quoted(heading)) is missing", "add “## \(heading)” with text")
        }
        let order = sections.compactMap { section in
            wanted.firstIndex(of: section.value.heading).map { ($0, section.place) }
        }
        for (before, after) in zip(order, order.dropFirst()) where before.0 > after.0 {
            log.error(
                after.1, "section “\(wanted[after.0])” comes after “\(wanted[before.0])”",
                "the order is \(wanted.joined(separator: ", "))")
        }
    }

    private func checkSection(
        _ section: Located<Case.Section>, after before: ArraySlice<Located<Case.Section>>
    ) {
        let heading = section.value.heading
        if !Case.requiredHeadings.contains(heading) {
            log.error(
                section.place, "unknown section \(quoted(heading))",
                didYouMean(
                    heading, in: Case.requiredHeadings,
                    otherwise: "use “###” for headings inside a section"))
        } else if let first = before.first(where: { $0.value.heading == heading }) {
            log.error(
                section.place, "section \(quoted(heading)) is given twice",
                "first in line \(first.place.line)")
        }
        if section.value.text.isEmpty {
            log.error(
                section.place, "section \(quoted(heading)) is empty", "write at least a sentence")
        }
    }
}

/// Keeps tables of a body to what a person can read: programs that draw Markdown take time and
/// memory by cells, and a short line can have very many.
private struct TableBound {
    static let mostCells = 10_000
    private var cells = 0
    private var start = 0

    mutating func take(_ line: Substring, _ number: Int, _ log: FaultLog) {
        let bars = line.utf8.count { $0 == UInt8(ascii: "|") }
        guard bars > 1 else {
            cells = 0
            return
        }
        if cells == 0 { start = number }
        let isFirst = cells <= Self.mostCells
        cells += bars
        if isFirst, cells > Self.mostCells {
            log.error(
                Place(line: start, column: 1),
                "this table has more than \(Self.mostCells) cells", "put it into a file of its own")
        }
    }
}
