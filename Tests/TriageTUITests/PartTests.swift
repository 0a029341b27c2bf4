import Casebook
import Foundation
import HostInspection
import TerminalUI
import Testing
import TrafficAnalysis
import Triage

@testable import TriageTUI

@Suite struct TrafficTests {
    private func reading() -> Player {
        var player = Player()
        player.captures["client.pcap"] = World.held
        player.press(.enter, .character("o"))
        player.type("client.pcap")
        player.press(.enter)
        return player
    }

    private var traffic: Player {
        var player = reading()
        player.press(.character("t"))
        return player
    }

    @Test func `a capture that is being read shows how far it is and what it shows so far`() throws
    {
        var player = Player()
        player.press(.enter)
        _ = player.model.readCapture("slow.pcap")
        let glimpse = try World.glimpse(of: World.held, after: 200)
        player.take(.captureProgress(job: 1, share: 0.25, glimpse))
        #expect(player.shows("25 %, 200 packets"))
        #expect(!glimpse.findings.isEmpty)
        #expect(player.shows("so far"))
        #expect(player.model.conversation.evidence.isEmpty)
        player.press(.character("t"))
        #expect(player.shows("25 %"))
        #expect(player.shows("TLS alert"))
        player.press(.character("X"))
        #expect(player.effects.last == .cancel(job: 1))
        player.take(.failed(job: 1, "cannot open capture slow.pcap"))
        #expect(player.shows("No capture was read yet."))
        #expect(player.shows("cannot open capture slow.pcap"))
    }

    @Test func `what was read stands in the place of what was seen so far`() throws {
        var player = traffic
        #expect(player.shows("17 flows"))
        #expect(player.model.exhibits.captures.count == 1)
        #expect(player.model.exhibits.captures[0].glimpse == nil)
        // The findings are evidence, once.
        #expect(player.state(of: "capture.tcp.open-then-close-no-data") == .present)
        player.press(.escape, .character("u"))
        #expect(player.state(of: "capture.tcp.open-then-close-no-data") == nil)
    }

    @Test func `flows in trouble stand first; a filter and an order change that`() {
        var player = traffic
        func firstNumber() -> String {
            player.lines[4].dropFirst(16).prefix(6).filter { $0 != " " }
        }
        #expect(player.lines[4].contains("TLS alert"))
        player.press(.character("O"))
        #expect(firstNumber() == "0")
        player.press(.character("O"), .character("f"))
        #expect(player.shows("only TLS alert"))
        #expect(player.shows("6 of 17 flows"))
        player.press(.character("f"))
        #expect(player.shows("only slow handshake"), "kinds that no flow has are left out")
        player.press(.character("v"))
        #expect(player.shows("only slow handshake, 10.10.1.10:27000"))
        for _ in 0..<20 where !player.shows("only 10.10.1.10:27000") {
            player.press(.character("f"))
        }
        player.press(.character("v"))
        #expect(player.shows("most troubled first"))
    }

    @Test func `the list moves over all of its flows`() {
        var player = traffic
        player.press(.bottom)
        player.press(.enter)
        #expect(player.shows("Flow 15, "))
        player.press(.escape, .character("g"), .enter)
        #expect(player.shows("Flow 1, 6 packets"))
        #expect(player.shows("fatal alert decode_error"))
    }

    @Test func `Enter on evidence shows all of it, and again the packet that it cites`() throws {
        var player = reading()
        player.press(.tab, .tab, .enter)
        #expect(player.shows("Where it can be seen"))
        let item = try #require(EvidencePane.rows(player.model).first)
        player.press(.down, .enter)
        let cited = try #require(item.locations[1].packet)
        #expect(player.shows("Packet \(cited) (cited) of the"))
        player.press(.escape, .escape)
        #expect(player.shows("Evidence ("))
    }

    @Test func `evidence without a place in a capture has nothing to jump to`() {
        var player = Player()
        player.press(.enter, .character("y"), .tab, .tab, .enter)
        #expect(player.shows("Means: ") || player.shows("yes, by you"))
        #expect(!player.shows("show the packet"))
        let effects = player.effects.count
        player.press(.enter)
        #expect(player.effects.count == effects)
    }

    @Test func `in a ladder one goes from trouble to trouble and changes the scale of time`() {
        var player = traffic
        player.press(.enter)
        #expect(player.shows("an empty row is 200 ms"))
        #expect(player.shows("Packet 27 of the server: fatal alert decode_error (7)"))
        player.press(.character("n"))
        #expect(player.shows("Packet 28 of the client: RST"))
        player.press(.character("n"))
        #expect(player.shows("No packet in trouble behind this one."))
        player.press(.character("N"), .character("N"))
        #expect(player.shows("No packet in trouble before this one."))
        player.press(.character("-"))
        #expect(player.shows("an empty row is 500 ms"))
        player.press(.character("+"), .character("+"))
        #expect(player.shows("an empty row is 100 ms"))
        #expect(player.shows("2 s, not to scale"))
        player.press(.character("c"))
        guard case .copy(let text)? = player.effects.last else {
            Issue.record("nothing was copied")
            return
        }
        #expect(text == "tshark -r client.pcap -Y 'tcp.stream == 1'")
    }

