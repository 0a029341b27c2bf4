import Casebook
import HostInspection
import Testing

/// How connections end, or do not: CLOSE_WAIT, resets, and data without acknowledgement.
@Suite(.enabled(if: Lab.lacks == nil, "needs \(Lab.lacks ?? "")"))
struct ConnectionEndTests {
    private static let growing = "host.sock.close-wait-growing"
    private static let collides = "host.sock.close-wait-tuple-collides"

    @Test("CLOSE_WAIT sockets that grow are a leak")
    func leak() throws {
        let lab = try Lab("close_wait", "55")
        let host = try lab.looks(aged: 60) { try lab.tell("more 5") }
        let evidence = host.finding(Self.growing)
        #expect(evidence?.state == .present)
        #expect(evidence?.count == 60)
        #expect(evidence?.summary.contains("55 in the first look") == true)
    }

    @Test("The same number in both looks is no growth, and one look cannot tell")
    func noGrowth() throws {
        let lab = try Lab("close_wait", "55")
        #expect(try lab.looks(aged: 60).finding(Self.growing)?.state == .absent)
        let host = HostContext(first: lab.look().aged(70))
        #expect(host.finding(Self.growing)?.state == .unknown)
    }

    @Test("Few of them, young ones, or closed ones are no leak")
    func noLeak() throws {
        let lab = try Lab("close_wait", "40")
        #expect(
            try lab.looks(aged: 60) { try lab.tell("more 5") }.finding(Self.growing)?.state
                == .absent)
        let young = try lab.looks { try lab.tell("more 20") }
        #expect(young.finding(Self.growing)?.state == .absent)
        try lab.tell("close")
        #expect(try lab.looks(aged: 60).finding(Self.growing)?.state == .absent)
    }

    @Test("A SYN for a connection in CLOSE_WAIT is told; without one it is absent")
    func collision() throws {
        let lab = try Lab("close_wait", "3")
        #expect(try lab.looks().finding(Self.collides)?.state == .absent)
        let host = try lab.looks { try lab.tell("syn") }
        let evidence = host.finding(Self.collides)
        #expect(evidence?.state == .present)
        #expect(evidence?.summary.contains("127.0.0.1:8000") == true)
    }

    @Test("Data that nobody acknowledges is stuck after five timeouts")
    func stuck() throws {
        let lab = try Lab("stuck")
        var evidence: Evidence?
        for _ in 0..<400 where evidence?.state != .present {
            evidence = HostContext(first: lab.look()).finding("host.sock.send-queue-stuck")
        }
        #expect(evidence?.state == .present)
        #expect(evidence?.measure?.value == 400)
    }

    @Test("Nothing is stuck where all is acknowledged")
    func notStuck() throws {
        let lab = try Lab("silent", "3")
        let evidence = HostContext(first: lab.look()).finding("host.sock.send-queue-stuck")
        #expect(evidence?.state == .absent)
    }

    /// Present findings of the reset counters, of all that there are.
    private static let counters = [
        "host.nstat.out-resets", "host.nstat.estab-resets", "host.nstat.abort-on-close",
        "host.nstat.abort-on-data",
    ]

    @Test(
        "Each way of ending a connection moves its own counters; both ends are here",
        arguments: [
            ("unread", ["out-resets", "estab-resets", "abort-on-close"]),
            ("linger", ["out-resets", "estab-resets", "abort-on-data"]),
            ("late", ["out-resets", "estab-resets"]), ("clean", []),
        ])
    func aborts(kind: String, moved: [String]) throws {
        let lab = try Lab("aborts")
        let host = try lab.looks(apart: 10) { try lab.tell("\(kind) 4") }
        for id in Self.counters {
            let expected = moved.contains { id.hasSuffix($0) }
            #expect(host.finding(id)?.state == (expected ? .present : .absent), "\(id)")
        }
        if !moved.isEmpty {
            // 24 a minute, less what the looks themselves take on a busy machine.
            #expect(host.finding("host.nstat.out-resets")?.measure?.value ?? 0 > 6)
        }
    }

    @Test("Counters have rates and meanings")
    func rates() throws {
        let lab = try Lab("aborts")
        let host = try lab.looks(apart: 60) { try lab.tell("unread 4") }
        let rate = host.rates().first { $0.name == "TcpExtTCPAbortOnClose" }
        #expect(rate?.increase == 4)
        #expect((rate?.perMinute).map { $0 > 1 && $0 <= 4 } == true)
        #expect(CounterMeaning.text(of: "TcpExtTCPAbortOnClose")?.contains("unread") == true)
        #expect(CounterMeaning.text(of: "Interface.eth0.rx_dropped") != nil)
        #expect(CounterMeaning.text(of: "TcpExtNoSuchCounter") == nil)
    }
}
