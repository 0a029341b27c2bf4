internal import Casebook

/// Whether the resolver asks many wrong names before the right one.
struct ResolverCheck: HostCheck {
    let name = "resolver"
    let establishes: [FactID] = ["host.resolv.ndots-high"]

    /// The finding's definition.
    private static let ndots = 3
    private static let domains = 2

    func run(_ host: HostContext) -> [Evidence] {
        let id = establishes[0]
        switch host.latest.network.resolver {
        case .unknown(let obstacle): return [host.unknown(id, obstacle)]
        case .known(let resolver):
            let text =
                "resolv.conf has ndots:\(resolver.ndots) and "
                + counted(resolver.search.count, "search domain")
            let measure = Evidence.Measure(value: Double(resolver.ndots), unit: "count")
            let isHigh = resolver.ndots >= Self.ndots && resolver.search.count >= Self.domains
            return [
                isHigh
                    ? host.present(id, text, measure: measure)
                    : host.absent(id, text, measure: measure)
            ]
        }
    }
}
