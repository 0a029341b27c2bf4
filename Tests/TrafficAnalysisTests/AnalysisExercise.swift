import Casebook
import Dissection

@testable import PacketCapture
@testable import TrafficAnalysis

/// Analyses `input` as a capture file, all of it, and checks what must hold for any bytes.
func exerciseAnalysis(_ input: RawSpan) {
    let head = input.extracting(0..<min(input.byteCount, CaptureFormat.decisive))
    switch CaptureFormat(head) {
    case .pcap(let header): exercise(input, PcapDecoder(header))
    case .pcapng: exercise(input, PcapngDecoder())
    default: return
    }
}

private func exercise(_ input: RawSpan, _ decoder: some PacketDecoder) {
    var decoder = decoder
    var analysis = CaptureAnalysis(file: "fuzz")
    var log = PointLog(file: "fuzz")
    var packets = 0
    analysis.expected.leastFlows = 0
    _ = decoder.consume(
        input, expecting: { link, bytes in analysis.expect(bytes, link: link) }
    ) { record, bytes in
        packets += 1
        analysis.packet(
            bytes, number: record.number, time: record.time, wireLength: record.wireLength,
            link: record.link)
        log.packet(
            bytes, number: record.number, time: record.time, wireLength: record.wireLength,
            link: record.link)
        return true
    }
    checkComparison(log)
    let report = analysis.finish(CaptureSource(format: "pcap", linkTypes: []))
    check(report, packets: packets)
}

/// Findings are unique, finite and cite what exists; flows add up to no more than the packets.
private func check(_ report: CaptureReport, packets: Int) {
    precondition(report.packets == packets)
    precondition(Set(report.findings.map(\.id)).count == report.findings.count)
    for finding in report.findings {
        precondition(finding.measure?.value.isFinite ?? true)
        precondition(finding.state != .present || finding.count ?? 0 > 0, finding.id)
        for place in finding.locations {
            // What is no TCP, such as ARP, has none.
            precondition(place.flow.map { 0..<report.tcp.flows ~= $0 } ?? true, finding.id)
            precondition(place.packet ?? 0 > 0, finding.id)
        }
    }
    var inFlows = 0
    report.forEachFlow { flow in
        inFlows += flow.packets.client + flow.packets.server
        precondition(flow.retransmitted.client <= flow.packets.client)
        precondition(flow.retransmitted.server <= flow.packets.server)
        precondition(flow.communityID.utf8.count == 30)
    }
    precondition(inFlows <= packets)
}

/// A capture compared with itself has lost nothing, and nobody has written anything between.
private func checkComparison(_ log: PointLog) {
    let comparison = PathComparison([log, log])
    precondition(comparison.findings.allSatisfy { $0.state != .present })
    precondition(comparison.matched == comparison.connections)
    for hop in comparison.hops {
        for side in [hop.sides.client, hop.sides.server] {
            precondition(side.lost + side.lostACKs + side.appeared + side.appearedACKs == 0)
        }
    }
}
