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
    private var lines: [[Run]] = []

    init(width: Int?) { self.width = width }

    mutating func line(_ runs: Run...) { lines.append(runs) }

    mutating func line(_ text: String, _ style: Style = .plain) {
        lines.append([Run(text: text, style: style)])
    }

    /// At most one empty line, and none at the top.
    mutating func gap() {
        if let last = lines.last, !last.isEmpty { lines.append([]) }
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
            let margin = String(repeating: " ", count: indent)
            for part in lines {
                line(.init(text: margin, style: .plain), .init(text: part, style: style))
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

    mutating func append(_ page: TextPage) { lines.append(contentsOf: page.lines) }

    /// Every run is made safe here, whatever was done before.
    func render(colour: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        for line in lines {
            for run in trimmed(line) where !run.text.isEmpty {
                let styled = colour && run.style != .plain
                if styled { bytes.append(contentsOf: "\u{1B}[\(run.style.rawValue)m".utf8) }
                bytes.append(contentsOf: SafeText.line(run.text).utf8)
                if styled { bytes.append(contentsOf: "\u{1B}[0m".utf8) }
            }
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }

    /// Without spaces at the end of the line.
    private func trimmed(_ line: [Run]) -> [Run] {
        if let last = line.last?.text.utf8.last, last != UInt8(ascii: " ") { return line }
        var line = line
        while let last = line.last {
            var text = last.text
            while text.last == " " { text.removeLast() }
            line[line.count - 1].text = text
            if !text.isEmpty { break }
            line.removeLast()
        }
        return line
    }
}
