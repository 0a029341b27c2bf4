import Casebook
import Dissection
import Foundation
import PacketCapture
import Testing
import TrafficAnalysis

@testable import CaptureGeneration

/// The analysis of a run's capture, through a file as `inquest capture` reads it.
func analyse(
    _ capture: [UInt8], flowLimit: Int = 4_000_000, keepsFlows: Bool = true,
    linger: Int64 = CaptureAnalysis.linger
) throws -> CaptureReport {
    let path = FileManager.default.temporaryDirectory
        .appendingPathComponent("inquest-generated-\(UUID().uuidString).pcap").path
    try Data(capture).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    var reader = try CaptureReader(path: path)
    var analysis = CaptureAnalysis(
        file: "generated", flowLimit: flowLimit, keepsFlows: keepsFlows, linger: linger)
    let facts = try reader.forEachPacket { record, bytes in
        analysis.packet(
            bytes, number: record.number, time: record.time, wireLength: record.wireLength,
            link: record.link)
        return true
    }
    return analysis.finish(CaptureSource(format: facts.format, linkTypes: []))
}

/// The fields of a flow that the truth knows, under the truth's names.
private func facts(of flow: FlowRecord) -> [String: String] {
    func pair<Value>(_ value: TrafficAnalysis.PerSide<Value>) -> String {
        "\(value.client) \(value.server)"
    }
    func end(_ end: FlowRecord.Endpoint) -> String { "\(end.address) \(end.port)" }
    var facts = [
        "flow": "\(flow.flow)", "community_id": flow.communityID, "client_is": flow.clientIs,
        "first": timestamp(UInt64(flow.first)), "last": timestamp(UInt64(flow.last)),
        "client": end(flow.client), "server": end(flow.server),
        "packets": pair(flow.packets), "payload_bytes": pair(flow.payloadBytes),
        "syn": pair(flow.syn), "fin": pair(flow.fin), "rst": pair(flow.rst),
        "retransmitted": pair(flow.retransmitted), "out_of_order": pair(flow.outOfOrder),
        "zero_windows": pair(flow.zeroWindows), "vlan": "\(flow.vlan)",
        "ttl": "\(flow.ttl.client.sorted()) \(flow.ttl.server.sorted())",
    ]
    guard let tls = flow.tls else { return facts }
    facts["tls"] = """
        \(tls.clientHellos) \(tls.serverHellos) \(tls.serverName ?? "-") \(tls.version ?? "-") \
        \(tls.offeredResumption) \(tls.resumed) \(tls.alerts.map(\.alert.name))
        """
    facts["close"] = "\(tls.close.client.rawValue) \(tls.close.server.rawValue)"
    return facts
}

/// The same from a truth line; without the fields that are not well defined for this flow.
private func facts(of truth: [String: Any]) -> [String: String] {
    func pair(_ value: Any?) -> String {
        let value = value as? [String: Any] ?? [:]
        return "\(value["client"] ?? "?") \(value["server"] ?? "?")"
    }
    func end(_ value: Any?) -> String {
        let value = value as? [String: Any] ?? [:]
        return "\(value["address"] ?? "?") \(value["port"] ?? "?")"
    }
    var facts: [String: String] = [:]
    for key in ["flow", "community_id", "client_is", "first", "last"] {
        facts[key] = "\(truth[key] ?? "?")"
    }
    for key in ["client", "server"] { facts[key] = end(truth[key]) }
    for key in [
        "packets", "payload_bytes", "syn", "fin", "rst", "retransmitted", "out_of_order",
        "zero_windows",
    ] {
        facts[key] = pair(truth[key])
    }
    let ttl = truth["ttl"] as? [String: [Int]] ?? [:]
    facts["ttl"] = "\(ttl["client"] ?? []) \(ttl["server"] ?? [])"
    facts["vlan"] = "\(truth["vlan"] as? [Int] ?? [])"
    guard let tls = truth["tls"] as? [String: Any] else { return facts }
    let text = { (key: String) in tls[key] as? String ?? "-" }
    facts["tls"] = """
        \(tls["client_hellos"] ?? 0) \(tls["server_hellos"] ?? 0) \(text("sni")) \(text("version")) \
        \(tls["offered_resumption"] as? Bool ?? false) \(tls["resumed"] as? Bool ?? false) \
        \(tls["alerts"] as? [String] ?? [])
        """
    if let close = tls["close"] { facts["close"] = pair(close) }
    return facts
}

@Suite("The analysis of generated captures")
struct AnalysisTests {
    private func compare(_ run: Run) throws {
        let report = try analyse(run.capture)
        var flows: [FlowRecord] = []
        report.forEachFlow { flows.append($0) }
        #expect(flows.count == run.flows.count)
        for (truth, flow) in zip(run.flows, flows) {
            let seen = facts(of: flow)
            for (key, known) in facts(of: truth) {
                #expect(seen[key] == known, "flow \(flow.flow), \(truth["fault"] ?? ""): \(key)")
            }
        }
        #expect(report.otherPackets.undecoded == 0)
        #expect(report.tcp.retransmitted == run.manifest[.retransmitted])
        #expect(report.tls.clientHellos == run.manifest[.clientHellos] || run.isCut)
        #expect(report.tls.serverHellos == run.manifest[.serverHellos] || run.isCut)
    }

    @Test(arguments: 1...3)
    func `Every flow is seen as it was made`(seed: UInt64) throws {
        try compare(
            Run {
                $0.seed = seed
                $0.limit = .flows(400)
                $0.shares.faulty = 70
            })
    }

