internal import Casebook

/// What connection tracking dropped or refused between two looks.
struct ConntrackCountersCheck: HostCheck {
    let name = "conntrack-counters"
    let establishes: [FactID] = [
        "host.conntrack.drops", "host.conntrack.insert-failed", "host.conntrack.invalid-rising",
    ]

    private static let rises: [(FactID, [String], meaning: String)] = [
        (
            "host.conntrack.drops", ["Conntrack.drop", "Conntrack.early_drop"],
            "the table is full or nearly so"
        ),
        (
            "host.conntrack.insert-failed", ["Conntrack.insert_failed"],
            "two packets raced for one entry, or the translated tuple was taken"
        ),
        (
            "host.conntrack.invalid-rising", ["Conntrack.invalid"],
            "packets belonged to no connection that is known"
        ),
    ]

    func run(_ host: HostContext) -> [Evidence] {
        if ConntrackUse.isUnused(host.latest) {
            return establishes.map {
                host.absent($0, "connection tracking is not in use in this namespace")
            }
        }
        return Self.rises.flatMap { id, counters, meaning in
            RisingCounterCheck(name, id, counters, meaning).run(host)
        }
    }
}

/// Whether connections are tracked at all.
enum ConntrackUse {
    /// The settings of this namespace are readable, and there are none of conntrack.
    static func isUnused(_ snapshot: HostSnapshot) -> Bool {
        let network = snapshot.network
        return network.number("net.netfilter.nf_conntrack_max").obstacle?.reason == .missing
            && network.number("net.ipv4.tcp_keepalive_time").value != nil
            && snapshot.counters["Conntrack.entries"] == nil
    }
}
