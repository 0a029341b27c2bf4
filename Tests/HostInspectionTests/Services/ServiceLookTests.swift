import Casebook
import Foundation
import HostInspection
import Testing

/// What a service says that is not the usual; `InquestCommandTests` ask the real ones.
@Suite struct ServiceLookTests {
    private static let info = "Name: HAProxy\nUptime_sec: 5000\nIdle_pct: 5\nNbthread: 1\n"
    /// One answer for both questions: names before colons, then the table.
    private static func answer(_ info: String, _ rows: String) -> [UInt8] {
        Array("# pxname,svname,status,chkdown,lastchg,type,last_chk\n\(rows)\n\(info)\n".utf8)
    }

    @Test func `a stats socket that never answers is unknown with the reason`() throws {
        for manner in [StandIn.Manner.silent, .deaf] {
            let peer = StandIn.unix(manner)
            let status = withExtendedLifetime(peer) { HAProxyStatus.look(peer.path, seconds: 0.3) }
            #expect(status.obstacle?.reason == .timedOut)
            #expect(status.obstacle?.description.contains(peer.path) == true)
        }
    }

    @Test func `no socket, no permission and a path that is too long are told apart`() {
        #expect(HAProxyStatus.look("/nowhere/haproxy.sock").obstacle?.reason == .missing)
        let long = "/tmp/" + String(repeating: "x", count: 200)
        #expect(HAProxyStatus.look(long).obstacle?.detail.contains("bytes") == true)
    }

    @Test(arguments: [
        [UInt8](), Array("Permission denied\n".utf8), [UInt8](repeating: 0xFF, count: 100_000),
        Array("# \n".utf8), Array("Name: x\n".utf8), Array(":::\n\n:\n".utf8),
    ])
    func `an answer that is none is unknown and traps nobody`(bytes: [UInt8]) {
        let peer = StandIn.unix(.answer(bytes))
        let status = withExtendedLifetime(peer) { HAProxyStatus.look(peer.path, seconds: 2) }
        #expect(status.value == nil)
    }

    @Test(arguments: 0..<10) func `random bytes in a good answer trap nobody`(seed: UInt64) {
        var random = LogRandom(state: seed)
        let good = "web,s1,UP,0,100,2,\"a, b\"\nweb,s2,DOWN 1/2,3,10,2,\"x\"\"y\"\n"
        var bytes = Self.answer(Self.info, good)
        for _ in 0..<20 {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            bytes[place] = UInt8.random(in: 0...255, using: &random)
        }
        let peer = StandIn.unix(.answer(bytes))
        _ = withExtendedLifetime(peer) { HAProxyStatus.look(peer.path, seconds: 2) }
    }

    private func evidence(_ first: [UInt8], _ second: [UInt8]? = nil) -> [FactID: Evidence] {
        let peers = [first, second].compactMap(\.self).map { StandIn.unix(.answer($0)) }
        let addresses = ServiceLooks.Addresses(haproxySockets: [peers[0].path])
        var looks = ServiceLooks(addresses: addresses, first: ServiceLooks.look(addresses))
        if peers.count > 1 {
            looks.second = ServiceLooks.look(.init(haproxySockets: [peers[1].path]))
        }
        withExtendedLifetime(peers) {}
        let context = HostContext(first: HostSnapshot(), source: "host:here")
        let found = looks.checks.flatMap { $0.run(context) }
        return Dictionary(uniqueKeysWithValues: found.map { ($0.id, $0) })
    }

    /// Rows are `NAME,STATUS,downs,seconds since the change`.
    private func flap(
        _ rows: [String], then later: [String]? = nil, uptime: Int = 5000
    ) -> Evidence? {
        func answer(_ rows: [String]) -> [UInt8] {
            let lines = rows.map { row in
                let parts = row.split(separator: ",")
                return "web,\(parts[0]),\(parts[1]),\(parts[2]),\(parts[3]),2,"
            }
            return Self.answer(
                "Name: HAProxy\nUptime_sec: \(uptime)\n", lines.joined(separator: "\n"))
        }
        return evidence(answer(rows), later.map(answer))["host.lb.backends-flap"]
    }

    @Test func `servers that changed long ago do not flap`() {
        #expect(flap(["s1,UP,9,4000", "s2,UP,0,5000"])?.state == .absent)
    }

    @Test func `three servers that changed in the last ten minutes are three changes`() {
        let found = flap(["s1,UP,2,30", "s2,DOWN,1,100", "s3,UP,1,599"])
        #expect(found?.state == .present)
        #expect(found?.count == 3)
    }

    @Test func `one server's last change does not tell how many there were`() {
        let found = flap(["s1,UP,9,30", "s2,UP,0,5000"])
        #expect(found?.state == .unknown)
        #expect(found?.summary.contains("--watch") == true)
    }

