internal import Casebook

extension ProbeContext {
    /// Asks each address of the target in turn, until interrupted, and folds what they say of each
    /// finding.
    func reportOfAddresses(
        _ ask: (SocketAddress, inout ProbeReport) -> [FactID: Judgement]
    ) -> ProbeReport {
        var report = report()
        let addresses: [SocketAddress]
        do throws(NetworkFailure) {
            addresses = try self.addresses()
            if target.scheme.startsWithTLS { _ = try shared.tls.context(tlsConfiguration) }
        } catch {
            return failed("\(target.host): \(error)")
        }
        var said: [(address: SocketAddress, judgements: [FactID: Judgement])] = []
        for address in addresses where !cancellation.isCancelled {
            said.append((address, ask(address, &report)))
        }
        report.evidence = probe.findings.map { id in
            evidence(
                id,
                of: said.compactMap { entry in entry.judgements[id].map { (entry.address, $0) } })
        }
        return report
    }
}
