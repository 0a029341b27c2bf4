internal import Casebook
internal import Dissection

/// QUIC that nobody answers, so that clients wait and then come by TCP (RFC 9000 §17.2.2, §14.1).
struct QUICAnalyzer: DatagramAnalyzer {
    static let establishes: [FactID] = ["capture.quic.unanswered"]

    private struct Path: Hashable {
        var client: IPAddress
        var clientPort: UInt16
        var server: IPAddress
        var serverPort: UInt16
    }

    private var initials: [Path: (packet: UInt32, time: Int64, answered: Bool)] = [:]
    private static let limit = 65_536
    /// Browsers race TCP within a second; others give up after some.
    private static let patience: Int64 = 10_000_000_000

    mutating func visit(_ datagram: Datagram, _ bytes: RawSpan) {
        guard case .ip(17) = datagram.kind, let header = UDPHeader(bytes) else { return }
        if header.destinationPort == 443 {
            guard bytes.byteCount >= UDPHeader.size + 5, bytes.byteCount >= 1200,
                bytes.byte(at: 8) & 0xC0 == 0xC0, bytes.uint32(at: 9) != 0
            else { return }
            let path = Path(
                client: datagram.source, clientPort: header.sourcePort,
                server: datagram.destination, serverPort: header.destinationPort)
            if initials[path] == nil, initials.count < Self.limit {
                initials[path] = (datagram.number, datagram.time, false)
            }
        } else if header.sourcePort == 443 {
            let path = Path(
                client: datagram.destination, clientPort: header.destinationPort,
                server: datagram.source, serverPort: header.sourcePort)
            initials[path]?.answered = true
        }
    }

    func conclude(_ capture: CaptureContext, _ flows: FlowNotes) -> [Evidence] {
        var tally = DatagramTally()
        tally.opportunities = initials.values.count(where: \.answered)
        let unanswered = initials.filter { !$0.value.answered }
        // Of most captures none: then nobody has to go through all flows.
        let later = TimesByKey(
            flows.notes.prefix(unanswered.isEmpty ? 0 : .max)
                .filter { $0.established > 0 && capture.servers[$0.server].port == 443 }.map {
                    let server = capture.servers[$0.server].address
                    return (Endpoints(client: $0.client, server: server), $0.first)
                })
        let vain = unanswered.filter { path, initial in
            later.hasOne(
                Endpoints(client: path.client, server: path.server),
                in: initial.time...initial.time + Self.patience)
        }
        for initial in vain.values.sorted(by: { $0.packet < $1.packet }) {
            tally.add(initial.packet, initial.time)
        }
        return tally.evidence(
            "capture.quic.unanswered", capture,
            present: "\(counted(tally.count, "QUIC connection")) got no answer, and the client "
                + "came by TCP then: UDP port 443 seems to be stopped on the way",
            absent: "QUIC was answered")
    }
}
