/// How many cells of a terminal a text occupies, counted as `wcwidth(3)` does: a scalar at a time,
/// marks in the cell before them.
public enum CharacterWidth {
    /// 0, 1 or 2.
    public static func of(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        // The vowels and finals of Hangul syllables join the consonant before them.
        if (0x1160...0x11FF).contains(scalar.value) { return 0 }
        return isWide(scalar.value) ? 2 : 1
    }

    public static func of(_ text: some StringProtocol) -> Int {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
        return text.unicodeScalars.reduce(0) { $0 + of($1) }
    }

    private static func isWide(_ value: UInt32) -> Bool {
        var (low, high) = (0, WideRanges.all.count)
        while low < high {
            let middle = (low + high) / 2
            let range = WideRanges.all[middle]
            if value < range.lowerBound {
                high = middle
            } else if value > range.upperBound {
                low = middle + 1
            } else {
                return true
            }
        }
        return false
    }

    /// `text` cut to `width` cells, with `…` at its end when it was longer; made harmless before,
    /// since that changes how wide it is.
    public static func cut(_ text: String, to width: Int) -> String {
        let text = SafeGlyphs.clean(text)
        if of(text) <= width { return text }
        guard width > 0 else { return "" }
        var result = String.UnicodeScalarView()
        var used = 0
        for scalar in text.unicodeScalars {
            used += of(scalar)
            if used > width - 1 { break }
            result.append(scalar)
        }
        return String(result) + "…"
    }

    /// `text` and as many spaces as it needs to fill `width` cells; cut when it is longer.
    public static func fit(_ text: String, to width: Int) -> String {
        let text = cut(text, to: width)
        return text + String(repeating: " ", count: max(0, width - of(text)))
    }
}
