internal import Casebook

/// Whether the cloud's own limits drop packets: drivers of Amazon's and others' cards count them.
struct AllowanceCheck: HostCheck {
    let name = "cloud-allowance"
    let establishes: [FactID] = ["host.net.cloud-allowance-exceeded"]

    /// `bw_in_allowance_exceeded`, `pps_…`, `conntrack_…`, `linklocal_…` of the ena driver.
    private static let suffix = "_allowance_exceeded"

    func run(_ host: HostContext) -> [Evidence] {
        let id = establishes[0]
        let names = host.latest.counters.counters.map(\.name).filter {
            $0.hasPrefix("Ethtool.") && $0.hasSuffix(Self.suffix)
        }
        guard !names.isEmpty else {
            return [
                host.unknown(
                    id, Obstacle(.unsupported, "the cloud's limits", "no driver here counts them"))
            ]
        }
        return RisingCounterCheck(
            name, id, names, "the cloud dropped packets beyond what this machine is allowed"
        ).run(host)
    }
}
