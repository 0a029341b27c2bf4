/// One place on the screen.
public struct Cell: Hashable, Sendable {
    /// A character with its marks; empty in the second cell of a wide one.
    public internal(set) var glyph: String
    public internal(set) var style: Style

    static let blank = Cell(glyph: " ", style: .plain)
}

/// A screen as a value: what the views paint and the terminal shows.
///
/// Text is made harmless here, as the last step before the terminal, whoever wrote it.
public struct CellGrid: Hashable, Sendable {
    public enum Drawing: Sendable {
        case unicode, ascii
    }

    /// More marks than this on one character are a trick, not a script.
    private static let mostMarks = 4

    public let size: Size
    public let drawing: Drawing
    public private(set) var cells: [Cell]
    /// Where the terminal's cursor stands; `nil` hides it.
    public var cursor: Position?

    public struct Position: Hashable, Sendable {
        public var x: Int
        public var y: Int

        public init(x: Int, y: Int) { (self.x, self.y) = (x, y) }
    }

    public init(size: Size, drawing: Drawing = .unicode) {
        self.size = size
        self.drawing = drawing
        cells = Array(repeating: .blank, count: size.width * size.height)
    }

    public var bounds: Rect { Rect(width: size.width, height: size.height) }

    public func row(_ y: Int) -> ArraySlice<Cell> {
        cells[(y * size.width)..<((y + 1) * size.width)]
    }

    /// The characters of a row, without blanks at its end.
    public func text(_ y: Int) -> String {
        var text = row(y).map(\.glyph).joined()
        while text.last == " " { text.removeLast() }
        return text
    }

    /// Writes from `x` on, as far as column `limit` (the end of the row), and stops there.
    ///
    /// - Returns: the column after the last cell written.
    @discardableResult
    public mutating func write(
        _ text: String, x: Int, y: Int, style: Style = .plain, limit: Int? = nil
    ) -> Int {
        let end = min(limit ?? size.width, size.width)
        guard y >= 0, y < size.height, x >= 0 else { return x }
        var column = x
        for scalar in SafeGlyphs.clean(text).unicodeScalars {
            let width = CharacterWidth.of(scalar)
            if width == 0 {
                mark(scalar, at: column - 1, notBefore: x, y: y)
                continue
            }
            if column + width > end { break }
            set(scalar, width: width, x: column, y: y, style: style)
            column += width
        }
        return column
    }

    private mutating func set(
        _ scalar: Unicode.Scalar, width: Int, x: Int, y: Int, style: Style
    ) {
        let glyphs = drawing == .ascii ? SafeGlyphs.ascii(scalar) : String(scalar)
        breakWide(x: x, y: y)
        if width == 2 { breakWide(x: x + 1, y: y) }
        if width == 2, drawing == .ascii {
            for offset in 0..<2 {
                cells[y * size.width + x + offset] = Cell(glyph: "?", style: style)
            }
            return
        }
        cells[y * size.width + x] = Cell(glyph: glyphs, style: style)
        if width == 2 { cells[y * size.width + x + 1] = Cell(glyph: "", style: style) }
    }

    /// Half of a wide character that is about to be overwritten leaves a blank.
    private mutating func breakWide(x: Int, y: Int) {
        let place = y * size.width + x
        if cells[place].glyph.isEmpty, x > 0 { cells[place - 1].glyph = " " }
        if x + 1 < size.width, cells[place + 1].glyph.isEmpty { cells[place + 1].glyph = " " }
    }

    private mutating func mark(_ scalar: Unicode.Scalar, at x: Int, notBefore start: Int, y: Int) {
        guard drawing == .unicode, x >= start, x < size.width else { return }
        var place = y * size.width + x
        if cells[place].glyph.isEmpty, x > start { place -= 1 }
        guard cells[place].glyph.unicodeScalars.count <= Self.mostMarks else { return }
        cells[place].glyph.unicodeScalars.append(scalar)
    }

    public mutating func write(
        _ line: StyledLine, x: Int, y: Int, limit: Int? = nil
    ) {
        var column = x
        for span in line.spans {
            column = write(span.text, x: column, y: y, style: span.style, limit: limit)
        }
    }

    /// Blanks, or any other character of one cell, all over `rect`.
    public mutating func fill(_ rect: Rect, with glyph: Unicode.Scalar = " ", style: Style = .plain)
    {
        for y in rect.y..<(rect.y + rect.height) {
            write(
                String(repeating: String(glyph), count: rect.width), x: rect.x, y: y, style: style,
                limit: rect.x + rect.width)
        }
    }

    /// Marks a row of a list as the chosen one.
    public mutating func select(_ rect: Rect) {
        for y in max(0, rect.y)..<min(size.height, rect.y + rect.height) {
            for x in max(0, rect.x)..<min(size.width, rect.x + rect.width) {
                cells[y * size.width + x].style.selected = true
            }
        }
    }
}
