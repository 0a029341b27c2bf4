import Casebook
import HostInspection
import Testing

/// The fourth incident: requests without a deadline to a remote that stopped answering.
@Suite(.enabled(if: Lab.lacks == nil, "needs \(Lab.lacks ?? "")"))
struct SilentSocketTests {
    private static let asked = "host.sock.asked-never-answered"
    private static let silent = "host.sock.established-silent-many"

    @Test(
        "Requests that were acknowledged and never answered are told",
        arguments: ["127.0.0.1", "::1"])
    func neverAnswered(address: String) throws {
        let lab = try Lab("silent", "12", address)
        let host = try lab.looks(apart: 15)
        let evidence = try #require(host.finding(Self.asked))
        #expect(evidence.state == .present)
        #expect(evidence.count == 12)
        #expect(evidence.summary.contains("12 ESTABLISHED of python3"))
        #expect(evidence.summary.contains("no timer: nothing but the program can end them"))
    }

    @Test("The group of these sockets comes first, with its age and its counts")
    func group() throws {
        let lab = try Lab("silent", "12")
        let group = try #require(lab.look().aged(2400).sockets.value?.groups().first)
        #expect(group.program == "python3")
        #expect(group.state == .established)
        #expect(group.count == 12)
        #expect(group.longestSilence >= 2_400_000)
        let table = try #require(lab.look().sockets.value)
        let outbound = try #require(table.groups().first { $0.isOutbound })
        #expect(outbound.endpoint.description == "127.0.0.1:8000")
        #expect(outbound.askedNeverAnswered == 12)
        #expect(outbound.withoutTimer == 12)
        #expect(outbound.processes == 1)
    }

    @Test("A pool that is idle after answers is not told")
    func idlePool() throws {
        let lab = try Lab("silent", "12")
        try lab.tell("answer")
        #expect(try lab.looks(apart: 15).finding(Self.asked)?.state == .absent)
    }

    @Test("Keep-alive does not end requests to a remote that lives: they are told")
    func keepalive() throws {
        let lab = try Lab("keepalive", "12")
        let evidence = try #require(try lab.looks(apart: 15).finding(Self.asked))
        #expect(evidence.state == .present)
        #expect(evidence.summary.contains("no timer but keep-alive"))
    }

    @Test("Sockets that speak again between the looks are not told")
    func speaksAgain() throws {
        let lab = try Lab("silent", "12")
        let host = try lab.looks(apart: 15) { try lab.tell("ask") }
        #expect(host.finding(Self.asked)?.state == .absent)
    }

    @Test("Sockets that are gone in the second look are not told")
    func gone() throws {
        let lab = try Lab("silent", "12")
        let host = try lab.looks(apart: 15, aged: 15) { try lab.tell("close") }
        #expect(host.finding(Self.asked)?.state == .absent)
    }

    @Test("With one look it is unknown, and the reason is the second look")
    func oneLook() throws {
        let lab = try Lab("silent", "12")
        let evidence = HostContext(first: lab.look().aged(20)).finding(Self.asked)
        #expect(evidence?.state == .unknown)
        #expect(evidence?.summary.contains("second look") == true)
    }

    @Test("Without netlink ages and bytes are unknown, not absent")
    func withoutNetlink() throws {
        let lab = try Lab("silent", "25")
        let look = lab.look(root: HostRoot(folder: "/proc/self/root"))
        #expect(look.sockets.value?.source == .procfs)
        #expect(look.sockets.value?.sockets.count { $0.state == .established } == 50)
        let host = HostContext(first: look, second: look.aged(400))
        for id in [Self.asked, Self.silent] {
            #expect(host.finding(id)?.state == .unknown)
            #expect(host.finding(id)?.summary.contains("/proc/net/tcp") == true)
        }
    }

    @Test("Twenty silent for five minutes are many, and say how long")
    func many() throws {
        let lab = try Lab("silent", "25")
        let evidence = HostContext(first: lab.look().aged(2400)).finding(Self.silent)
        #expect(evidence?.state == .present)
        #expect(evidence?.count == 25)
        #expect(
            evidence?.summary.contains("silent for up to 40 min, no timer: nothing but") == true)
    }

    @Test("Fewer, or younger ones, are not many", arguments: [("25", 60.0), ("10", 2400.0)])
    func notMany(count: String, age: Double) throws {
        let lab = try Lab("silent", count)
        #expect(HostContext(first: lab.look().aged(age)).finding(Self.silent)?.state == .absent)
    }

    @Test("Owners are found by inode, remote and queues are right, IPv6 as well")
    func rows() throws {
        let lab = try Lab("silent", "2", "::1")
        let table = try #require(lab.look().sockets.value)
        #expect(table.source == .netlink)
        let clients = table.sockets.filter { $0.remote.port == 8000 }
        #expect(clients.count == 2)
        for client in clients {
            #expect(client.isIPv6)
            #expect(client.remote.description == "[::1]:8000")
            #expect(table.owner(of: client)?.pid == lab.process)
            #expect(client.bytesSent == 18)
            #expect(client.bytesReceived == 0)
            #expect(client.wasAskedNeverAnswered)
        }
        #expect(table.sockets.contains { $0.state == .listen && $0.sendQueue == 4096 })
    }
}
