internal import Casebook

/// RSTs that this host sends, above what is usual for it.
struct OutResetsCheck: HostCheck {
    let name = "out-resets"
    let establishes: [FactID] = ["host.nstat.out-resets"]

    /// A minute, above the usual (the finding's definition).
    private static let perMinute = 6.0
    /// One RST in a short look says nothing of a minute.
    private static let fewest: UInt64 = 2

    func run(_ host: HostContext) -> [Evidence] {
        switch host.rate("TcpOutRsts") {
        case .unknown(let obstacle): return host.unknown(establishes, obstacle)
        case .known(let rate): return [evidence(host, rate)]
        }
    }

    /// Usual is the average since boot; in a younger namespace that is too low a bound.
    private func evidence(_ host: HostContext, _ rate: CounterRate) -> Evidence {
        let minutes = Double(host.first.sinceBoot) / 60e9
        let usual = minutes > 0 ? Double(rate.first) / minutes : 0
        let measure = Evidence.Measure(
            value: (rate.perMinute * 10).rounded() / 10, unit: "count")
        let text =
            "\(rate.increase) RSTs sent in \(decimal(rate.interval)) s, "
            + "\(decimal(rate.perMinute)) a minute; since boot \(decimal(usual)) a minute"
        return rate.increase >= Self.fewest && rate.perMinute - usual >= Self.perMinute
            ? host.present(
                establishes[0], text, count: Int(clamping: rate.increase), measure: measure)
            : host.absent(establishes[0], text, measure: measure)
    }
}
