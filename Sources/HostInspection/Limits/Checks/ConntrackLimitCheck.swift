internal import Casebook

/// Whether the connection-tracking table is nearly full.
struct ConntrackLimitCheck: HostCheck {
    let name = "conntrack-limit"
    let establishes: [FactID] = ["host.conntrack.near-full"]

    func run(_ host: HostContext) -> [Evidence] {
        if ConntrackUse.isUnused(host.latest) {
            return [
                host.absent(
                    establishes[0], "connection tracking is not in use in this namespace")
            ]
        }
        return NearLimitCheck(
            name: name, establishes: establishes, limits: ["conntrack.entries"], share: 0.9,
            what: "entries of the connection-tracking table"
        ).run(host)
    }
}
