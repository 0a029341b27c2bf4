import Casebook
import Foundation
import TerminalUI
import Testing
import Triage

@testable import TriageTUI

@Suite struct UpdateTests {
    private func started() -> Player {
        var player = Player()
        player.press(.enter)
        return player
    }

    private func question(_ player: Player) -> String? { player.model.assessment.question?.id }

    @Test func `an answer is evidence, and is kept before anything else happens`() {
        var player = started()
        let asked = question(player)
        player.press(.character("y"))
        #expect(player.state(of: asked ?? "") == .present)
        guard case .keep(let kept)? = player.effects.last else {
            Issue.record("nothing was kept")
            return
        }
        #expect(kept.evidence.map(\.id) == [asked])
        #expect(question(player) != asked)
    }

    @Test func `undo brings every state back exactly`() {
        var player = started()
        var screens = [player.screen]
        for key in ["y", "n", "d"] {
            player.press(.character(Character(key)))
            player.model.notice = nil
            screens.append(player.screen)
        }
        let evidence = player.model.conversation.evidence
        for _ in 0..<3 { player.press(.character("u")) }
        #expect(player.model.conversation.evidence.isEmpty)
        #expect(question(player) == question(started()))
        player.press(.character("u"))
        #expect(player.shows("There is nothing to take back."))
        for key in ["y", "n", "d"] { player.press(.character(Character(key))) }
        #expect(player.model.conversation.evidence == evidence)
    }

    @Test func `probably needs one more key and says so`() {
        var player = started()
        let asked = question(player) ?? ""
        player.press(.character("p"))
        #expect(player.shows("Probably yes or probably no?"))
        player.press(.character("n"))
        let evidence = player.model.conversation.evidence.first
        #expect(evidence?.source == "operator:probably")
        #expect(evidence?.state == .absent)
        #expect(evidence?.id == asked)
        // The p is used up, and by any other key too.
        player.press(.character("u"), .character("p"), .character("k"), .character("n"))
        #expect(player.model.conversation.evidence.map(\.source) == ["operator"])
    }

    @Test func `an answer can be changed and taken out, and what was taken out is asked again`() {
        var player = started()
        let asked = question(player) ?? ""
        player.press(.character("y"), .tab, .tab, .character("n"))
        #expect(player.state(of: asked) == .absent)
        player.press(.character("x"))
        #expect(player.state(of: asked) == nil)
        #expect(question(player) == asked)
        player.press(.character("u"))
        #expect(player.state(of: asked) == .absent)
    }

    @Test func `own words are proposed while they are typed and confirmed with one key`() {
        var player = Player()
        player.type("the handshake hangs")
        #expect(player.shows("You may mean, to be confirmed with one key each:"))
        player.press(.enter)
        #expect(player.shows("From your words"))
        let guessed = question(player) ?? ""
        player.press(.character("y"))
        #expect(player.model.conversation.evidence.first?.source == "report")
        #expect(player.model.conversation.evidence.first?.id == guessed)
        guard case .keep(let kept)? = player.effects.last else { return }
        #expect(kept.said == ["the handshake hangs"])
    }

    @Test func `words that nothing resembles are kept and lead on all the same`() {
        var player = Player()
        player.type("zzz qqq")
        player.press(.enter)
        #expect(player.shows("No open question of the casebook resembles that"))
        #expect(question(player) != nil)
    }

    @Test func `escape cancels or goes back, and never quits`() {
        var player = started()
        player.press(.character("/"), .escape, .escape, .escape, .escape)
        #expect(player.effects.allSatisfy { $0 != .quit && $0 != .quitWithSummary })
        player.press(.character("q"), .escape)
        #expect(!player.effects.contains(.quit))
        player.press(.character("q"), .enter)
        #expect(player.effects.last == .quit)
        player.press(.control("c"))
        #expect(player.effects.last == .quitWithSummary)
    }

    @Test func `a capture is read in the background, can be cancelled, and a fault is told`() {
        var player = started()
        player.press(.character("o"))
        player.type("lost.pcap")
        player.press(.enter)
        #expect(player.effects.contains(.readCapture(job: 1, path: "lost.pcap")))
        #expect(player.shows("cannot open capture lost.pcap"))
        #expect(player.model.jobs.isEmpty)
        var model = player.model
        _ = model.readCapture("slow.pcap")
        #expect(model.update(.key(.character("X")), now: 0) == [.cancel(job: 2)])
    }

    @Test func `what comes after a job was ended changes nothing`() throws {
        var player = started()
        let before = player.screen
        player.take(.checkFinished(job: 77, CheckOutcome([])))
        #expect(player.screen == before)
        #expect(!player.model.conversation.canUndo)
    }

    @Test func `a check shows what it runs; what may harm needs the word yes`() {
        var player = started()
        let check = Check(
            steps: ["tls-second-client"], command: "inquest probe a:1 tls-second-client",
            effect: .disruptive, target: "a:1")
        player.model.prompt = .consent(check, LineEditor())
        #expect(player.shows("inquest probe a:1 tls-second-client may harm"))
        player.type("y")
        player.press(.enter)
        #expect(player.shows("Nothing was sent."))
        player.model.prompt = .consent(check, LineEditor())
        player.type("yes")
        player.press(.enter)
        #expect(player.effects.contains(.runCheck(job: 1, check)))
        let fact = player.model.conversation.casebook.findings[0].id
        player.take(
            .checkFinished(
                job: 1,
                CheckOutcome([
                    Evidence(id: fact, kind: .finding, state: .present, source: "probe:a:1")
                ])))
        #expect(player.state(of: fact) == .present)
    }

