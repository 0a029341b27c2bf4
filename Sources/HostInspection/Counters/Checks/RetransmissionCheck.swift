internal import Casebook

/// How many of the segments that this host sends are repetitions.
struct RetransmissionCheck: HostCheck {
    let name = "retransmissions"
    let establishes: [FactID] = ["host.nstat.retrans-high"]

    /// Percent (the finding's definition).
    private static let high = 1.0
    /// Below, one repetition would already be a percent.
    private static let fewest: UInt64 = 100

    func run(_ host: HostContext) -> [Evidence] {
        switch (host.rate("TcpRetransSegs"), host.rate("TcpOutSegs")) {
        case (.unknown(let obstacle), _), (_, .unknown(let obstacle)):
            return host.unknown(establishes, obstacle)
        case (.known(let again), .known(let all)):
            return [evidence(host, again.increase, all.increase)]
        }
    }

    private func evidence(_ host: HostContext, _ again: UInt64, _ all: UInt64) -> Evidence {
        let id = establishes[0]
        guard all >= Self.fewest else {
            return host.unknown(
                id,
                Obstacle(
                    .needsSecondLook, "the share of retransmissions",
                    "only \(all) segments were sent between the looks"))
        }
        let percent = Double(again) * 100 / Double(all)
        let measure = Evidence.Measure(value: (percent * 100).rounded() / 100, unit: "percent")
        let text = "\(again) of \(all) segments were sent again"
        return percent >= Self.high
            ? host.present(id, text, count: Int(clamping: again), measure: measure)
            : host.absent(id, text, measure: measure)
    }
}
