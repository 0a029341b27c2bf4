/// What may reach a cell: no character that a terminal would obey or that hides what it does.
public enum SafeGlyphs {
    /// `text` with every control, format, private and unassigned character as `\u{202e}`, a tab as
    /// a space. Applying it twice changes nothing.
    public static func clean(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if scalar == "\t" {
                result += " "
            } else if isHarmless(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                result += "\\u{" + String(scalar.value, radix: 16) + "}"
            }
        }
        return result
    }

    /// C0, DEL and C1, marks of bidirectional order and other format characters (categories Cc,
    /// Cf, Zl, Zp), and what no terminal can draw (Cs, Co, Cn).
    static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E: true
        case 0...0x1F, 0x7F...0x9F: false
        default:
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate,
                .privateUse, .unassigned:
                false
            default: !scalar.properties.isNoncharacterCodePoint
            }
        }
    }

    /// The same number of cells in ASCII, for terminals and locales that know nothing else.
    static func ascii(_ scalar: Unicode.Scalar) -> String {
        if scalar.isASCII { return String(scalar) }
        if let known = fallbacks[scalar] { return known }
        return String(repeating: "?", count: CharacterWidth.of(scalar))
    }

    /// One cell each.
    private static let fallbacks: [Unicode.Scalar: String] = [
        "─": "-", "━": "=", "│": "|", "┌": "+", "┐": "+", "└": "+", "┘": "+", "├": "+", "┤": "+",
        "┬": "+", "┴": "+", "┼": "+", "█": "#", "▌": "#", "▐": "#", "░": ".", "▏": "|", "▲": "^",
        "▼": "v", "▶": ">", "◀": "<", "▁": ".", "▂": ":", "▃": "-", "▄": "=", "▅": "+", "▆": "*",
        "▇": "#", "△": "^", "▽": "v", "▸": ">", "◂": "<", "→": ">", "←": "<", "↑": "^", "↓": "v",
        "✓": "+", "✗": "x", "●": "*", "○": "o", "•": "*", "·": "-", "…": "~", "–": "-", "—": "-",
        "‘": "'", "’": "'", "“": "\"", "”": "\"", "\u{A0}": " ", "×": "x", "≥": ">", "≤": "<",
        "∶": ":", "é": "e", "è": "e", "ä": "a", "ö": "o", "ü": "u", "ß": "s", "µ": "u", "⏎": "<",
    ]
}
