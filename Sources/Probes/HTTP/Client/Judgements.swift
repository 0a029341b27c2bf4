internal import Casebook

/// What the addresses of a target say, of several findings.
struct Judgements {
    private var entries: [FactID: [(address: SocketAddress, judgement: Judgement)]] = [:]

    mutating func add(_ id: FactID, _ address: SocketAddress, _ judgement: Judgement) {
        entries[id, default: []].append((address, judgement))
    }

    /// In the order in which the probe declares them; of what was not asked nothing is said here.
    func evidence(_ context: ProbeContext) -> [Evidence] {
        context.probe.findings.compactMap { id in
            guard let own = entries[id] else { return nil }
            let evidence = context.evidence(id, of: own)
            // After an interruption nobody knows what the other addresses would have shown.
            return context.cancellation.isCancelled && evidence.state == .absent ? nil : evidence
        }
    }
}
