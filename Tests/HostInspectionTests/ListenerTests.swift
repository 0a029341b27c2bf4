import Casebook
import HostInspection
import Testing

/// Accept queues, SYN backlogs and listeners, made for real.
@Suite(.enabled(if: Lab.lacks == nil, "needs \(Lab.lacks ?? "")"))
struct ListenerTests {
    private static let waiting = "host.sock.accept-queue-waiting"
    private static let full = "host.sock.accept-queue-full"

    @Test("A full accept queue is told, with what overflowed meanwhile")
    func fullQueue() throws {
        let lab = try Lab("queue", "4", "5")
        let host = try lab.looks(HostScope(servicePort: 8000)) { try lab.tell("more 6") }
        #expect(host.finding(Self.full)?.state == .present)
        #expect(host.finding(Self.full)?.measure?.value == 5)
        #expect(host.finding(Self.waiting)?.state == .present)
        #expect(host.finding(Self.waiting)?.count == 5)
        #expect(host.finding("host.nstat.listen-overflows")?.state == .present)
        #expect(host.finding("host.sysctl.backlog-small")?.state == .present)
    }

    @Test("One look is enough when the waiting connection is old, but not for a full queue")
    func oneLook() throws {
        let lab = try Lab("queue", "4", "5")
        let host = HostContext(first: lab.look().aged(6))
        #expect(host.finding(Self.waiting)?.state == .present)
        #expect(host.finding(Self.full)?.state == .unknown)
        let young = HostContext(first: lab.look())
        #expect(young.finding(Self.waiting)?.state == .unknown)
    }

    @Test("A queue with room left is not full, and looks too close together settle nothing")
    func roomLeft() throws {
        let lab = try Lab("queue", "64", "3")
        let host = try lab.looks(apart: 1)
        #expect(host.finding(Self.full)?.state == .absent)
        #expect(host.finding(Self.waiting)?.state == .unknown)
        #expect(host.finding("host.nstat.listen-overflows")?.state == .absent)
    }

    @Test("A queue that moves is busy, not stuck")
    func moving() throws {
        let lab = try Lab("queue", "64", "1")
        let first = lab.look()
        try lab.tell("accept")
        try lab.tell("more 1")
        var second = lab.look()
        second.sinceBoot += 10_000_000_000
        let host = HostContext(first: first, second: second)
        #expect(host.finding(Self.waiting)?.state == .absent)
    }

    @Test("An empty queue is absent in one look")
    func empty() throws {
        let lab = try Lab("listening", "127.0.0.1")
        let host = HostContext(first: lab.look())
        #expect(host.finding(Self.waiting)?.state == .absent)
        #expect(host.finding(Self.full)?.state == .absent)
    }

    @Test("Bytes of a client that nobody accepted are unread")
    func unread() throws {
        let lab = try Lab("queue", "4", "3")
        try lab.tell("send")
        let host = try lab.looks()
        let evidence = host.finding("host.sock.recv-queue-unread")
        #expect(evidence?.state == .present)
        #expect(evidence?.measure?.value == 15)
        #expect(evidence?.summary.contains("3 not even accepted") == true)
    }

    @Test("Bytes that were read in time are no trouble")
    func allRead() throws {
        let lab = try Lab("silent", "3")
        #expect(try lab.looks().finding("host.sock.recv-queue-unread")?.state == .absent)
    }

    @Test("Half-open connections at half of the backlog are many", arguments: [6, 2])
    func synReceived(count: Int) throws {
        let lab = try Lab("syn_recv", "8", "\(count)")
        let evidence = HostContext(first: lab.look()).finding("host.sock.syn-recv-many")
        #expect(evidence?.state == (count >= 4 ? .present : .absent))
        if count >= 4 { #expect(evidence?.count == count) }
    }

    @Test("Twenty SYNs without an answer are many", arguments: [25, 5])
    func synSent(count: Int) throws {
        let lab = try Lab("syn_sent", "\(count)")
        let evidence = HostContext(first: lab.look()).finding("host.sock.syn-sent-many")
        #expect(evidence?.state == (count >= 20 ? .present : .absent))
        if count >= 20 { #expect(evidence?.summary.contains("192.0.2.2:80") == true) }
    }

    @Test("A connection that was never made has no age, though the kernel gives the host's")
    func noAge() throws {
        let table = try #require(try Lab("syn_sent", "2").look().sockets.value)
        #expect(table.sockets.count == 2)
        #expect(table.sockets.allSatisfy { !$0.hasInfo && $0.silence == 0 })
        #expect(table.groups().first?.withInfo == 0)
        #expect(table.groups().first?.longestSilence == 0)
    }

    @Test(
        "Whether the service listens where its clients look",
        arguments: [
            ("0.0.0.0", 8000, false, FactState.absent), ("192.0.2.1", 8000, false, .absent),
            ("127.0.0.1", 8000, false, .present), ("0.0.0.0", 8001, false, .present),
            ("0.0.0.0", 8000, true, .present), ("::", 8000, true, .absent),
        ] as [(String, UInt16, Bool, FactState)])
    func notListening(address: String, port: UInt16, overIPv6: Bool, state: FactState) throws {
        let lab = try Lab("listening", address)
        var scope = HostScope(servicePort: port)
        if overIPv6 {
            scope.remote = HostScope.Remote(addresses: [IPAddress(high: 1 << 61, low: 1)])
        }
        let host = HostContext(first: lab.look(scope), scope: scope)
        #expect(host.finding("host.sock.not-listening")?.state == state)
    }

    @Test("Two services on one port are told, one service alone is not")
    func twoListeners() throws {
        let lab = try Lab("listening", "0.0.0.0")
        #expect(
            HostContext(first: lab.look()).finding("host.sock.two-listeners")?.state == .absent)
        try lab.tell("twice other")
        #expect(
            HostContext(first: lab.look()).finding("host.sock.two-listeners")?.state == .present)
    }
}
