import Casebook
import TerminalUI
import Testing
import Triage

@testable import TriageTUI

/// Checks that run beside the questions.
@Suite struct CheckTests {
    private static let probes: Set<String> = [
        "tcp", "tls", "http", "dns", "ping", "tls-resumption",
    ]

    private func aimed(_ size: Size = Size(width: 80, height: 24)) -> Player {
        var player = Player(.whole, size: size, runnable: Self.probes)
        player.command("target 192.0.2.1:443")
        return player
    }

    private func checks(_ player: Player) -> [(job: Int, check: Check)] {
        player.effects.compactMap { effect in
            if case .runCheck(let job, let check) = effect { (job, check) } else { nil }
        }
    }

    @Test func `a probe waits for its target, and asks for it by Enter`() {
        var player = Player(.whole, runnable: Self.probes)
        player.press(.enter)
        player.model.conversation.choose("tcp")
        _ = player.model.judge(0)
        #expect(player.shows("Enter asks for the address and port"))
        player.press(.enter)
        #expect(player.shows(":target"))
        player.type("192.0.2.1:443")
        player.press(.enter)
        #expect(player.shows("The target is 192.0.2.1:443."))
    }

    @Test func `what would be sent is shown before it is`() {
        let player = aimed(Size(width: 120, height: 40))
        #expect(player.shows("inquest probe https://192.0.2.1:443 tls"))
        #expect(player.shows("Sends at most"))
        #expect(player.shows("Enter runs this; d leaves it; A runs all that are safe"))
        #expect(checks(player).isEmpty)
    }

    @Test func `while one check runs, the next is proposed, and several run at once`() {
        var player = aimed()
        let first = player.model.assessment.question?.id
        player.press(.enter)
        let second = player.model.assessment.question?.id
        #expect(second != first)
        player.press(.enter)
        #expect(checks(player).map(\.check.steps) == [[first ?? ""], [second ?? ""]])
        player.take(.checkProgress(job: 2, stage: "tls: connect 192.0.2.1:443"))
        #expect(player.shows("\(second ?? "?"): tls: connect"))
        #expect(player.shows("2 run, r shows"))
    }

    @Test func `each check can be cancelled by itself`() {
        var player = aimed()
        player.press(.enter, .enter, .character("X"))
        #expect(player.shows("Which one?"))
        player.press(.character("j"), .character("x"))
        #expect(player.effects.last == .cancel(job: 2))
        player.take(.checkFinished(job: 2, CheckOutcome([], interrupted: true)))
        #expect(player.shows("cancelled before it saw anything"))
        #expect(player.model.jobs.map(\.id) == [1])
        player.press(.character("X"))
        #expect(player.effects.last == .cancel(job: 1))
    }

    @Test func `a check that was cancelled is proposed again`() {
        var player = aimed()
        let first = player.model.assessment.question?.id
        player.press(.enter)
        player.take(.checkFinished(job: 1, CheckOutcome([], interrupted: true)))
        #expect(player.model.assessment.question?.id == first)
        #expect(player.model.conversation.done.isEmpty)
    }

    @Test func `all that is safe runs in one go, and is one move for undo`() {
        var player = aimed()
        player.checks = Dictionary(
            uniqueKeysWithValues: Self.probes.map { name in
                (
                    name,
                    [
                        Evidence(
                            id: "probe.tcp.connect-refused", kind: .finding, state: .absent,
                            source: "probe:\(name)")
                    ]
                )
            })
        player.press(.character("A"))
        let ran = checks(player)
        #expect(ran.count == 1)
        #expect((ran.first?.check.steps.count ?? 0) > 1)
        #expect(ran.first?.check.effect ?? .disruptive <= .normal)
        #expect(!player.model.conversation.evidence.isEmpty)
        player.press(.character("u"))
        #expect(player.model.conversation.evidence.isEmpty)
    }

