/// Breaks text and shell commands into lines.
enum Wrapping {
    /// Holds two words together, as in `9.1 dB`; written as a space.
    static let bond: Character = "\u{A0}"

    /// Breaks at spaces; a word that is wider than the line stands alone and sticks out.
    static func wrap(_ text: String, to width: Int?) -> [String] {
        broken(text, width).map { String($0.map { $0 == bond ? " " : $0 }) }
    }

    /// The same for words of printable ASCII with one space between them, of which long lists are
    /// made; `nil` for anything else.
    static func plain(_ text: String, to width: Int) -> [String]? {
        let original = text
        var text = text
        return text.withUTF8 { bytes in
            var last = UInt8(ascii: " ")
            for byte in bytes {
                guard byte > 0x20 && byte < 0x7F || byte == 0x20 && last != 0x20 else { return nil }
                last = byte
            }
            if last == 0x20 { return nil }
            if bytes.count <= width { return [original] }
            var lines: [String] = []
            var (start, end, position) = (0, 0, 0)
            while position < bytes.count {
                let next = bytes[position...].firstIndex(of: 0x20) ?? bytes.count
                if next - start > width, end > start {
                    lines.append(String(decoding: bytes[start..<end], as: UTF8.self))
                    start = position
                }
                (end, position) = (next, next + 1)
            }
            return lines + [String(decoding: bytes[start..<end], as: UTF8.self)]
        }
    }

    private static func broken(_ text: String, _ width: Int?) -> [String] {
        let words = text.split(separator: " ")
        guard let width else { return [words.joined(separator: " ")] }
        var lines: [String] = []
        var line = ""
        var used = 0
        for word in words {
            let cells = DisplayWidth.of(word)
            if !line.isEmpty, used + 1 + cells > width {
                lines.append(line)
                line = ""
                used = 0
            }
            if !line.isEmpty {
                line += " "
                used += 1
            }
            line += word
            used += cells
        }
        return line.isEmpty && !lines.isEmpty ? lines : lines + [line]
    }

    /// Breaks at spaces outside of quotes, where `\` and a line feed mean a space to a shell;
    /// between two commands rather than inside of one.
    static func wrapCommand(_ command: String, to width: Int?) -> [String] {
        guard let width, DisplayWidth.of(command) > width else { return [command] }
        var lines: [String] = []
        var line: [String] = []
        for word in shellWords(command) {
            let used = line.reduce(0) { $0 + 1 + DisplayWidth.of($1) }
            if !line.isEmpty, used + DisplayWidth.of(word) > width {
                let end = line.lastIndex(where: endsCommand).map { $0 + 1 } ?? line.count
                lines.append(line[..<end].joined(separator: " "))
                line.removeFirst(end)
            }
            line.append(word)
        }
        return lines + [line.joined(separator: " ")]
    }

    private static func endsCommand(_ word: String) -> Bool {
        word.hasSuffix(";") || ["|", "||", "&&", "do"].contains(word)
    }

    /// The command and the remark behind the first ` #` that stands outside of quotes.
    static func splitRemark(_ command: String) -> (code: String, remark: String) {
        var code: [String] = []
        var words = shellWords(command)[...]
        while let word = words.first, !word.hasPrefix("#") {
            code.append(word)
            words = words.dropFirst()
        }
        let remark = words.joined(separator: " ").drop { $0 == "#" || $0 == " " }
        return (code.joined(separator: " "), String(remark))
    }

    /// Words with their quotes; quotes that never close hold the rest of the text together.
    private static func shellWords(_ command: String) -> [String] {
        var words: [String] = []
        var word = ""
        var quote: Character?
        var escaped = false
        for character in command {
            if escaped {
                escaped = false
            } else if character == "\\", quote != "'" {
                escaped = true
            } else if let open = quote {
                if character == open { quote = nil }
            } else if character == "'" || character == "\"" {
                quote = character
            } else if character == " " {
                if !word.isEmpty { words.append(word) }
                word = ""
                continue
            }
            word.append(character)
        }
        return word.isEmpty ? words : words + [word]
    }
}
