import Casebook

/// What the services that a person named say of themselves, in one look or two.
public struct ServiceLooks: Sendable {
    /// Where to ask; only what a person named is asked.
    public struct Addresses: Hashable, Sendable {
        public var haproxySockets: [String]
        public var statusPages: [HTTPAddress]

        public init(haproxySockets: [String] = [], statusPages: [HTTPAddress] = []) {
            self.haproxySockets = haproxySockets
            self.statusPages = statusPages
        }
    }

    /// In the order of the addresses.
    public struct Look: Sendable {
        public var haproxies: [Observed<HAProxyStatus>]
        public var pages: [Observed<StatusPage>]
    }

    public let addresses: Addresses
    public var first: Look
    /// `nil` without `--watch`.
    public var second: Look?

    public init(addresses: Addresses, first: Look, second: Look? = nil) {
        self.addresses = addresses
        self.first = first
        self.second = second
    }

    /// Whether any service was named.
    public var hasAny: Bool { !addresses.haproxySockets.isEmpty || !addresses.statusPages.isEmpty }

    public var latest: Look { second ?? first }

    /// Blocks; each service has three seconds to answer.
    public static func look(_ addresses: Addresses) -> Look {
        Look(
            haproxies: addresses.haproxySockets.map { HAProxyStatus.look($0) },
            pages: addresses.statusPages.map { StatusPage.look($0) })
    }

    /// One line a check; each says nothing where no service was named that could tell.
    public var checks: [any HostCheck] {
        addresses.haproxySockets.indices.flatMap { index -> [any HostCheck] in
            let proxy = first.haproxies[index]
            return [
                BackendFlapCheck(first: proxy, second: second?.haproxies[index]),
                HandshakeCostCheck(status: latest.haproxies[index]),
            ]
        }
            + addresses.statusPages.indices.map { index in
                ServiceSlotsCheck(first: first.pages[index], second: second?.pages[index])
            }
    }
}
