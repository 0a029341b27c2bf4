internal import Casebook

/// Whether packets have two ways out.
struct MultihomedCheck: HostCheck {
    let name = "multihomed"
    let establishes: [FactID] = ["host.net.multihomed"]

    /// RT_TABLE_LOCAL (linux/rtnetlink.h) holds our own addresses, not ways out.
    private static let localTable: UInt32 = 255

    /// A network to which routes may lead.
    private struct Network: Hashable {
        var destination: IPAddress
        var length: UInt8
        var isIPv6: Bool
    }

    func run(_ host: HostContext) -> [Evidence] {
        let id = establishes[0]
        switch host.latest.network.routes {
        case .unknown(let obstacle): return [host.unknown(id, obstacle)]
        case .known(let routes):
            let loopbacks = Set(
                (host.latest.network.interfaces.value ?? []).filter(\.isLoopback).map(\.index))
            let ways = Dictionary(
                grouping: routes.filter { route in
                    route.table != Self.localTable && !loopbacks.contains(route.interface)
                        && !isLocalOnly(route)
                }
            ) {
                Network(
                    destination: $0.destination, length: $0.prefixLength, isIPv6: $0.isIPv6)
            }
            let several = ways.filter { distinct($0.value) > 1 }
            guard let (network, group) = several.min(by: { $0.key.length < $1.key.length }) else {
                return [host.absent(id, "every network has one way out")]
            }
            let name =
                network.length == 0
                ? "the default route" : "\(network.destination)/\(network.length)"
            let count = distinct(group)
            return [
                host.present(
                    id, "\(name) leads over \(count) gateways or interfaces", count: count,
                    measure: Evidence.Measure(value: Double(count), unit: "count"))
            ]
        }
    }

    /// fe80::/10 and ff00::/8 exist on every link.
    private func isLocalOnly(_ route: Route) -> Bool {
        route.isIPv6
            && (route.destination.high >> 54 == 0x3FA || route.destination.high >> 56 == 0xFF)
    }

    private func distinct(_ routes: [Route]) -> Int {
        Set(routes.map { [$0.gateway?.high ?? 0, $0.gateway?.low ?? 0, UInt64($0.interface)] })
            .count
    }
}
