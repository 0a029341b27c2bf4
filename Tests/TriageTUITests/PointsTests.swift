import Casebook
import TerminalUI
import Testing
import TrafficAnalysis
import Triage

@testable import TriageTUI

/// Captures of several points, captures of an interface, rows of HTTP, slices.
@Suite struct PointsTests {
    private static func split(_ name: String) -> String {
        Book.repository(
            "casebook/load-balancing/flow-split-across-load-balancers-by-hash/replays/\(name).pcap")
    }

    private func player(_ size: Size = Size(width: 120, height: 40)) -> Player {
        var player = Player(size: size)
        player.captures = [
            "a.pcap": Self.split("client-side"), "b.pcap": Self.split("server-side"),
            "held.pcap": World.held,
            "http.pcapng": Book.repository("Tests/Fixtures/captures/healthy-http-keepalive.pcapng"),
        ]
        player.interfaces = CapturePlaces(
            interfaces: [
                .init(name: "eth0", isUp: true, isLoopback: false),
                .init(name: "lo", isUp: true, isLoopback: true),
            ], mayCapture: true)
        player.press(.enter)
        return player
    }

    @Test func `captures of several points are compared, and what was found is evidence`() {
        var player = player()
        player.command("compare a.pcap b.pcap")
        #expect(player.shows("in trouble"))
        #expect(player.shows("A - B") || player.shows("A  "))
        #expect(
            player.model.conversation.evidence.contains { $0.id.hasPrefix("capture.pair.") })
        // Each of them is among the captures, too.
        #expect(player.model.exhibits.captures.count == 2)
        player.press(.tab)
        #expect(player.shows("connection 1 of"))
        #expect(player.shows("> SYN"))
        let first = player.screen
        player.press(.character("n"))
        #expect(player.shows("connection 2 of"))
        player.press(.character("N"))
        #expect(player.screen == first)
        player.press(.tab, .enter)
        #expect(player.shows("Where it can be seen") || player.shows("Means: "))
    }

    @Test func `one capture, or nine, are no comparison`() {
        var player = player()
        player.command("compare a.pcap")
        #expect(player.shows("Name two to eight captures"))
        player.command("compare " + (1...9).map { "\($0).pcap" }.joined(separator: " "))
        #expect(player.shows("Name two to eight captures"))
        #expect(Model.paths("a\\ b.pcap  c.pcap ") == ["a b.pcap", "c.pcap"])
    }

    @Test func `an interface is chosen, its findings are shown as they arise`() throws {
        var player = player()
        player.press(.character("L"))
        #expect(player.shows("eth0"))
        #expect(player.shows("This process may capture"))
        player.press(.character("j"), .enter)
        #expect(
            player.effects.contains(.captureLive(job: 1, interface: "lo", file: nil)))
        let glimpse = try World.glimpse(of: World.held, after: 200)
        #expect(!glimpse.findings.isEmpty)
        player.take(.captureProgress(job: 1, share: nil, glimpse))
        #expect(player.shows("X ends it"))
        #expect(player.shows(glimpse.findings[0].id))
        player.press(.character("X"))
        #expect(player.effects.last == .cancel(job: 1))
        let run = try CaptureRun(path: World.held, digests: 100) { _ in true }
        player.take(.captureRead(job: 1, path: "lo", run))
        #expect(player.state(of: "capture.tcp.open-then-close-no-data") == .present)
        // Nobody can read it again.
        #expect(player.model.conversation.session.captures.isEmpty)
        player.press(.character("w"))
        #expect(player.shows("were not saved"))
        player.press(.backTab, .backTab, .enter)
        #expect(player.shows("were not saved"))
    }

    @Test func `packets of an interface are saved where that is wanted`() throws {
        var player = player()
        player.command("live")
        player.press(.character("w"))
        #expect(player.shows("Save the packets in a new file: eth0.pcap"))
        player.press(.enter)
        #expect(
            player.effects.contains(
                .captureLive(job: 1, interface: "eth0", file: "eth0.pcap")))
    }

    @Test func `without the right to capture nothing is begun`() {
        var player = player()
        player.interfaces.mayCapture = false
        player.command("live")
        #expect(player.shows("setcap cap_net_raw+ep"))
        let before = player.effects.count
        player.press(.enter)
        #expect(player.shows("no right to capture"))
        #expect(player.effects.count == before)
    }

    @Test func `requests of HTTP are rows, and lead to their flow`() {
        var player = player()
        player.command("capture http.pcapng")
        player.press(.character("t"), .tab, .tab, .tab)
        #expect(player.shows("No question of DNS over UDP."))
        player.press(.tab)
        #expect(player.shows("GET  "))
        #expect(player.shows("path's hash"))
        player.press(.enter)
        #expect(player.shows("an empty row is"))
    }

    @Test func `the flows that findings cite are saved as a slice`() {
        var player = player()
        player.command("capture held.pcap")
        player.press(.character("t"), .tab, .tab, .character("w"))
        #expect(player.shows("Save the cited flows in a new file: held-cited.pcapng"))
        player.press(.enter)
        let saved = player.effects.compactMap { effect in
            if case .saveSlice(_, let path, let findings, let capture) = effect {
                (path, findings, capture)
            } else {
                nil
            }
        }
        guard let (path, findings, capture) = saved.last else {
            Issue.record("nothing is saved")
            return
        }
        #expect((path, capture) == ("held-cited.pcapng", "held.pcap"))
        #expect(findings.contains { $0.state == .present })
        #expect(player.shows("Saved in held-cited.pcapng."))
    }

    /// Each new screen at the sizes that are promised.
    private func text(_ size: Size, _ drawing: CellGrid.Drawing = .unicode) -> String {
        var player = player(size)
        var text = ""
        func look(_ name: String, _ model: Model) {
            let grid = model.view(drawing)
            text += "== \(name)\n"
            for row in 0..<grid.size.height { text += grid.text(row) + "\n" }
        }
        player.press(.character("P"))
        look("points, none yet", player.model)
        player.press(.escape)
        player.command("compare a.pcap b.pcap")
        look("points", player.model)
        player.press(.tab)
        look("the ladder over all points", player.model)
        player.press(.tab)
        look("found between points", player.model)
        player.press(.escape, .character("L"))
        look("interfaces", player.model)
        player.press(.character("w"))
        look("saving packets of an interface", player.model)
        player.press(.escape, .escape)
        player.command("capture http.pcapng")
        player.press(.character("t"), .tab, .tab, .tab, .tab)
        look("requests of HTTP", player.model)
        return text
    }

    @Test(arguments: [(80, 24), (120, 40), (60, 16)])
    func `the new screens`(width: Int, height: Int) throws {
        try expectSnapshot(
            text(Size(width: width, height: height)), named: "points-\(width)x\(height)")
    }

    @Test func `the new screens in ASCII`() {
        let text = text(Size(width: 80, height: 24), .ascii)
        #expect(text.utf8.allSatisfy { $0 < 0x80 })
    }
}
