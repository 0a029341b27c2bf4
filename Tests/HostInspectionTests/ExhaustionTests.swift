import Casebook
import HostInspection
import Testing

/// What runs out: ports, descriptors, entries of conntrack.
@Suite(.enabled(if: Lab.lacks == nil, "needs \(Lab.lacks ?? "")"))
struct ExhaustionTests {
    @Test(
        "Ninety percent of the local ports towards one remote are nearly all", arguments: [18, 9])
    func ports(count: Int) throws {
        let lab = try Lab("ports", "40000", "40019", "\(count)")
        let host = HostContext(first: lab.look())
        let evidence = host.finding("host.sock.ephemeral-near-full")
        #expect(evidence?.state == (count >= 18 ? .present : .absent))
        #expect(evidence?.summary == "\(count) of 20 local ports in use towards 127.0.0.1:8000")
        #expect(host.finding("host.sysctl.port-range-small")?.state == .present)
        let limit = host.first.limits.first { $0.name == "ports.ephemeral" }
        #expect(limit?.share == Double(count) / 20)
    }

    @Test("Reserved ports do not count")
    func reserved() throws {
        let lab = try Lab("ports", "40000", "40019", "9")
        var look = lab.look()
        look.network.sysctls["net.ipv4.ip_local_reserved_ports"] = .known("40005-40014,50000")
        let evidence = HostContext(first: look).finding("host.sock.ephemeral-near-full")
        #expect(evidence?.state == .present)
        #expect(evidence?.summary.hasPrefix("9 of 10 ") == true)
    }

    @Test("Ninety percent of the open files of a process are nearly all", arguments: [60, 30])
    func descriptors(count: Int) throws {
        let lab = try Lab("descriptors", "64", "\(count)")
        let scope = HostScope(process: .pid(lab.process))
        let host = HostContext(first: lab.look(scope), scope: scope)
        let evidence = host.finding("host.fd.near-limit")
        #expect(evidence?.state == (count >= 58 ? .present : .absent))
        #expect(evidence?.summary.hasPrefix("\(count) of 64 open files") == true)
    }

    /// The limit is one of the whole kernel; 262,144 entries take it 80 MB for some seconds.
    @Test("A full conntrack table and its drops are told", .timeLimit(.minutes(2)))
    func conntrack() throws {
        let usual = HostInspector().look().network.number("net.netfilter.nf_conntrack_max")
        guard let maximum = usual.value, maximum <= 300_000 else {
            try Test.cancel("needs a conntrack table of at most 300,000 entries")
        }
        let lab = try Lab("conntrack", "\(maximum)")
        let host = try lab.looks { try lab.tell("more 2000") }
        #expect(host.finding("host.conntrack.near-full")?.state == .present)
        #expect(host.finding("host.conntrack.drops")?.state == .present)
        // More entries than one should list.
        #expect(host.finding("host.conntrack.stale-dnat")?.state == .unknown)
    }

    @Test("A conntrack table with room drops nothing")
    func conntrackRoom() throws {
        let lab = try Lab("conntrack", "500")
        let host = try lab.looks { try lab.tell("more 50") }
        #expect(host.finding("host.conntrack.near-full")?.state == .absent)
        #expect(host.finding("host.conntrack.drops")?.state == .absent)
        #expect(host.finding("host.conntrack.insert-failed")?.state == .absent)
        #expect(host.first.network.conntrack.value?.count == 500)
        #expect(host.finding("host.conntrack.stale-dnat")?.state == .absent)
    }
}