    @Test func `a session that was kept comes back as it was`() throws {
        var player = Player()
        player.type("it hangs")
        player.press(.enter, .character("y"), .character("n"), .character("d"))
        guard case .keep(let kept)? = player.effects.last else {
            Issue.record("nothing was kept")
            return
        }
        let read = try SessionFile.read(kept.write(), casebook: player.model.conversation.casebook)
        #expect(read == kept)
        var other = Player()
        for effect in other.model.begin(captures: [], said: [], resuming: read, now: 0) {
            if case .keep(let again) = effect { #expect(again.id == kept.id) }
        }
        #expect(other.model.conversation.evidence == player.model.conversation.evidence)
        #expect(other.model.conversation.done == player.model.conversation.done)
        #expect(question(other) == question(player))
    }

    @Test func `undo is exact over a session that was kept and taken up again`() throws {
        var player = Player()
        player.captures["held.pcap"] = Book.repository(
            "casebook/tls/blocking-tls-accept-held-by-silent-client/replays/held-by-nc.pcap")
        player.type("it hangs")
        player.press(.enter, .character("y"), .character("d"), .character("o"))
        player.type("held.pcap")
        player.press(.enter, .character("n"), .tab, .tab, .character("x"))
        guard case .keep(let kept)? = player.effects.last else {
            Issue.record("nothing was kept")
            return
        }
        var other = Player()
        let read = try SessionFile.read(kept.write(), casebook: other.model.conversation.casebook)
        #expect(read == kept)
        _ = other.model.begin(captures: [], said: [], resuming: read, now: other.now)
        var steps = 0
        while player.model.conversation.canUndo {
            #expect(other.model.conversation.evidence == player.model.conversation.evidence)
            #expect(other.model.conversation.done == player.model.conversation.done)
            #expect(other.model.conversation.times == player.model.conversation.times)
            #expect(
                other.model.conversation.session.warnings
                    == player.model.conversation.session.warnings)
            #expect(question(other) == question(player))
            player.press(.character("u"))
            other.press(.character("u"))
            steps += 1
        }
        #expect(steps > 4)
        #expect(other.model.conversation.evidence.isEmpty)
        #expect(!other.model.conversation.canUndo)
    }

    @Test func `a history that is damaged costs only what is older`() throws {
        var player = started()
        for key in ["y", "n", "y"] { player.press(.character(Character(key))) }
        guard case .keep(let kept)? = player.effects.last else { return }
        let text = String(decoding: kept.write(), as: UTF8.self)
        let damaged = text.replacingOccurrences(of: "\"kept\":0", with: "\"kept\":9")
        #expect(damaged != text)
        let read = try SessionFile.read(
            Array(damaged.utf8), casebook: player.model.conversation.casebook)
        #expect(read.evidence == kept.evidence)
        #expect(read.past.count < kept.past.count)
    }

    @Test(arguments: [
        ("undo", "There is nothing to take back."), ("nonsense", "There is no ':nonsense'."),
        ("hlep", "Did you mean ':help'?"), ("capture", ":capture needs something behind it."),
        ("probe a:1", "Run this in a shell: inquest probe a:1"),
        ("case nope", "The casebook has no case 'nope'."),
        ("target db:443", "The target is db:443."),
        ("tls-handshake-hangs=probably", "Noted: tls-handshake-hangs=probably."),
        ("tls-handshake-hangs=perhaps", "Answer with yes, no, unknown, probably, probably-not"),
    ])
    func `a command after the colon does it or says why not`(command: String, said: String) {
        var player = started()
        player.press(.character(":"))
        player.type(command)
        player.press(.enter)
        #expect(player.shows(said))
    }

    @Test func `tab completes commands and case ids`() {
        var player = started()
        player.press(.character(":"))
        player.type("cas")
        player.press(.tab)
        #expect(player.shows(":case"))
        player.type(" sil")
        player.press(.tab, .enter)
        #expect(player.shows("silent-client-holds-accept"))
        #expect(player.shows("· case"))
    }

    @Test func `every key of every screen is in its help`() {
        var player = started()
        player.press(.character("y"))
        for opening: [Key] in [
            [], [.character("s")], [.character("1")], [.character("w")], [.character("e")],
        ] {
            var copy = player
            for key in opening { copy.press(key) }
            let bindings = copy.model.keys.bindings
            copy.press(.character("?"))
            let text = HelpPage.page(copy.model).lines.map(\.text).joined(separator: " ")
            for binding in bindings {
                let first = binding.help.split(separator: " ").first.map(String.init) ?? ""
                #expect(text.contains(first) && text.contains(binding.keys[0].name))
            }
            copy.press(.character("x"))
            #expect(copy.model.helpOffset == nil)
        }
    }

    @Test func `hostile text from the world is harmless on every screen`() {
        var player = started()
        player.take(.refused("\u{1B}[2Jevil\u{202E}"))
        #expect(player.shows("\\u{1b}[2Jevil\\u{202e}"))
        _ = player.model.readCapture("a\u{1B}]0;x\u{7}.pcap")
        player.press(.character(":"))
        player.type("say \u{9B}31m")
        let scalars = player.model.view(.unicode).cells.flatMap { Array($0.glyph.unicodeScalars) }
        #expect(scalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
    }

    @Test(arguments: [
        Size(width: 40, height: 10), Size(width: 1, height: 1), Size(width: 0, height: 0),
    ])
    func `a screen that is too small says what it needs`(size: Size) {
        var player = started()
        player.take(.resized(size))
        let grid = player.model.view(.unicode)
        #expect(grid.size == size)
        if size.width == 40 { #expect(player.shows("Inquest needs 60x16.")) }
        player.press(.character("y"), .down, .pageDown, .tab, .end)
        #expect(player.model.conversation.evidence.count == 1)
    }
}