    @Test func `evidence has its age, its number, and a page of its own`() {
        var player = aimed(Size(width: 120, height: 40))
        let evidence = Evidence(
            id: "probe.tls.slow-server-flight", kind: .finding, state: .present,
            source: "probe:tls://192.0.2.1:443", summary: "the handshake took long",
            measure: .init(value: 1.954, unit: "s"))
        player.press(.enter)
        player.take(.checkFinished(job: 1, CheckOutcome([evidence])))
        player.now += 200
        player.press(.tab, .tab)
        let row = player.lines.first { $0.contains("the handshake took long") }
        #expect(row?.contains("1.95 s") == true, "\(player.screen)")
        #expect(row?.contains("3 min") == true)
        player.press(.enter)
        #expect(player.shows("· evidence"))
        #expect(player.shows("said by probe:tls://192.0.2.1:443"))
        #expect(player.shows("By hand: "))
        player.press(.character("x"))
        #expect(player.model.conversation.evidence.isEmpty)
        player.press(.character("u"))
        #expect(player.model.conversation.evidence == [evidence])
    }

    @Test(arguments: [
        (0, "now"), (89, "89 s"), (90, "2 min"), (5_400, "2 h"), (129_600, "2 d"),
        (Int64.max / 2, "9999 d"),
    ])
    func `ages are short`(seconds: Int64, text: String) {
        #expect(Phrases.age(seconds) == text)
    }

    @Test func `an answer that does not fit the rest is marked where it stands`() {
        var player = Player(.whole)
        player.captures["held.pcap"] = Book.repository(
            "casebook/tls/blocking-tls-accept-held-by-silent-client/replays/held-by-nc.pcap")
        player.command("connect-refused=yes")
        player.command("capture held.pcap")
        #expect(player.shows("! doubtful: Are new connections turned away"))
        player.press(.tab, .tab, .home, .enter)
        #expect(player.shows("Doubtful: it does not fit the rest"))
    }

    @Test func `a draft says what its check found and where it lies`() {
        var player = aimed()
        player.press(.character("e"), .character("N"))
        #expect(player.shows("Write the draft as FAMILY/ID/case.md:"))
        player.press(.enter)
        #expect(player.shows("The draft is written: "))
        #expect(player.shows("line 4: no sources"))
        player.press(.escape)
        #expect(player.shows("· end"))
    }

    @Test func `a report is never written over a file unasked`() {
        var player = aimed()
        player.press(.character("e"), .character("m"), .enter)
        player.take(.reportExists(path: "inquest-report.md"))
        #expect(player.shows("inquest-report.md exists. y replaces it"))
        player.press(.character("n"))
        #expect(player.effects.last == .saveReport(path: "inquest-report.md", replacing: false))
        player.take(.reportExists(path: "inquest-report.md"))
        player.press(.character("y"))
        #expect(player.effects.last == .saveReport(path: "inquest-report.md", replacing: true))
    }

    @Test(arguments: [
        ("80x24", Size(width: 80, height: 24)), ("120x40", Size(width: 120, height: 40)),
        ("60x16", Size(width: 60, height: 16)),
    ])
    func `what these screens look like`(name: String, size: Size) throws {
        var player = aimed(size)
        var text = ""
        func look(_ name: String) { text += "== \(name)\n\(player.screen)\n" }
        look("a check is proposed")
        player.press(.enter)
        player.take(.checkProgress(job: 1, stage: "tcp: connect 192.0.2.1:443"))
        look("it runs")
        player.press(.enter)
        player.take(.checkProgress(job: 2, stage: "tls: tls handshake 192.0.2.1:443"))
        player.press(.character("r"))
        look("what runs")
        player.press(.escape)
        player.take(
            .checkFinished(
                job: 1,
                CheckOutcome([
                    Evidence(
                        id: "probe.tcp.connect-late-by-steps", kind: .finding, state: .present,
                        source: "probe:192.0.2.1:443", summary: "the connection opened late",
                        measure: .init(value: 3.1, unit: "s"))
                ])))
        player.press(.tab, .tab)
        look("evidence chosen")
        player.press(.enter)
        look("evidence read")
        player.press(.escape, .escape, .character("e"), .character("N"), .enter)
        look("draft")
        try expectSnapshot(text, named: "checks-" + name)
    }
}
