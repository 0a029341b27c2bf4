internal import Casebook
internal import Dissection

/// Two routers that both say they are the master of one virtual router (RFC 9568 §5.2).
struct VRRPAnalyzer: DatagramAnalyzer {
    static let establishes: [FactID] = ["capture.vrrp.two-masters"]

    private var masters: [UInt8: (source: IPAddress, time: Int64)] = [:]
    /// How often the master changed; one change is a failover.
    private var changes: [UInt8: Int] = [:]
    private var tally = DatagramTally()
    private static let window: Int64 = 10_000_000_000

    mutating func visit(_ datagram: Datagram, _ bytes: RawSpan) {
        guard case .ip(112) = datagram.kind, bytes.byteCount >= 8, bytes.byte(at: 0) & 0xF == 1
        else { return }
        tally.opportunities += 1
        let router = bytes.byte(at: 1)
        // Priority 0 resigns.
        if bytes.byte(at: 2) == 0 {
            masters[router] = nil
            return
        }
        if let former = masters[router], former.source != datagram.source,
            datagram.time - former.time <= Self.window
        {
            changes[router, default: 0] += 1
            if changes[router] == 2 { tally.add(datagram.number, datagram.time) }
        }
        masters[router] = (datagram.source, datagram.time)
    }

    func conclude(_ capture: CaptureContext, _ flows: FlowNotes) -> [Evidence] {
        tally.evidence(
            "capture.vrrp.two-masters", capture,
            present: "\(counted(tally.count, "virtual router")) had two masters at one time: they "
                + "do not hear each other",
            absent: "every virtual router had one master")
    }
}