    @Test func `a flow and a packet are opened by their numbers`() {
        var player = Player()
        func command(_ text: String) {
            player.press(.character(":"))
            player.type(text)
            player.press(.enter)
        }
        player.press(.enter)
        command("packet 27")
        #expect(player.shows("No capture was read yet."))
        player = traffic
        command("packet 27")
        #expect(player.shows("Packet 27 (cited) of the server: fatal alert decode_error (7)"))
        command("flow 15")
        #expect(player.shows("Flow 15, 18 packets"))
        command("packet 0")
        #expect(player.shows(":packet needs a number, as Wireshark counts them."))
        command("flow 99")
        #expect(player.shows("no such flow"))
        #expect(player.shows("It could not be read."))
    }

    @Test func `leaving a ladder that is still being read stops the reading`() {
        var player = traffic
        player.captures = [:]
        var model = player.model
        _ = model.update(.key(.enter), now: 0)
        #expect(model.view(.unicode).text(1).contains("Reading the packets"))
        let effects = model.update(.key(.escape), now: 0)
        #expect(effects == [.cancel(job: 2)])
        #expect(model.view(.unicode).text(0).contains("traffic"))
    }
}

@Suite struct MouseTests {
    /// Presses where a text begins.
    private func press(_ text: String, _ player: inout Player) throws {
        let lines = player.lines
        let y = try #require(lines.firstIndex { $0.contains(text) }, "\(text)")
        let start = try #require(lines[y].range(of: text)?.lowerBound)
        player.press(.click(x: lines[y].distance(from: lines[y].startIndex, to: start), y: y))
    }

    @Test func `the footer is pressed as its keys are`() throws {
        var player = Player()
        player.press(.enter)
        let asked = try #require(player.model.assessment.question?.id)
        try press("n no", &player)
        #expect(player.state(of: asked) == .absent)
        try press("undo", &player)
        #expect(player.state(of: asked) == nil)
        try press("help", &player)
        #expect(player.shows("Keys: triage"))
        try press("Keys: triage", &player)
        #expect(player.shows("Keys: triage"), "a press closes no help")
    }

    @Test func `a row is chosen by one press and opened by the next`() throws {
        var player = Player()
        player.captures["client.pcap"] = World.held
        player.press(.enter, .character("o"))
        player.type("client.pcap")
        player.press(.enter)
        try press("none of the cases", &player)
        #expect(player.shows("━ Causes"))
        try press("░ about", &player)
        try press("░ about", &player)
        #expect(player.shows("· case"))
        player.press(.escape, .character("t"))
        try press("     11  10.10.1.21", &player)
        #expect(player.shows("· traffic"))
        try press("     11  10.10.1.21", &player)
        #expect(player.shows("Flow 11, "))
        try press("SYN-ACK ──│", &player)
        #expect(player.shows("of the server: SYN-ACK"))
        player.press(.escape, .tab, .tab)
        try press("4 ClientHellos answered", &player)
        try press("4 ClientHellos answered", &player)
        #expect(player.shows("capture.tls.slow-server-flight"))
        try press("flow 8", &player)
        try press("flow 8", &player)
        #expect(player.shows("Flow 8, "))
    }

    @Test func `the wheel scrolls what the arrows scroll, and a prompt waits for a key`() {
        var player = Player()
        player.captures["client.pcap"] = World.held
        player.press(.enter, .character("o"))
        player.press(.click(x: 1, y: 8), .wheelDown)
        #expect(player.shows("Capture to read:"))
        player.type("client.pcap")
        player.press(.enter, .character("t"), .wheelDown, .enter)
        #expect(player.shows("Flow 10, "), "three rows below the first")
        player.press(.escape, .wheelUp, .enter)
        #expect(player.shows("Flow 1, "))
    }

    @Test func `a press beside everything does nothing`() {
        var player = Player()
        player.press(.enter)
        for x in [-1, 0, 79, 80, 500] {
            for y in [-1, 0, 22, 24, 500] { player.press(.click(x: x, y: y)) }
        }
        #expect(player.model.conversation.evidence.isEmpty)
        #expect(player.shows("· triage"))
    }
}

@Suite struct HostTests {
    private var watching: Player {
        var player = Player()
        player.hosts = [World.host(after: 0), World.host(after: 3), World.host(after: 6)]
        player.press(.enter, .character("H"))
        return player
    }

    private func looks(_ player: Player) -> Int { player.effects.count { $0 == .lookAtHost } }

