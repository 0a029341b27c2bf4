import Casebook
import HostInspection
import Testing

/// Namespaces, interfaces, routes, neighbours and settings.
@Suite(.enabled(if: Lab.lacks == nil, "needs \(Lab.lacks ?? "")"))
struct NetworkTests {
    private static let cables = [
        "link add d0 type veth peer name p0", "link add d1 type veth peer name p1",
        "address add 192.0.2.1/25 dev d0", "address add 192.0.2.129/25 dev d1",
        "link set d0 up", "link set d1 up", "link set p0 up", "link set p1 up",
    ]

    private func lab() throws -> Lab {
        let lab = try Lab("network")
        for command in Self.cables { try lab.tell(command) }
        return lab
    }

    @Test("Interfaces and routes are those of the namespace, by netlink and by files alike")
    func routes() throws {
        let lab = try lab()
        try lab.tell("route add default via 192.0.2.2 dev d0")
        for root in [HostRoot(), HostRoot(folder: "/proc/self/root")] {
            let network = lab.look(root: root).network
            #expect(
                Set(network.interfaces.value?.map(\.name) ?? []) == ["lo", "d0", "d1", "p0", "p1"])
            let routes = network.routes.value?.filter { !$0.isIPv6 } ?? []
            #expect(
                routes.contains { $0.gateway?.description == "192.0.2.2" && $0.prefixLength == 0 })
            #expect(
                routes.contains {
                    $0.destination.description == "192.0.2.128" && $0.prefixLength == 25
                })
        }
        let interface = lab.look().network.interfaces.value?.first { $0.name == "d0" }
        #expect(interface?.mtu == 1500)
        #expect(interface?.addresses.contains(IPAddress(ipv4: 0xC000_0201)) == true)
    }

    @Test("Drivers' own counters are read")
    func ethtool() throws {
        let counters = try lab().look().counters
        // The veth driver tells the index of its other end.
        #expect(counters["Ethtool.d0.peer_ifindex"] != nil)
    }

    @Test("Two ways out are told, one is not")
    func multihomed() throws {
        let lab = try lab()
        try lab.tell("route add default via 192.0.2.2 dev d0")
        let id = "host.net.multihomed"
        #expect(HostContext(first: lab.look()).finding(id)?.state == .absent)
        try lab.tell("route add default via 192.0.2.130 dev d1 metric 50")
        let evidence = HostContext(first: lab.look()).finding(id)
        #expect(evidence?.state == .present)
        #expect(evidence?.count == 2)
    }

    @Test("A neighbour that changes its MAC is told, one that keeps it is not")
    func flips() throws {
        let lab = try lab()
        let neighbour = "neigh replace 192.0.2.2 dev d0 nud reachable lladdr 02:00:00:00:00:0"
        try lab.tell(neighbour + "1")
        let id = "host.neigh.mac-flips"
        #expect(try lab.looks().finding(id)?.state == .absent)
        let evidence = try lab.looks { try lab.tell(neighbour + "2") }.finding(id)
        #expect(evidence?.state == .present)
        #expect(
            evidence?.summary
                == "192.0.2.2 moved from 02:00:00:00:00:01 to 02:00:00:00:00:02")
        #expect(HostContext(first: lab.look()).finding(id)?.state == .unknown)
    }

    @Test("A gateway without an answer is told, another address without one is not")
    func failed() throws {
        let lab = try lab()
        let id = "host.neigh.failed"
        try lab.tell("route add default via 192.0.2.2 dev d0")
        try lab.tell("neigh replace 192.0.2.9 dev d0 nud failed lladdr 02:00:00:00:00:09")
        #expect(HostContext(first: lab.look()).finding(id)?.state == .absent)
        try lab.tell("neigh replace 192.0.2.2 dev d0 nud failed lladdr 02:00:00:00:00:02")
        #expect(HostContext(first: lab.look()).finding(id)?.state == .present)
    }

    @Test("A namespace is found by name, too; one that is not there makes everything unknown")
    func names() throws {
        let name = "inquest-test-\(UInt32.random(in: 0 ... .max))"
        #expect(try Lab.shell("ip netns add \(name)") == 0)
        defer { _ = try? Lab.shell("ip netns del \(name)") }
        let inside = HostInspector(scope: HostScope(networkNamespace: .name(name))).look()
        #expect(inside.sockets.value?.sockets.isEmpty == true)
        #expect(inside.network.interfaces.value?.map(\.name).contains("lo") == true)
        let nowhere = HostInspector(
            scope: HostScope(networkNamespace: .name("no-such-namespace"))
        ).look()
        let evidence = HostCheckList.evidence(HostCheckList.all, HostContext(first: nowhere))
        #expect(evidence.allSatisfy { $0.state == .unknown })
    }

    @Test("Looking into a namespace leaves the looker where it was")
    func staysOutside() throws {
        let before = HostInspector().look().network.interfaces
        _ = try Lab("nothing").look()
        #expect(
            HostInspector().look().network.interfaces.value?.map(\.name)
                == before.value?.map(\.name))
    }

    @Test("Keep-alive beyond the path's idle limit is told", arguments: [350.0, 9000.0])
    func keepalive(limit: Double) throws {
        let lab = try Lab("keepalive", "3", "600")
        let remote = HostScope.Remote(addresses: [IPAddress(ipv4: 0x7F00_0001)], port: 8000)
        let scope = HostScope(remote: remote, pathIdleLimit: limit)
        let host = HostContext(first: lab.look(scope).aged(120), scope: scope)
        let setting = host.finding("host.sysctl.keepalive-above-path")
        #expect(setting?.state == (limit < 7200 ? .present : .absent))
        // The server's ends run no timer at all.
        #expect(host.finding("host.sock.no-keepalive-timer")?.state == .present)
    }

    @Test("Connections to an address that the name lost, and few to many, are told")
    func remoteAddresses() throws {
        let lab = try Lab("silent", "2")
        let others = (1...3).map { IPAddress(ipv4: 0xC000_0200 + $0) }
        func host(_ addresses: [IPAddress]) -> HostContext {
            let remote = HostScope.Remote(name: "api.test", addresses: addresses, port: 8000)
            let scope = HostScope(process: .pid(lab.process), remote: remote)
            return HostContext(first: lab.look(scope), scope: scope)
        }
        let own = IPAddress(ipv4: 0x7F00_0001)
        let lost = host(others)
        #expect(lost.finding("host.sock.to-unlisted-address")?.state == .present)
        #expect(lost.finding("host.sock.to-unlisted-address")?.count == 2)
        let right = host(others + [own])
        #expect(right.finding("host.sock.to-unlisted-address")?.state == .absent)
        #expect(right.finding("host.sock.few-connections-carry-all")?.state == .present)
        let more = try Lab("silent", "5")
        let remote = HostScope.Remote(name: "api.test", addresses: others + [own], port: 8000)
        let scope = HostScope(process: .pid(more.process), remote: remote)
        let many = HostContext(first: more.look(scope), scope: scope)
        #expect(many.finding("host.sock.few-connections-carry-all")?.state == .absent)
    }
}
