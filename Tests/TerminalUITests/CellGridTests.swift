import TerminalUI
import Testing

@Suite struct CellGridTests {
    private func grid(_ width: Int, _ height: Int = 1, ascii: Bool = false) -> CellGrid {
        CellGrid(
            size: Size(width: width, height: height), drawing: ascii ? .ascii : .unicode)
    }

    @Test func `text stays inside its row and its limit`() {
        var grid = grid(6, 2)
        #expect(grid.write("abcdefgh", x: 2, y: 0) == 6)
        grid.write("abcdefgh", x: 0, y: 1, limit: 3)
        grid.write("x", x: 0, y: 7)
        #expect(grid.text(0) == "  abcd")
        #expect(grid.text(1) == "abc")
    }

    @Test func `a wide character takes two cells and is never cut in half`() {
        var grid = grid(5)
        grid.write("日本語", x: 0, y: 0)
        #expect(grid.text(0) == "日本")
        #expect(grid.row(0).map(\.glyph) == ["日", "", "本", "", " "])
    }

    @Test func `overwriting half of a wide character leaves a blank`() {
        var grid = grid(4)
        grid.write("日本", x: 0, y: 0)
        grid.write("x", x: 1, y: 0)
        #expect(grid.row(0).map(\.glyph) == [" ", "x", "本", ""])
        grid.write("y", x: 2, y: 0)
        #expect(grid.row(0).map(\.glyph) == [" ", "x", "y", " "])
    }

    @Test func `marks share the cell of their letter, and only a few of them`() {
        var grid = grid(4)
        grid.write("e\u{301}x" + String(repeating: "\u{300}", count: 50), x: 0, y: 0)
        #expect(grid.row(0).first?.glyph == "e\u{301}")
        #expect(grid.row(0).map(\.glyph.unicodeScalars.count).max() == 5)
        #expect(grid.text(0).count == 2)
    }

    @Test(arguments: [
        "\u{1B}[2J", "a\u{7}", "\u{9B}31m", "\u{202E}evil", "\u{200B}", "\u{2028}", "\u{E000}",
        "\u{0}", "\u{7F}", "\u{2066}", "\u{FEFF}", "\r\n",
    ])
    func `nothing that a terminal obeys or hides reaches a cell`(text: String) {
        var grid = grid(40)
        grid.write(text, x: 0, y: 0)
        #expect(grid.text(0).contains("\\u{"))
        let scalars = grid.cells.flatMap { Array($0.glyph.unicodeScalars) }
        #expect(scalars.allSatisfy { $0.value >= 0x20 && $0.value < 0x7F })
    }

    @Test func `the ASCII drawing keeps every column in its place`() {
        var grid = grid(30, ascii: true)
        let end = grid.write("█░ ✓ 日本 é→ ─│ “q” …", x: 0, y: 0)
        var wide = self.grid(30)
        #expect(wide.write("█░ ✓ 日本 é→ ─│ “q” …", x: 0, y: 0) == end)
        #expect(grid.text(0) == "#. + ???? e> -| \"q\" ~")
    }

    @Test func `a difference paints what changed and nothing else`() {
        var old = grid(20, 2)
        old.write("hello world", x: 0, y: 0)
        var new = old
        #expect(new.changes(since: old).isEmpty)
        new.write("W", x: 6, y: 0)
        new.write("日", x: 0, y: 1, style: .strong)
        #expect(
            new.changes(since: old) == [
                CellRun(x: 6, y: 0, text: "W", style: .plain),
                CellRun(x: 0, y: 1, text: "日", style: .strong),
            ])
        #expect(new.changes(since: nil).map(\.text.count).reduce(0, +) == 39)
    }

    @Test func `uncovering half of a wide character repaints its neighbour`() {
        var old = grid(4)
        old.write("日x", x: 0, y: 0)
        var new = grid(4)
        new.write("  x", x: 0, y: 0)
        #expect(new.changes(since: old) == [CellRun(x: 0, y: 0, text: "  ", style: .plain)])
    }

    @Test func `widths are those of the character database`() {
        #expect(CharacterWidth.of("日本 é ─ 🔒") == 11)
        #expect(CharacterWidth.of("e\u{301}") == 1)
        #expect(CharacterWidth.of("ｆ") == 2)
        #expect(CharacterWidth.of("ﾊ") == 1)
        #expect(CharacterWidth.cut("日本語です", to: 6) == "日本…")
        #expect(CharacterWidth.of(CharacterWidth.fit("日本語です", to: 7)) == 7)
        #expect(CharacterWidth.cut("abc", to: 0).isEmpty)
    }
}