    @Test func `it looks again while it is seen, and costs nothing once it is not`() {
        var player = watching
        #expect(looks(player) == 1)
        #expect(player.shows("come with the next look") || player.shows("Sockets: 8"))
        player.waitForClock()
        #expect(looks(player) == 2)
        player.press(.escape)
        player.waitForClock()
        #expect(looks(player) == 2)
        #expect(player.model.wakeAt == nil)
        player.press(.character("H"))
        #expect(looks(player) == 3)
    }

    @Test func `held it stands still, and a key looks at once`() {
        var player = watching
        player.press(.character("p"))
        player.waitForClock()
        #expect(looks(player) == 1)
        #expect(player.model.wakeAt == nil)
        #expect(player.shows("held"))
        player.press(.character("r"))
        #expect(looks(player) == 2)
        #expect(player.model.wakeAt == nil)
        player.press(.character("p"))
        #expect(looks(player) == 3)
        #expect(player.model.wakeAt != nil)
    }

    @Test func `rates are those of the last stretch, increases those since it was opened`() throws {
        var player = watching
        player.waitForClock()
        player.waitForClock()
        let picture = try #require(player.model.exhibits.host)
        #expect(picture.since == 6_000_000_000)
        let counter = try #require(picture.moved.first)
        #expect(counter.name == "TcpRetransSegs")
        #expect(counter.increase == 30)
        #expect(counter.perMinute == 300)
        #expect(picture.moved.count == 1, "what stands still is not listed")
        #expect(picture.limits.first?.limit.name == "conntrack.entries")
    }

    @Test func `what the checks say becomes evidence when somebody wants it`() {
        var player = watching
        player.waitForClock()
        #expect(player.model.conversation.evidence.isEmpty)
        player.press(.character("a"))
        #expect(player.shows("Taken: "))
        #expect(!player.model.conversation.evidence.isEmpty)
        #expect(player.model.conversation.evidence.allSatisfy { $0.instrument == .host })
        player.press(.escape, .character("u"))
        #expect(player.model.conversation.evidence.isEmpty)
    }
}

@Suite struct IncidentScreenTests {
    private func opened() -> Player {
        var player = Player()
        let casebook = player.model.conversation.casebook
        player.ledger = World.ledger(casebook)
        player.press(.enter, .character("i"))
        player.take(.sessions([World.session(casebook)]))
        return player
    }

    @Test func `an open incident is taken up as it was`() {
        var player = opened()
        #expect(player.shows("checkout.example:443"))
        player.press(.enter)
        #expect(player.shows("Taken up where it was left"))
        #expect(player.model.id == World.session(player.model.conversation.casebook).id)
        #expect(player.model.conversation.evidence.count == 1)
    }

    @Test func `resolving one asks beside its verdict, and the session remembers it`() throws {
        var player = opened()
        player.press(.character("r"))
        #expect(player.shows("resolved as"))
        #expect(player.shows("· end"))
        player.press(.character("v"))
        #expect(player.shows("Recorded as incident 1."))
        let kept = player.effects.compactMap { effect in
            if case .keep(let session) = effect { session } else { nil }
        }
        let last = try #require(kept.last)
        #expect(last.resolved == 1)
        let read = try SessionFile.read(
            last.write(), casebook: player.model.conversation.casebook)
        #expect(read == last)
        player.press(.character("i"))
        #expect(player.shows("This one: https://checkout.example:443"))
        #expect(player.shows("resolved as incident 1"))
    }

    @Test func `confirmed incidents are searched, read and withdrawn`() {
        var player = opened()
        player.press(.tab)
        #expect(player.shows("2 incidents"))
        player.press(.character("/"))
        player.type("none such words")
        #expect(player.shows("Nothing has all of these words."))
        player.press(.control("u"))
        player.type("no case")
        #expect(player.shows("1 incident"))
        player.press(.enter, .character("x"), .escape)
        #expect(!player.effects.contains(.withdraw(2)))
        player.press(.character("x"), .character("y"))
        #expect(player.effects.contains(.withdraw(2)))
        #expect(player.shows("WITHDRAWN"))
        player.press(.character("x"))
        #expect(player.shows("It was withdrawn already."))
        player.press(.enter)
        #expect(player.shows("Incident 2: No case of the casebook"))
        #expect(player.shows("It was taken back"))
        player.press(.escape, .escape)
        #expect(player.shows("2 incidents"), "the first Esc ends the search")
    }

    @Test func `every place can be opened by its name and by its key`() {
        for place in Places.all {
            var byKey = Player()
            byKey.press(.enter, .character(place.key))
            #expect(byKey.shows("· \(place.word)"))
            var byName = Player()
            byName.press(.enter, .character(":"))
            byName.type(place.word)
            byName.press(.enter)
            #expect(byName.shows("· \(place.word)"))
            byName.press(.escape)
            #expect(byName.shows("· triage"))
        }
    }
}
