import Casebook
import HostInspection
import Testing

/// The same state of a host reads alike, whatever kernel wrote it down.
@Suite struct RecordedKernelTests {
    @Test("Counters", arguments: KernelLayout.all)
    func counters(kernel: KernelLayout) throws {
        let look = try RecordedTree(kernel.files).look()
        #expect(look.kernel == kernel.version)
        let expected: [String: UInt64] = [
            "TcpOutRsts": 14, "TcpRetransSegs": 11, "TcpInCsumErrors": 7, "UdpInCsumErrors": 2,
            "TcpExtListenDrops": 5, "TcpExtTCPAbortOnClose": 7, "IpExtInOctets": 136_361_546,
            "Softnet.processed": 0x45000, "Softnet.dropped": 4, "Softnet.time_squeeze": 2,
            "Conntrack.entries": 100, "Conntrack.invalid": 6, "Conntrack.insert_failed": 10,
            "Conntrack.drop": 4, "Conntrack.early_drop": 1, "Sockstat.TCP.mem": 245,
            "Interface.lo.rx_packets": 11275, "Interface.eth0.1:0.rx_dropped": 2,
            "Interface.eth0.1:0.tx_carrier_errors": 9,
        ]
        for (name, value) in expected { #expect(look.counters[name] == value, "\(name)") }
        #expect(look.counters["TcpMaxConn"] == nil)
        #expect(look.counters.obstacles.isEmpty)
        #expect(look.counters.counters.first { $0.name == "Conntrack.entries" }?.isGauge == true)
    }

    @Test("Sockets", arguments: KernelLayout.all)
    func sockets(kernel: KernelLayout) throws {
        let tree = try RecordedTree(kernel.files)
        try tree.link("proc/77/fd/3", to: "socket:[1733785]")
        try tree.link("proc/77/fd/4", to: "/var/log/web.log")
        let table = try #require(tree.look().sockets.value)
        #expect(table.source == .procfs)
        #expect(table.fallbackReason?.description.contains("recorded") == true)
        #expect(
            table.sockets.map(\.state.name) == [
                "LISTEN", "ESTABLISHED", "TIME_WAIT", "LISTEN", "CLOSE_WAIT",
            ])
        let client = table.sockets[1]
        #expect(client.local.description == "127.0.0.1:20884")
        #expect(client.remote.description == "192.0.2.2:443")
        #expect(client.sendQueue == 256)
        #expect(client.timer == .retransmission)
        #expect(client.timerExpires == 250)
        #expect(client.backoff == 4)
        #expect(client.userID == 33)
        #expect(table.owner(of: client)?.pid == 77)
        #expect(table.sockets[0].receiveQueue == 3)
        let mapped = table.sockets[4]
        #expect(mapped.isIPv6)
        #expect(mapped.local.description == "[2001:db8::1]:8080")
        #expect(mapped.remote.description == "127.0.0.1:50000")
        #expect(mapped.timer == .keepalive)
    }

    @Test("Processes, their limits, libraries and threads", arguments: KernelLayout.all)
    func processes(kernel: KernelLayout) throws {
        let scope = HostScope(process: .pid(77))
        let look = try RecordedTree(kernel.files).look(scope)
        let process = try #require(look.processes.value?.processes.first)
        // The thread of the kernel is none of them.
        #expect(look.processes.value?.processes.count == 1)
        #expect(process.name == "we) b (x")
        #expect(process.threadCount == 9)
        #expect(process.cpuTicks == 11)
        #expect(process.residentBytes == 407 * 4096)
        let detail = try #require(process.detail)
        #expect(detail.commandLine == .known(["/usr/sbin/web", "-D"]))
        #expect(detail.userID == .known(33))
        #expect(detail.descriptorLimit == .known(1024))
        #expect(detail.processLimit == .known(nil))
        #expect(detail.tlsLibraries == .known(["libssl.so.1.0.2"]))
        #expect(detail.threads.value?.first?.waitChannel == .known("inet_csk_accept"))
        #expect(detail.threads.value?.first?.systemCall.obstacle?.reason == .missing)
        let host = HostContext(first: look, scope: scope)
        #expect(host.finding("host.trust.old-store")?.state == .present)
        #expect(ServicePicture.of(host).value?.accepting == 1)
    }

    @Test("Limits of control groups of both versions", arguments: KernelLayout.all)
    func cgroups(kernel: KernelLayout) throws {
        let scope = HostScope(process: .pid(77))
        let look = try RecordedTree(kernel.files).look(scope)
        let pids = look.limits.first { $0.name == "pids.cgroup" }
        #expect(pids?.used == .known(95))
        #expect(pids?.maximum == .known(100))
        #expect(pids?.subject == "/system.slice/web.service")
        let memory = look.limits.first { $0.name == "memory.cgroup" }
        #expect(memory?.used == .known(4096))
        #expect(memory?.maximum == .known(nil))
        let finding = HostContext(first: look, scope: scope).finding("host.proc.thread-limit")
        #expect(finding?.state == .present)
    }

    @Test("Tracked connections and the resolver", arguments: KernelLayout.all)
    func network(kernel: KernelLayout) throws {
        let network = try RecordedTree(kernel.files).look().network
        let entries = try #require(network.conntrack.value)
        #expect(entries.count == 2)
        #expect(entries[0].destination.description == "10.96.0.1:443")
        #expect(entries[0].replySource.description == "10.1.0.9:6443")
        #expect(entries[0].isUnreplied)
        #expect(entries[1].isUDP)
        #expect(entries[1].destination.description == "[2001:db8::2]:53")
        let resolver = try #require(network.resolver.value)
        #expect(resolver.ndots == 5)
        #expect(resolver.timeout == 2)
        #expect(resolver.search == ["a.test", "b.test"])
        #expect(resolver.nameservers == ["192.0.2.53", "2001:db8::53"])
    }

    @Test(
        "The diag module is never loaded by us: what tells that asking loads nothing",
        arguments: [
            // Nothing known: do not ask. Loaded; built in, by its list, its configuration or its
            // symbols; modules switched off.
            ([:], false), (["sys/module/tcp_diag/refcnt": "1\n"], true),
            (["lib/modules/V/modules.builtin": "kernel/net/ipv4/tcp_diag.ko\n"], true),
            (["boot/config-V": "#\nCONFIG_INET_TCP_DIAG=y\n"], true),
            (["boot/config-V": "#\nCONFIG_INET_TCP_DIAG=m\n"], false),
            (["proc/kallsyms": "0000 t tcp_diag_dump\n"], true),
            (["proc/kallsyms": "0000 t tcp_diag_dump\t[tcp_diag]\n"], false),
            (["proc/sys/kernel/modules_disabled": "1\n"], true),
        ] as [([String: String], Bool)])
    func module(files: [String: String], mayAsk: Bool) throws {
        let base = [
            "proc/modules": "xt_foo 16384 0 - Live 0x0\n",
            "proc/sys/kernel/modprobe": "/sbin/modprobe\n",
        ]
        let tree = try RecordedTree(base.merging(files, uniquingKeysWith: { $1 }))
        let obstacle = HostInspector.socketDiagnosticsObstacle(root: tree.root, kernel: "V")
        #expect((obstacle == nil) == mayAsk)
        if !mayAsk { #expect(obstacle?.description.contains("tcp_diag is not loaded") == true) }
    }
}
