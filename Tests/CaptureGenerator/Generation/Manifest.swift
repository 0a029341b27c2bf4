/// Totals of a capture, with which any analyzer can be compared.
public struct Manifest: Sendable, Equatable {
    /// Counted as frames were written.
    public var frames = 0
    public var fileBytes = 0
    /// In the order in which the JSON names them.
    public private(set) var counts: [Count: Int] = [:]
    public private(set) var faults: [Fault: Int] = [:]
    var first: UInt64?
    var last: UInt64 = 0

    public enum Count: String, CaseIterable, Sendable {
        case flows
        case packets
        case wireBytes = "wire_bytes"
        case capturedBytes = "captured_bytes"
        case ipv6Packets = "ipv6_packets"
        case vlanPackets = "vlan_packets"
        case syn
        case synAck = "syn_ack"
        case fin
        case rst
        case rstByClient = "rst_by_client"
        case rstByServer = "rst_by_server"
        case payloadBytesClient = "payload_bytes_client"
        case payloadBytesServer = "payload_bytes_server"
        case retransmitted
        case retransmittedSYN = "retransmitted_syn"
        case outOfOrder = "out_of_order"
        case duplicateAcks = "duplicate_acks"
        case zeroWindows = "zero_windows"
        case duplicateFrames = "duplicate_frames"
        case duplicateDataFrames = "duplicate_data_frames"
        case plainFlows = "plain_flows"
        case tls12Flows = "tls12_flows"
        case tls13Flows = "tls13_flows"
        case clientHellos = "client_hellos"
        case serverHellos = "server_hellos"
        case clientHellosUnanswered = "client_hellos_unanswered"
        case alertsInClear = "alerts_in_clear"
        case alertRecords = "alert_records"
        case resumptionOffered = "resumption_offered"
        case resumptionAccepted = "resumption_accepted"
        case resumptionRefused = "resumption_refused"
    }

    public init() {}

    public subscript(count: Count) -> Int { counts[count, default: 0] }

    mutating func add(_ flow: FlowTruth) {
        first = first ?? flow.first
        last = max(last, flow.last)
        if let fault = flow.connection.fault { faults[fault, default: 0] += 1 }
        addTCP(flow)
        addTLS(flow)
    }

    private mutating func add(_ count: Count, _ value: Int) {
        if value != 0 { counts[count, default: 0] += value }
    }

    private mutating func addTCP(_ flow: FlowTruth) {
        let (client, server) = (flow.sides.client, flow.sides.server)
        add(.flows, 1)
        add(.packets, flow.packets)
        add(.wireBytes, flow.wireBytes)
        add(.capturedBytes, flow.capturedBytes)
        add(.ipv6Packets, flow.connection.isIPv6 ? flow.packets : 0)
        add(.vlanPackets, flow.connection.vlan.isEmpty ? 0 : flow.packets)
        add(.syn, client.syn)
        add(.synAck, server.syn)
        add(.fin, client.fin + server.fin)
        add(.rst, client.rst + server.rst)
        add(.rstByClient, client.rst)
        add(.rstByServer, server.rst)
        add(.payloadBytesClient, client.payloadBytes)
        add(.payloadBytesServer, server.payloadBytes)
        add(.retransmitted, client.retransmitted + server.retransmitted)
        add(.retransmittedSYN, client.repeatedSYN + server.repeatedSYN)
        add(.outOfOrder, client.outOfOrder + server.outOfOrder)
        add(.duplicateAcks, client.duplicateAcks + server.duplicateAcks)
        add(.zeroWindows, client.zeroWindows + server.zeroWindows)
        add(.duplicateFrames, client.copies + server.copies)
        add(.duplicateDataFrames, client.copiesWithPayload + server.copiesWithPayload)
    }

    private mutating func addTLS(_ flow: FlowTruth) {
        let tls = flow.tls
        add(.plainFlows, flow.connection.tls == nil ? 1 : 0)
        add(.tls12Flows, tls.version == "TLSv1.2" ? 1 : 0)
        add(.tls13Flows, tls.version == "TLSv1.3" ? 1 : 0)
        add(.clientHellos, tls.clientHellos)
        add(.serverHellos, tls.serverHellos)
        add(.clientHellosUnanswered, flow.hasUnansweredHello ? 1 : 0)
        add(.alertsInClear, tls.alerts.count)
        add(.alertRecords, tls.alertRecords.client + tls.alertRecords.server)
        add(.resumptionOffered, tls.offersResumption ? 1 : 0)
        add(.resumptionAccepted, tls.resumed ? 1 : 0)
        let refused = tls.offersResumption && tls.serverHellos > 0 && !tls.resumed
        add(.resumptionRefused, refused ? 1 : 0)
    }

    /// `faults` counts flows: two for a connection whose ports were used again.
    public var json: String {
        var line = JSONLine()
        line.put("schema", "capture-generator.manifest/1")
        line.put("frames", frames)
        line.put("file_bytes", fileBytes)
        line.put("first", first.map(timestamp))
        line.put("last", first == nil ? nil : timestamp(last))
        for count in Count.allCases { line.put(count.rawValue, self[count]) }
        line.put("faults") { pairs in
            for fault in Fault.allCases { pairs.put(fault.rawValue, faults[fault, default: 0]) }
        }
        return String(decoding: line.closed(), as: UTF8.self) + "\n"
    }
}
