import TerminalUI
import Testing
import Triage

@testable import TriageTUI

/// What the screens of captures, of this host and of incidents look like, at the sizes that are
/// promised.
@Suite struct PartScreenTests {
    /// Each of them once; `look` gets the name of what is seen.
    private func tour(_ size: Size, _ look: (String, Model) -> Void) throws {
        var player = Player(size: size)
        player.captures["client.pcap"] = World.held
        player.hosts = [World.host(after: 0), World.host(after: 3)]
        let casebook = player.model.conversation.casebook
        player.ledger = World.ledger(casebook)
        player.press(.enter)
        // Half of it is read: the effect is not answered yet.
        var reading = player
        _ = reading.model.readCapture("client.pcap")
        let glimpse = try World.glimpse(of: World.held, after: 200)
        reading.take(.captureProgress(job: 1, share: 0.85, glimpse))
        look("triage, a capture half read", reading.model)
        reading.press(.character("t"))
        look("traffic of a capture half read", reading.model)
        player.press(.character("o"))
        player.type("client.pcap")
        player.press(.enter, .character("t"))
        look("flows", player.model)
        player.press(.character("f"), .down)
        look("flows in one kind of trouble", player.model)
        player.press(.tab)
        look("times", player.model)
        player.press(.tab)
        look("found", player.model)
        player.press(.enter)
        look("evidence", player.model)
        player.press(.enter)
        look("flow", player.model)
        player.press(.escape, .escape, .character("H"))
        look("host, the first look", player.model)
        player.waitForClock()
        look("host, the second look", player.model)
        player.press(.bottom)
        look("host, its end", player.model)
        player.take(.sessions([World.session(casebook)]))
        player.press(.character("i"))
        player.take(.sessions([World.session(casebook)]))
        look("incidents, open", player.model)
        player.press(.tab)
        look("incidents, resolved", player.model)
        player.press(.character("x"))
        look("withdrawing one", player.model)
        player.press(.escape, .character("/"))
        player.type("hang")
        look("searching", player.model)
        player.press(.enter, .enter)
        look("one incident", player.model)
    }

    private func text(_ size: Size, _ drawing: CellGrid.Drawing) throws -> String {
        var text = ""
        try tour(size) { name, model in
            let grid = model.view(drawing)
            text += "== \(name)\n"
            for row in 0..<grid.size.height { text += grid.text(row) + "\n" }
        }
        return text
    }

    @Test func `80 by 24`() throws {
        try expectSnapshot(text(Size(width: 80, height: 24), .unicode), named: "parts-80x24")
    }

    @Test func `120 by 40`() throws {
        try expectSnapshot(text(Size(width: 120, height: 40), .unicode), named: "parts-120x40")
    }

    @Test func `60 by 16`() throws {
        try expectSnapshot(text(Size(width: 60, height: 16), .unicode), named: "parts-60x16")
    }

    @Test func `80 by 24 in ASCII`() throws {
        let text = try text(Size(width: 80, height: 24), .ascii)
        #expect(text.utf8.allSatisfy { $0 < 0x80 })
        try expectSnapshot(text, named: "parts-80x24-ascii")
    }

    /// Below each row how it looks: b bold, u underlined, r reversed.
    @Test func `80 by 24 without colour`() throws {
        var text = ""
        try tour(Size(width: 80, height: 24)) { name, model in
            let grid = model.view(.unicode)
            text += "== \(name)\n"
            for row in 0..<grid.size.height {
                text += grid.text(row) + "\n"
                let looks = Self.looks(grid, row, .mono)
                if !looks.isEmpty { text += looks + "\n" }
            }
        }
        try expectSnapshot(text, named: "parts-80x24-mono")
    }

    private static func looks(_ grid: CellGrid, _ row: Int, _ theme: Theme) -> String {
        var text = grid.row(row).map { cell in
            let look = theme.rendition(cell.style)
            return look.reverse ? "r" : look.underline ? "u" : look.bold ? "b" : " "
        }.joined()
        while text.last == " " { text.removeLast() }
        return text
    }

    /// What is told by a colour is told by another look, or by words, as well.
    @Test(arguments: [Theme.mono, .highContrast])
    func `no theme but auto has colours, and the chosen row is reversed`(theme: Theme) throws {
        try tour(Size(width: 80, height: 24)) { name, model in
            let cells = model.view(.unicode).cells
            #expect(cells.allSatisfy { theme.rendition($0.style).colour == nil }, "\(name)")
            for cell in cells where cell.style.role == .alarm {
                let look = theme.rendition(cell.style)
                #expect(look.underline && look.bold, "\(name)")
            }
        }
    }

    @Test(arguments: [(60, 16), (80, 24), (200, 60), (50, 12)])
    func `every screen says how to leave it`(width: Int, height: Int) throws {
        try tour(Size(width: width, height: height)) { name, model in
            let grid = model.view(.unicode)
            #expect(grid.text(height - 1).contains("help"), "\(name)")
        }
    }

    @Test func `no text of the world reaches a cell raw, and wide characters keep their columns`()
        throws
    {
        try tour(Size(width: 80, height: 24)) { name, model in
            let grid = model.view(.unicode)
            for row in 0..<grid.size.height {
                let glyphs = grid.row(row).map(\.glyph)
                for (place, glyph) in glyphs.enumerated() where CharacterWidth.of(glyph) == 2 {
                    #expect(glyphs[place + 1].isEmpty, "\(name)")
                }
            }
            let scalars = grid.cells.flatMap { Array($0.glyph.unicodeScalars) }
            #expect(
                scalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) },
                "\(name)")
        }
    }
}