    @Test func `two looks count what lies between them`() {
        let found = flap(["s1,UP,9,30"], then: ["s1,DOWN,11,1"])
        #expect(found?.state == .present)
        #expect(found?.count == 3)
    }

    @Test func `a first and only change is no flapping`() {
        #expect(flap(["s1,DOWN,1,30", "s2,UP,0,5000"])?.state == .absent)
    }

    @Test func `of a young process every change is known`() {
        #expect(flap(["s1,UP,2,30"], uptime: 300)?.count == 4)
        #expect(flap(["s1,UP,1,30"], uptime: 300)?.state == .absent)
    }

    @Test(arguments: [
        (5, 250, 100, FactState.present), (5, 0, 0, .absent), (95, 250, 100, .absent),
        (50, 250, 100, .unknown), (5, 20, 20, .unknown),
    ])
    func `TLS keys cost what the idle time says`(
        idle: Int, back: Int, front: Int, state: FactState
    ) {
        let info =
            "Name: HAProxy\nUptime_sec: 9\nIdle_pct: \(idle)\nNbthread: 2\n"
            + "SslFrontendKeyRate: \(front)\nSslBackendKeyRate: \(back)\n"
        #expect(evidence(Self.answer(info, ""))["host.cpu.tls-handshakes"]?.state == state)
    }

    private func page(_ answer: String) -> Observed<StatusPage> {
        let peer = StandIn.tcp(.answer(Array(answer.utf8)))
        guard let url = HTTPAddress("http://127.0.0.1:\(peer.port)/status") else {
            return .unknown(Obstacle(.malformed, "address"))
        }
        return withExtendedLifetime(peer) { StatusPage.look(url, seconds: 2) }
    }

    @Test(arguments: [
        "", "rubbish", "HTTP/1.1 404 Not Found\r\n\r\nBusyWorkers: 1\nIdleWorkers: 1\n",
        "HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\n<html>hello</html>",
    ])
    func `a page that is no status page is unknown`(answer: String) {
        #expect(page(answer).value == nil)
    }

    @Test func `a page that never comes is unknown with the reason`() throws {
        let peer = StandIn.tcp(.silent)
        let url = try #require(HTTPAddress("http://127.0.0.1:\(peer.port)/"))
        let page = withExtendedLifetime(peer) { StatusPage.look(url, seconds: 0.3) }
        #expect(page.obstacle?.reason == .timedOut)
    }

    @Test(arguments: [
        ("BusyWorkers: 10\nIdleWorkers: 0\nScoreboard: WWWWWWWWWW", FactState.present),
        ("BusyWorkers: 10\nIdleWorkers: 0\nScoreboard: WWWWWWWWWW....", .absent),
        ("BusyWorkers: 1\nIdleWorkers: 9\nScoreboard: W_________", .absent),
        (
            "Active connections: 3 \nserver accepts handled requests\n 9 9 20 \n"
                + "Reading: 0 Writing: 1 Waiting: 2 ", .absent
        ),
        (
            "Active connections: 3 \nserver accepts handled requests\n 9 7 20 \n"
                + "Reading: 0 Writing: 1 Waiting: 2 ", .unknown
        ),
    ])
    func `slots are exhausted when no worker is free and none can be started`(
        body: String, state: FactState
    ) throws {
        let peer = StandIn.tcp(.answer(Array("HTTP/1.0 200 OK\r\n\r\n\(body)\n".utf8)))
        let url = try #require(HTTPAddress("http://127.0.0.1:\(peer.port)/status"))
        let addresses = ServiceLooks.Addresses(statusPages: [url])
        let looks = ServiceLooks(addresses: addresses, first: ServiceLooks.look(addresses))
        withExtendedLifetime(peer) {}
        let context = HostContext(first: HostSnapshot(), source: "host:here")
        let found = looks.checks.flatMap { $0.run(context) }
        #expect(found.map(\.state) == [state])
    }

    @Test(arguments: [
        ("http://h/p?auto", "h", "80", "/p?auto"), ("http://h:81", "h", "81", "/"),
        ("http://[::1]:8080/x", "::1", "8080", "/x"), ("http://h/p#f", "h", "80", "/p"),
        ("http://h?auto", "h", "80", "/?auto"),
    ])
    func `addresses are taken apart`(text: String, host: String, port: String, path: String) {
        let address = HTTPAddress(text)
        #expect(address?.host == host)
        #expect(address?.port == port)
        #expect(address?.path == path)
    }

    @Test(arguments: [
        "https://h/", "h", "http://", "http://h:0/", "http://h:x/", "http://h:1:2/", "http://[::1/",
        "http://h/a b", "http://h/\r\nHost: x", "http://[::1]x/",
    ])
    func `what is no address of a page is refused`(text: String) {
        #expect(HTTPAddress(text) == nil)
    }
}
