import HostInspection
import Triage

extension JSONWriter {
    mutating func network(_ record: HostRecord) {
        let network = record.latest.network
        let mask = record.redactor
        member("network") { writer in
            writer.member("interfaces", array: network.interfaces.value ?? []) {
                writer, interface in
                writer.object { writer in
                    writer.member("name", interface.name)
                    writer.member("mtu", UInt64(interface.mtu))
                    writer.member("up", interface.isUp)
                    writer.member("addresses", strings: interface.addresses.map(mask.address))
                }
            }
            writer.member("routes", array: network.routes.value ?? []) { writer, route in
                writer.object { writer in
                    writer.member("destination", mask.address(route.destination))
                    writer.member("prefix_length", UInt64(route.prefixLength))
                    if let gateway = route.gateway {
                        writer.member("gateway", mask.address(gateway))
                    }
                    writer.member("interface", UInt64(route.interface))
                    writer.member("table", UInt64(route.table))
                    writer.member("metric", UInt64(route.metric))
                }
            }
            writer.sysctls(network, mask)
            writer.resolver(network, mask)
        }
    }

    private mutating func sysctls(_ network: NetworkState, _ mask: Redactor) {
        member("sysctls", array: network.sysctls.keys.sorted()) { writer, name in
            guard let value = network.sysctls[name]?.value else {
                return writer.object { $0.member("name", name) }
            }
            writer.object { writer in
                writer.member("name", name)
                writer.member("value", mask.text(value))
            }
        }
    }

    private mutating func resolver(_ network: NetworkState, _ mask: Redactor) {
        key("resolver")
        guard let resolver = network.resolver.value else { return null() }
        object { writer in
            writer.member("nameservers", strings: resolver.nameservers.map(mask.text))
            writer.member("search", strings: resolver.search.map(mask.text))
            writer.member("ndots", resolver.ndots)
            writer.member("timeout_seconds", resolver.timeout)
            writer.member("attempts", resolver.attempts)
        }
    }

    mutating func system(_ system: SystemState) {
        member("system") { writer in
            writer.key("clock_synchronised")
            if let clock = system.clock.value {
                writer.bool(clock.isSynchronised)
            } else {
                writer.null()
            }
            if let store = system.trustStore.value {
                writer.member("trust_store") { writer in
                    writer.member("path", store.path)
                    writer.member("modified", timestamp: store.modified)
                    writer.member("certificates", store.certificates)
                }
            }
            writer.member("pressure", array: system.pressure) { writer, pressure in
                writer.object { writer in
                    writer.member("resource", pressure.resource)
                    writer.member("kind", pressure.kind)
                    writer.member("subject", pressure.subject)
                    writer.member("average_60s_percent", number: pressure.average60)
                }
            }
        }
    }
}
