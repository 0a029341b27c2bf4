import CasebookStore
import TerminalUI
import Testing
import Triage

@testable import TriageTUI

/// What the screens look like, at the sizes that are promised.
@Suite struct ScreenTests {
    /// Every screen once, in the order in which a person would meet them.
    private func tour(_ size: Size, _ drawing: CellGrid.Drawing) -> String {
        var player = Player(size: size)
        var text = ""
        func look(_ name: String) {
            let grid = player.model.view(drawing)
            text += "== \(name)\n"
            for row in 0..<grid.size.height { text += grid.text(row) + "\n" }
        }
        look("start")
        player.type("the tls handshake hangs")
        look("own words")
        player.press(.enter)
        look("confirming them")
        player.press(.character("y"), .character("n"), .character("y"))
        look("triage")
        player.press(.tab)
        look("causes")
        player.press(.enter)
        look("case")
        player.press(.bottom)
        look("case, its end")
        player.press(.character("w"))
        look("why")
        player.press(.escape, .escape, .character("s"))
        look("steps")
        player.press(.escape, .character("/"))
        player.type("hung")
        player.take(
            .searched(
                query: "hung",
                [
                    SearchHit(
                        caseID: "listener-hung", title: "The listener hangs", snippet: "…hung…",
                        score: 1)
                ]))
        look("casebook")
        player.press(.escape, .escape, .character("e"))
        look("end")
        player.press(.character("?"))
        look("help")
        return text
    }

    @Test func `80 by 24`() throws {
        try expectSnapshot(tour(Size(width: 80, height: 24), .unicode), named: "80x24")
    }

    @Test func `120 by 40`() throws {
        try expectSnapshot(tour(Size(width: 120, height: 40), .unicode), named: "120x40")
    }

    @Test func `60 by 16`() throws {
        try expectSnapshot(tour(Size(width: 60, height: 16), .unicode), named: "60x16")
    }

    @Test func `80 by 24 in ASCII`() throws {
        let text = tour(Size(width: 80, height: 24), .ascii)
        #expect(text.utf8.allSatisfy { $0 < 0x80 })
        try expectSnapshot(text, named: "80x24-ascii")
    }

    @Test(arguments: [(60, 16), (80, 24), (200, 60), (50, 12)])
    func `every screen says how to leave it`(width: Int, height: Int) {
        let text = tour(Size(width: width, height: height), .unicode)
        for screen in text.split(separator: "== ") {
            let footer = screen.split(separator: "\n").last ?? ""
            #expect(
                footer.contains("help") || footer.contains("closes"), "\(screen.prefix(20))")
        }
    }

    @Test func `a wide terminal puts causes and evidence beside each other`() {
        var player = Player(size: Size(width: 160, height: 40))
        player.press(.enter, .character("y"))
        #expect(player.lines.contains { $0.contains("Causes") && $0.contains("Evidence (1)") })
    }
}

extension Key {
    static let bottom = Key.character("G")
}
