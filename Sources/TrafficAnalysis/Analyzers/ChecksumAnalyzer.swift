internal import Casebook

/// Checksums that do not fit, told apart by who sent them. A host's own packets pass the capture
/// before its network card computes the sum; what came over a wire must fit.
///
/// An address all of whose packets are wrong was changed in the file (made anonymous, rewritten) or
/// never computes sums; that is no damage on the way.
struct ChecksumAnalyzer: Analyzer {
    static let establishes: [FactID] = [
        "capture.artefact.bad-checksum-sent-only", "capture.ip.bad-checksum-received",
    ]

    mutating func visit(_ f: FlowFacts) {}

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        let senders = capture.checksums.senders
        var own = Tally()
        var received = Tally()
        let checked = senders.reduce(0) { $0 + $1.good + $1.leftToCard + $1.wrong }
        let arrived = senders.reduce(0) { $0 + $1.good }
        own.opportunities = checked >= 10 && arrived > 0 ? 1 : 0
        received.opportunities = own.opportunities
        for sender in senders {
            // Left to the card by the sender itself: its sums never fit.
            let left = sender.leftToCard
            if left >= 3, left >= 9 * (sender.good + sender.wrong) { own.add(sender.cardPlaces) }
            if sender.wrong > 0, sender.good >= 4 * sender.wrong {
                received.add(sender.wrongPlaces)
            }
        }
        // Where everybody's are wrong the file was rewritten.
        if arrived == 0 { own.forget() }
        return own.evidence(
            "capture.artefact.bad-checksum-sent-only", capture,
            present: "\(counted(own.count, "checksum")) of those looked at were left to the "
                + "network card by the host that captured: no damage",
            absent: "no sender left its checksums to the network card")
            + received.evidence(
                "capture.ip.bad-checksum-received", capture,
                present: "\(counted(received.count, "packet")) of those looked at came with a "
                    + "wrong TCP checksum from senders whose other packets are right: damaged on "
                    + "the way",
                absent: "no packet looked at had been damaged on the way")
    }
}
