import Dissection
import Foundation
import PacketCapture
import Testing
import TrafficAnalysis

/// Public captures against the ground truth that came with them, wherever it says the comparison
/// is well defined (`confirmed.tcp`, `confirmed.tls`).
///
/// The folder is `Tests/Fixtures/captures/public`; `make truth` points `INQUEST_TRUTH` at more.
@Suite struct TruthTests {
    static let folder =
        ProcessInfo.processInfo.environment["INQUEST_TRUTH"].map { URL(fileURLWithPath: $0) }
        ?? fixtures.appendingPathComponent("captures/public")

    static let files: [String] = {
        let truth = folder.appendingPathComponent("truth")
        let found = FileManager.default.enumerator(atPath: truth.path)?.compactMap { $0 as? String }
        return (found ?? []).filter { $0.hasSuffix(".json") }.sorted()
    }()

    @Test func `there are captures to compare`() {
        #expect(Self.files.count >= 10)
    }

    @Test(arguments: files)
    func `flows, counts and hellos agree with the truth`(file: String) throws {
        let truth = try Truth(Self.folder.appendingPathComponent("truth/" + file))
        guard let report = try truth.analyse(in: Self.folder) else { return }
        if truth.comparesStreamCount {
            #expect(report.tcp.flows == truth.streams.count, "\(file): number of flows")
        }
        var byTuple: [String: [FlowRecord]] = [:]
        for flow in flows(of: report) { byTuple[Truth.tuple(flow), default: []].append(flow) }
        var taken: [String: Int] = [:]
        for stream in truth.streams {
            let position = taken[stream.tuple, default: 0]
            taken[stream.tuple] = position + 1
            guard stream.tcpConfirmed else { continue }
            guard let candidates = byTuple[stream.tuple], position < candidates.count else {
                Issue.record("\(file): no flow for stream \(stream.number), \(stream.tuple)")
                continue
            }
            for difference in stream.differences(candidates[position]) {
                Issue.record("\(file) stream \(stream.number): \(difference)")
            }
        }
    }
}

/// One truth file.
struct Truth {
    typealias Object = [String: Any]
    let json: Object
    let streams: [TruthStream]

    init(_ url: URL) throws {
        json = try #require(
            JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? Object)
        let snapped = (json["frames_cut_by_snaplen"] as? Int ?? 0) > 0
        streams = (json["streams"] as? [Object] ?? []).map { TruthStream($0, snapped: snapped) }
    }

    /// Compressed captures and what the reader names as unsupported are not comparable.
    func analyse(in folder: URL) throws -> CaptureReport? {
        guard json["compression"] is NSNull, let file = json["file"] as? String else { return nil }
        do {
            return try TrafficAnalysisTests.analyse(folder.appendingPathComponent(file).path)
        } catch is CaptureError {
            return nil
        }
    }

    /// Another rule for reused ports, tunnels or frames that tshark gives to no stream make the
    /// number of streams a matter of opinion (pitfall a).
    var comparesStreamCount: Bool {
        let totals = json["analysis_totals"] as? Object ?? [:]
        return totals["reused_ports"] == nil && streams.allSatisfy(\.tcpConfirmed)
            && (json["tcp_frames_without_stream"] as? Int ?? 0) == 0
            && (json["ip_fragment_frames"] as? Int ?? 0) == 0
            && (json["frames_with_tcp_inside_tcp"] as? Int ?? 0) == 0
            && (json["icmp_quoted_tcp_frames"] as? Int ?? 0) == 0
            && (json["tshark_exit"] as? Int ?? 0) == 0
    }

    static func tuple(_ flow: FlowRecord) -> String {
        tuple((flow.client.address, flow.client.port), (flow.server.address, flow.server.port))
    }

    static func tuple(_ a: (IPAddress, UInt16), _ b: (IPAddress, UInt16)) -> String {
        ["\(a.0) \(a.1)", "\(b.0) \(b.1)"].sorted().joined(separator: " ")
    }
}

/// One stream of a truth file; `a` sent the first packet.
struct TruthStream {
    typealias Object = [String: Any]
    let json: Object
    let snapped: Bool

    init(_ json: Object, snapped: Bool) {
        self.json = json
        self.snapped = snapped
    }

    var number: Int { json["stream"] as? Int ?? -1 }
    var tcpConfirmed: Bool { confirmed("tcp") }

    private func confirmed(_ what: String) -> Bool {
        (json["confirmed"] as? Object)?[what] as? Bool == true
    }

    private func endpoint(_ side: String) -> (IPAddress, UInt16) {
        let object = json[side] as? Object ?? [:]
        let address = IPAddress(object["ip"] as? String ?? "") ?? IPAddress()
        return (address, UInt16(object["port"] as? Int ?? 0))
    }