    @Test func `So it is in pcapng with nanoseconds, and with frames cut short`() throws {
        try compare(
            Run {
                $0.file.container = .pcapng
                $0.file.precision = .nanoseconds
                $0.file.byteOrder = .big
            })
        try compare(Run { $0.file.snapLength = 96 })
    }

    @Test func `So it is when all connections are open at once, between few hosts`() throws {
        try compare(
            Run {
                $0.flowsPerSecond = 100_000
                $0.clients = 3
                $0.servers = 2
                $0.shares.merged = 40
                $0.shares.faulty = 50
            })
    }

    /// What is said of a capture must not depend on when flows are given back, and so not on the
    /// order in which analyzers see them.
    @Test(arguments: 1...3)
    func `Giving flows back early changes no finding`(seed: UInt64) throws {
        let run = try Run {
            $0.seed = seed
            $0.limit = .flows(3000)
            $0.flowsPerSecond = 10
            $0.clients = 20
            $0.shares.faulty = 40
        }
        let kept = try analyse(run.capture)
        let given = try analyse(run.capture, keepsFlows: false)
        #expect(given.findings == kept.findings)
        #expect(given.tcp == kept.tcp)
        #expect(given.tls == kept.tls)
        #expect(given.warnings == kept.warnings)
        #expect(kept.flowRecords == kept.tcp.flows)
        #expect(given.flowRecords * 3 < kept.tcp.flows)
        for flow in 0..<kept.tcp.flows {
            #expect(given.server(ofFlow: flow) == kept.server(ofFlow: flow))
        }
    }

    @Test func `Flows that were given back count towards a limit of their own`() throws {
        let run = try Run {
            $0.limit = .flows(2000)
            $0.shares.faulty = 0
        }
        let report = try analyse(
            run.capture, flowLimit: 300, keepsFlows: false, linger: 1_000_000)
        #expect(report.tcp.flows == 4 * 300)
        #expect(report.flowRecords <= 300)
        #expect(report.warnings.contains { $0.id == "capture.quality.too-many-flows" })
    }

    @Test func `Open flows longest without a packet make room for new ones, and it is said`() throws
    {
        let run = try Run {
            $0.limit = .flows(1000)
            $0.flowsPerSecond = 100_000
            $0.shares.faulty = 0
        }
        let all = try analyse(run.capture, flowLimit: .max, keepsFlows: false)
        let few = try analyse(run.capture, flowLimit: 500, keepsFlows: false)
        // Every connection was looked at, and the tally of what a flow begins with is whole.
        #expect(few.tcp.flows == all.tcp.flows)
        #expect(few.tcp.syn == all.tcp.syn)
        #expect(few.flowRecords <= 500)
        let warning = few.warnings.first { $0.id == "capture.quality.too-many-flows" }
        #expect(warning?.summary.contains("gave way to newer ones") == true)
        #expect(!all.warnings.contains { $0.id == "capture.quality.too-many-flows" })
    }

    @Test func `A late packet opens no new flow, a new handshake does`() throws {
        let run = try Run {
            $0.limit = .flows(2000)
            $0.flowsPerSecond = 1000
            $0.shares.faulty = 0
        }
        // The same capture twice, as if the client's system used its ports again; the copies carry
        // the initial sequence numbers of the first and so are late packets of it.
        let twice = run.capture + run.capture.dropFirst(24)
        let once = try analyse(run.capture, keepsFlows: false)
        let report = try analyse(twice, keepsFlows: false, linger: 1_000_000)
        #expect(report.packets == 2 * once.packets)
        #expect(report.tcp.flows == once.tcp.flows)
        #expect(report.flowRecords < once.tcp.flows)
    }

    /// The finding that a fault must, and healthy flows must not, give rise to.
    @Test(arguments: [
        (Fault.synUnanswered, "capture.tcp.syn-unanswered"),
        (.synRefused, "capture.tcp.syn-refused"),
        (.silentOpen, "capture.tcp.silent-open"),
        (.helloUnanswered, "capture.tls.client-hello-acked-unanswered"),
        (.helloNeverAcked, "capture.tls.client-hello-unanswered"),
        (.slowServerHello, "capture.tls.slow-server-flight"),
        (.resetAfterHello, "capture.tls.cut-after-hello"),
        (.alertByServer, "capture.tls.alert-by-server"),
        (.resumptionRefused, "capture.tls.resumption-refused"),
        (.requestUnanswered, "capture.tcp.request-never-answered"),
        (.resetInjected, "capture.tcp.reset-ttl-foreign"),
        (.ttlShift, "capture.tcp.ttl-shift"),
        (.nextHopShift, "capture.tcp.sender-uses-two-next-hops"),
        (.sourceMACShift, "capture.tcp.flow-changes-mac"),
        (.noCloseNotifyClient, "capture.tls.no-close-notify-by-client"),
        (.noCloseNotifyServer, "capture.tls.no-close-notify-by-server"),
    ])
    func `Each fault is found, and not found without it`(fault: Fault, finding: String) throws {
        func state(faulty: Int) throws -> String? {
            let run = try Run {
                $0.limit = .flows(40)
                $0.flowsPerSecond = 1  // so that the capture goes on after a fault
                $0.shares.faulty = faulty
                $0.faults = [fault]
                $0.shares.plain = 0
            }
            let found = try analyse(run.capture).findings.first { $0.id == finding }
            return found.map { "\($0.state)" }
        }
        #expect(try state(faulty: 100) == "present")
        #expect(try state(faulty: 0) != "present")
    }
}

extension Run {
    /// A snap length took bytes of frames.
    fileprivate var isCut: Bool { manifest[.capturedBytes] < manifest[.wireBytes] }
}
