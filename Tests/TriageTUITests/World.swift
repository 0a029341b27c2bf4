import Casebook
import CasebookStore
import HostInspection
import TrafficAnalysis
import Triage

/// What the screens of captures, hosts and incidents are shown in tests.
enum World {
    static let held = Book.repository(
        "casebook/tls/blocking-tls-accept-held-by-silent-client/replays/"
            + "health-check-waits-for-banner.pcap")

    /// What a capture shows after so many packets.
    static func glimpse(of path: String, after packets: Int) throws -> CaptureGlimpse {
        var seen: CaptureGlimpse?
        let watch = CaptureWatch {
            $0 == packets
        } show: { _, glimpse in
            seen = glimpse
        }
        _ = try CaptureRun(path: path, digests: 100, watch: watch) { _ in true }
        guard let seen else { throw Missing() }
        return seen
    }

    struct Missing: Error {}

    /// A look at a host, `seconds` after the first one.
    static func host(after seconds: Int64) -> HostSnapshot {
        var leak = Socket()
        leak.state = .closeWait
        leak.local = SocketAddress(address: IPAddress(ipv4: 0x7F00_0001), port: 40_000)
        leak.remote = SocketAddress(address: IPAddress(ipv4: 0x0A00_0002), port: 443)
        (leak.hasInfo, leak.lastSent, leak.lastReceived) = (true, 2_400_000, 2_400_000)
        (leak.owner, leak.receiveQueue) = (0, 1)
        var listener = Socket()
        listener.state = .listen
        listener.local = SocketAddress(address: IPAddress(ipv4: 0), port: 8_443)
        (listener.owner, listener.receiveQueue, listener.sendQueue) = (1, 3, 128)
        var table = SocketTable(
            sockets: Array(repeating: leak, count: 7) + [listener],
            owners: [.init(pid: 10, name: "java\u{1B}[2J漢字"), .init(pid: 11, name: "nginx")])
        table.unreadableProcesses = 4
        var counters = CounterTable()
        counters.add(Counter(name: "TcpRetransSegs", value: 100 + UInt64(seconds) * 5))
        counters.add(Counter(name: "TcpOutRsts", value: 7))
        return HostSnapshot(
            time: 1_767_225_600_000_000_000 + seconds * 1_000_000_000,
            sinceBoot: seconds * 1_000_000_000, kernel: "6.1.0", sockets: .known(table),
            counters: counters,
            limits: [
                Limit(name: "conntrack.entries", used: .known(950), maximum: .known(1_000)),
                Limit(
                    name: "files.process", subject: "pid 11 (nginx)", used: .known(10),
                    maximum: .known(1_024)),
            ])
    }

    static func ledger(_ casebook: Casebook) -> [LedgerEntry] {
        let fact = casebook.symptoms[0].id
        let seen = Evidence(id: fact, kind: .symptom, state: .present, source: "operator")
        return [
            LedgerEntry(
                number: 1, time: 1_767_139_200, cause: casebook.cases[0].id, verified: true,
                evidence: [seen]),
            LedgerEntry(
                number: 2, time: 1_767_222_000, cause: nil, verified: false, evidence: [seen]),
        ]
    }

    static func session(_ casebook: Casebook) -> SessionFile {
        var now = SessionFile.Record()
        now.evidence = [
            Evidence(
                id: casebook.symptoms[0].id, kind: .symptom, state: .present, source: "report")
        ]
        now.captures = ["/var/tmp/checkout.pcap"]
        now.targets = ["checkout.example:443"]
        now.said = ["結帳 is slow"]
        return SessionFile(
            id: "01930000-0000-7000-8000-000000000001", created: 1_767_139_200,
            updated: 1_767_142_800, now: now)
    }
}