    var tuple: String { Truth.tuple(endpoint("a"), endpoint("b")) }

    private func count(_ key: String, _ side: String) -> Int {
        (json[key] as? Object)?[side] as? Int ?? 0
    }

    func differences(_ flow: FlowRecord) -> [String] {
        let a = endpoint("a")
        let aIsClient = flow.client.address == a.0 && flow.client.port == a.1
        var found: [String] = []
        for (side, isClient) in [("a", aIsClient), ("b", !aIsClient)] {
            func check<Value: Equatable>(_ name: String, _ expected: Value, _ ours: PerSide<Value>)
            {
                let got = isClient ? ours.client : ours.server
                if got != expected {
                    found.append("\(name) of \(side): expected \(expected), got \(got)")
                }
            }
            check("packets", count("packets", side), flow.packets)
            check("payload", UInt64(count("payload_bytes", side)), flow.payloadBytes)
            check("SYN", count("syn", side) + count("syn_ack", side), flow.syn)
            check("FIN", count("fin", side), flow.fin)
            check("RST", count("rst", side), flow.rst)
            check("window 0", count("window_value_zero_frames", side), flow.zeroWindows)
            check("TTL", ttls(side), flow.ttl.mapped { Set($0) })
            check("MAC", macs(side), flow.mac.mapped { Set($0) })
            compareSequence(side, isClient, flow, &found)
        }
        if let initiator = json["initiator"] as? String, (initiator == "a") != aIsClient {
            found.append("client: expected \(initiator)")
        }
        if confirmed("tls"), !snapped { compareTLS(flow, aIsClient, &found) }
        return found
    }

    private func ttls(_ side: String) -> Set<UInt8> {
        Set(((json["ttl"] as? Object)?[side] as? Object ?? [:]).keys.compactMap { UInt8($0) })
    }

    private func macs(_ side: String) -> Set<UInt64> {
        Set(
            ((json["mac_src"] as? Object)?[side] as? Object ?? [:]).keys.compactMap {
                UInt64($0.replacingOccurrences(of: ":", with: ""), radix: 16)
            })
    }

    /// Plain arithmetic; the copies of packets that were captured twice are in the truth's count.
    private func compareSequence(
        _ side: String, _ isClient: Bool, _ flow: FlowRecord, _ found: inout [String]
    ) {
        guard count("same_packet_seen_again", side) == 0,
            let space = (json["sequence_space"] as? Object)?[side] as? Object
        else { return }
        let late = space["late_segments"] as? Int ?? 0
        let got = isClient ? flow.outOfOrder.client : flow.outOfOrder.server
        if got != late { found.append("out of order of \(side): expected \(late), got \(got)") }
        let resent = space["resent_segments"] as? Int ?? 0
        let repeats = isClient ? flow.retransmitted.client : flow.retransmitted.server
        if repeats < resent {
            found.append("retransmitted of \(side): at least \(resent), got \(repeats)")
        }
    }

    private func compareTLS(_ flow: FlowRecord, _ aIsClient: Bool, _ found: inout [String]) {
        guard let tls = json["tls"] as? Object else {
            if flow.tls?.clientHellos ?? 0 > 0 { found.append("TLS where the truth has none") }
            return
        }
        let types = tls["handshake_types"] as? Object ?? [:]
        let all = (types["a"] as? [Int] ?? []) + (types["b"] as? [Int] ?? [])
        let hellos = all.count { $0 == 1 }
        let retries = tls["hello_retry_request"] as? Bool == true ? 1 : 0
        let answers = all.count { $0 == 2 } - retries
        guard let ours = flow.tls else {
            if hellos + answers > 0 { found.append("no TLS found") }
            return
        }
        if ours.clientHellos != hellos {
            found.append("ClientHello: expected \(hellos), got \(ours.clientHellos)")
        }
        if ours.serverHellos != answers {
            found.append("ServerHello: expected \(answers), got \(ours.serverHellos)")
        }
        let name = tls["server_name"] as? String
        if let name, ours.serverName != name {
            found.append("SNI: expected \(name), got \(ours.serverName ?? "none")")
        }
        if answers > 0 { compareResumption(tls, ours, &found) }
    }

    private func compareResumption(
        _ tls: Object, _ ours: FlowRecord.TLS, _ found: inout [String]
    ) {
        let psk = tls["psk_accepted"] as? Bool == true
        let abbreviated = tls["abbreviated_handshake"] as? Bool == true
        if ours.resumed != (psk || abbreviated) {
            found.append("resumed: expected \(psk || abbreviated), got \(ours.resumed)")
        }
    }
}

extension PerSide {
    func mapped<Other>(_ transform: (Value) -> Other) -> PerSide<Other> {
        PerSide<Other>(client: transform(client), server: transform(server))
    }
}
