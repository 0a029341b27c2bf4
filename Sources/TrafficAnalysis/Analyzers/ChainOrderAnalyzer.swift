internal import Casebook

/// Servers that send their certificates in another order than TLS 1.2 and before demand: each
/// certifies the one before it (RFC 5246 §7.4.2). TLS 1.3 lets clients put up with any order
/// (RFC 8446 §4.4.2), and many do before it; Java ME, embedded and old clients refuse.
struct ChainOrderAnalyzer: Analyzer {
    static let establishes: [FactID] = ["capture.tls.chain-out-of-order"]

    private var disordered = Tally()

    mutating func visit(_ f: FlowFacts) {
        guard let tls = f.tls, tls.serverHellos > 0, let chain = f.chain, chain.count > 1 else {
            return
        }
        disordered.opportunities += 1
        if !chain.isInOrder { disordered.add(f.place(tls.serverHelloPacket, tls.serverHelloTime)) }
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        disordered.evidence(
            "capture.tls.chain-out-of-order", capture,
            present: "in \(counted(disordered.count, "handshake")) the server's certificates came "
                + "in another order than each after the one that it signed: strict clients refuse",
            absent: "servers sent each certificate after the one that it signed")
    }
}
