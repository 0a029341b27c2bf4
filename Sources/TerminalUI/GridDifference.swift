/// Cells beside each other that look alike.
public struct CellRun: Hashable, Sendable {
    public var x: Int
    public var y: Int
    /// Printable ASCII, or one character of any kind.
    public var text: String
    public var style: Style

    public init(x: Int, y: Int, text: String, style: Style) {
        (self.x, self.y, self.text, self.style) = (x, y, text, style)
    }

    /// The first byte tells: runs of several characters are ASCII.
    fileprivate var isASCII: Bool { (text.utf8.first ?? 0) < 0x80 && text.utf8.last ?? 0 < 0x80 }
}

extension CellGrid {
    /// What must be painted so that a screen that shows `old` shows this; everything when the
    /// sizes differ or nothing was shown.
    public func changes(since old: CellGrid?) -> [CellRun] {
        let old = old.flatMap { $0.size == size ? $0 : nil }
        var runs: [CellRun] = []
        for y in 0..<size.height {
            for x in 0..<size.width {
                let place = y * size.width + x
                let cell = cells[place]
                if cell.glyph.isEmpty { continue }
                let isWide = x + 1 < size.width && cells[place + 1].glyph.isEmpty
                // What covered or uncovers half of a wide character is painted anew.
                let same =
                    old.map {
                        $0.cells[place] == cell
                            && (x + 1 >= size.width
                                || ($0.cells[place + 1].glyph.isEmpty == isWide))
                    } ?? false
                if !same { append(cell, x, y, to: &runs) }
            }
        }
        return runs
    }

    /// Only plain ASCII is joined: of anything else the terminal may have another idea of its width.
    private func append(_ cell: Cell, _ x: Int, _ y: Int, to runs: inout [CellRun]) {
        if let last = runs.last, last.y == y, last.style == cell.style,
            last.x + last.text.utf8.count == x, cell.glyph.utf8.count == 1, last.isASCII
        {
            runs[runs.count - 1].text += cell.glyph
        } else {
            runs.append(CellRun(x: x, y: y, text: cell.glyph, style: cell.style))
        }
    }
}
