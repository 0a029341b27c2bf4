import TerminalUI
import Testing

@Suite struct WidgetTests {
    @Test func `lines break at spaces, long words where the line ends, styles stay`() {
        let lines = Wrapping.wrap([Span("one two", .strong), Span(" threefour")], to: 7)
        #expect(lines.map(\.text) == ["one two", "threefo", "ur"])
        #expect(lines[0].spans.allSatisfy { $0.style == .strong })
        #expect(Wrapping.wrap("", to: 5).count == 1)
        #expect(Wrapping.wrap("日本語です", to: 5).map(\.text) == ["日本", "語で", "す"])
        #expect(Wrapping.wrap("a 9\u{A0}dB", to: 4).map(\.text) == ["a", "9\u{A0}dB"])
    }

    @Test func `no line of a page is wider than the page`() {
        for width in [8, 20, 60] {
            var page = Page(width: width)
            page.heading("A heading that is long enough to wrap at most widths")
            page.paragraph("text that goes on and on", label: "label: ", indent: 6)
            page.code("inquest diagnose --capture 'a file with a long name.pcap' | less")
            page.code("x")
            #expect(page.lines.allSatisfy { $0.width <= page.width }, "\(width)")
        }
    }

    @Test func `code is broken at spaces and says every character`() {
        var page = Page(width: 30)
        page.code("alpha beta gamma delta epsilon zeta")
        #expect(
            page.lines.map(\.text) == ["    alpha beta gamma delta ", "      epsilon zeta"])
    }

    @Test func `bars are never quite full and never quite empty`() {
        #expect(Widgets.bar(0.97, cells: 8) == "███████░")
        #expect(Widgets.bar(0.999, cells: 8) == "████████")
        #expect(Widgets.bar(0.03, cells: 8) == "█░░░░░░░")
        #expect(Widgets.bar(0, cells: 4) == "░░░░")
        #expect(Widgets.bar(.nan, cells: 4) == "░░░░")
        #expect(Widgets.balance(-5, most: 10, cells: 9) == "  ██│    ")
        #expect(Widgets.balance(0.1, most: 10, cells: 9) == "    │█   ")
        #expect(Widgets.balance(99, most: 10, cells: 9) == "    │████")
    }

    @Test func `an editor edits as a shell does`() {
        var editor = LineEditor("one two")
        func press(_ keys: Key...) { for key in keys { _ = editor.handle(key) } }
        press(.control("w"))
        #expect(editor.text == "one ")
        press(.backspace, .left, .character("日"), .end, .character("!"))
        #expect(editor.text == "on日e!")
        press(.home, .delete, .control("f"), .control("k"))
        #expect(editor.text == "n")
        press(.control("u"), .backspace, .delete, .left)
        #expect(editor.isEmpty)
        let took = editor.handle(.enter)
        #expect(!took)
    }

    @Test func `the part around the cursor is drawn`() {
        var grid = CellGrid(size: Size(width: 12, height: 1))
        LineEditor("a line that is longer").draw("> ", in: grid.bounds, on: &grid)
        #expect(grid.text(0) == "> is longer")
        #expect(grid.cursor == .init(x: 11, y: 0))
    }

    @Test func `a list moves as little as it must`() {
        #expect(Scroll.offset(0, showing: 4, rows: 5, count: 20) == 0)
        #expect(Scroll.offset(0, showing: 5, rows: 5, count: 20) == 1)
        #expect(Scroll.offset(9, showing: 3, rows: 5, count: 20) == 3)
        #expect(Scroll.offset(18, showing: 19, rows: 5, count: 20) == 15)
        #expect(Motion.pageDown.apply(to: 3, count: 20, page: 5) == 7)
        #expect(Motion.bottom.apply(to: 3, count: 0, page: 5) == 0)
    }

    @Test func `footer and help come of one list, and the last hint is always there`() {
        let keymap = Keymap<Int>([
            .init([.character("y")], 1, hint: "yes", help: "Yes."),
            .init([.up, .character("k")], 2, help: "Up."),
            .init([.character("n")], 3, hint: "a long word that has no room", help: "No."),
            .init([.character("?"), .function(1)], 4, hint: "help", help: "Help."),
        ])
        #expect(keymap.footer(width: 20).text == " y yes  ? help ")
        #expect(keymap.command(for: .function(1)) == 4)
        #expect(keymap.command(for: .escape) == nil)
        var page = Page(width: 40)
        keymap.help(on: &page)
        #expect(page.lines.map(\.text).contains("  ↑ k   Up."))
    }

    @Test(arguments: Theme.allCases)
    func `selected and alarm differ from plain without any colour`(theme: Theme) {
        for role in [Style.Role.caution, .alarm, .heading] {
            var rendition = theme.rendition(Style(role))
            rendition.colour = nil
            #expect(rendition != Theme.Rendition())
        }
        #expect(theme.rendition(Style(.plain, selected: true)).reverse)
        #expect(theme == .auto || theme.rendition(.good).colour == nil)
    }
}
