/// Text in one style.
public struct Span: Hashable, Sendable {
    public var text: String
    public var style: Style

    public init(_ text: String, _ style: Style = .plain) {
        self.text = SafeGlyphs.clean(text)
        self.style = style
    }
}

/// One line of a screen, of any length.
public struct StyledLine: Hashable, Sendable {
    public var spans: [Span]

    public init(_ spans: [Span] = []) { self.spans = spans }

    public init(_ text: String, _ style: Style = .plain) { spans = [Span(text, style)] }

    public var width: Int { spans.reduce(0) { $0 + CharacterWidth.of($1.text) } }
    public var text: String { spans.map(\.text).joined() }
}

/// Breaks styled text into lines at spaces.
public enum Wrapping {
    /// Holds two words together, as in `9.1 dB`; drawn as a space.
    public static let bond: Character = "\u{A0}"

    private struct Word {
        var spans: [Span]
        var width: Int
    }

    /// - Parameter width: at least 1; a word that is longer is broken where the line ends.
    /// - Returns: at least one line.
    public static func wrap(_ spans: [Span], to width: Int) -> [StyledLine] {
        let width = max(1, width)
        var lines: [StyledLine] = []
        var line: [Span] = []
        var used = 0
        for word in words(spans).flatMap({ broken($0, width) }) {
            if used > 0, used + 1 + word.width > width {
                lines.append(StyledLine(line))
                (line, used) = ([], 0)
            }
            if used > 0 {
                let space = line.last?.style == word.spans.first?.style ? line.last?.style : .plain
                line.append(Span(" ", space ?? .plain))
                used += 1
            }
            line += word.spans
            used += word.width
        }
        return used > 0 || lines.isEmpty ? lines + [StyledLine(line)] : lines
    }

    public static func wrap(_ text: String, _ style: Style = .plain, to width: Int) -> [StyledLine]
    {
        wrap([Span(text, style)], to: width)
    }

    private static func words(_ spans: [Span]) -> [Word] {
        var words: [Word] = []
        var word = Word(spans: [], width: 0)
        for span in spans {
            for (index, piece) in span.text.split(
                separator: " ", omittingEmptySubsequences: false
            ).enumerated() {
                if index > 0 {
                    if word.width > 0 { words.append(word) }
                    word = Word(spans: [], width: 0)
                }
                if piece.isEmpty { continue }
                word.spans.append(Span(String(piece), span.style))
                word.width += CharacterWidth.of(piece)
            }
        }
        return word.width > 0 ? words + [word] : words
    }

    /// After one of these a long word is broken rather than anywhere.
    private static let joints: Set<Character> = ["-", ".", "/", "_", ",", ":"]

    private static func broken(_ word: Word, _ width: Int) -> [Word] {
        if word.width <= width { return [word] }
        let pieces = word.spans.flatMap { span in
            span.text.map { (Span(String($0), span.style), CharacterWidth.of(String($0))) }
        }
        var parts: [Word] = []
        var rest = pieces[...]
        while !rest.isEmpty {
            var (end, used) = (rest.startIndex, 0)
            while end < rest.endIndex, used + rest[end].1 <= width || end == rest.startIndex {
                used += rest[end].1
                end += 1
            }
            if end < rest.endIndex {
                let half = rest.startIndex + (end - rest.startIndex) / 2
                end =
                    rest[half..<end].lastIndex { joints.contains(Character($0.0.text)) }
                    .map { $0 + 1 } ?? end
            }
            let part = rest[..<end]
            parts.append(
                Word(spans: part.map(\.0), width: part.reduce(0) { $0 + $1.1 }))
            rest = rest[end...]
        }
        return parts
    }
}
