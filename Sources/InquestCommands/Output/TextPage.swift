/// Human text in the making: lines of styled runs, wrapped to a width.
///
/// Meaning never hangs on a style; a page without any reads the same.
struct TextPage {
    enum Style: String {
        case plain = ""
        case bold = "1"
        case dim = "2"
        case alarm = "1;31"
        case caution = "1;33"
        case good = "32"
    }

    struct Run {
        var text: String
        var style: Style
    }

    /// In cells; `nil` leaves lines as long as they are (`--plain`).
    let width: Int?
    /// Lines as they are printed without styles, made safe when they came.
    private var bytes: [UInt8] = []
    private var marks: [Mark] = []

    /// Where in `bytes` a style begins and ends.
    private struct Mark {
        var start: Int
        var end: Int
        var style: Style
    }

    init(width: Int?) { self.width = width }

    mutating func line(_ runs: Run...) {
        let start = bytes.count
        for run in runs { add(run.text, run.style) }
        endLine(from: start)
    }

    mutating func line(_ text: String, _ style: Style = .plain) {
        let start = bytes.count
        add(text, style)
        endLine(from: start)
    }

    private mutating func add(_ text: String, _ style: Style) {
        let start = bytes.count
        SafeText.append(text, to: &bytes)
        if style != .plain { marks.append(Mark(start: start, end: bytes.count, style: style)) }
    }

    /// Without spaces at the end of the line.
    private mutating func endLine(from start: Int) {
        while bytes.count > start, bytes[bytes.count - 1] == UInt8(ascii: " ") {
            bytes.removeLast()
        }
        while let last = marks.last, last.end > bytes.count {
            marks.removeLast()
            if last.start < bytes.count {
                marks.append(Mark(start: last.start, end: bytes.count, style: last.style))
            }
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    /// At most one empty line, and none at the top.
    mutating func gap() {
        if !bytes.isEmpty, !bytes.suffix(2).elementsEqual("\n\n".utf8) {
            bytes.append(UInt8(ascii: "\n"))
        }
    }

    mutating func heading(_ text: String) {
        gap()
        line(text, .bold)
    }

    /// Wraps `text`; the first line begins with `label`, the others line up behind it.
    mutating func paragraph(
        _ text: String, label: String = "", indent: Int = 0, style: Style = .plain,
        labelStyle: Style = .plain
    ) {
        if label.isEmpty, let width, let lines = Wrapping.plain(text, to: max(20, width - indent)) {
            for part in lines {
                let start = bytes.count
                bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent))
                add(part, style)
                endLine(from: start)
            }
            return
        }
        let label = SafeText.line(label)
        let margin = String(repeating: " ", count: indent)
        let hanging = margin + String(repeating: " ", count: DisplayWidth.of(label))
        let room = width.map { max(20, $0 - DisplayWidth.of(hanging)) }
        let joined = SafeText.lines(text).joined(separator: " ")
        for (index, part) in Wrapping.wrap(joined, to: room).enumerated() {
            if index == 0 {
                line(
                    .init(text: margin, style: .plain), .init(text: label, style: labelStyle),
                    .init(text: part, style: style))
            } else {
                line(.init(text: hanging, style: .plain), .init(text: part, style: style))
            }
        }
    }

    /// A command to copy: broken with a backslash where a shell allows it; what follows `#` is
    /// told as a sentence below.
    mutating func command(_ command: String, indent: Int = 4) {
        let (code, remark) = Wrapping.splitRemark(SafeText.lines(command).joined(separator: " "))
        let margin = String(repeating: " ", count: indent)
        let room = width.map { max(20, $0 - indent - 2) }
        let parts = Wrapping.wrapCommand(code, to: room)
        for (index, part) in parts.enumerated() {
            let end = index + 1 < parts.count ? " \\" : ""
            line(margin + (index > 0 ? "  " : "") + part + end, .bold)
        }
        if !remark.isEmpty { paragraph(remark, label: "# ", indent: indent) }
    }

    mutating func append(_ page: TextPage) {
        let start = bytes.count
        bytes += page.bytes
        marks += page.marks.map { mark in
            Mark(start: start + mark.start, end: start + mark.end, style: mark.style)
        }
    }

    func render(colour: Bool) -> [UInt8] {
        if !colour { return bytes }
        var styled: [UInt8] = []
        var position = 0
        for mark in marks where mark.start < mark.end {
            styled += bytes[position..<mark.start]
            styled += "\u{1B}[\(mark.style.rawValue)m".utf8
            styled += bytes[mark.start..<mark.end]
            styled += "\u{1B}[0m".utf8
            position = mark.end
        }
        return styled + bytes[position...]
    }
}
