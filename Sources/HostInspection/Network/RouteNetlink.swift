internal import CSocketDiagnostics
internal import Glibc

/// Reads interfaces, routes and neighbours by rtnetlink(7), of this thread's namespace.
enum RouteNetlink {
    /// Entries that we keep of each table.
    private static let limit = 1 << 20

    static func interfaces() -> Observed<[NetworkInterface]> {
        var found: [NetworkInterface] = []
        var addresses: [UInt32: [IPAddress]] = [:]
        do throws(Obstacle) {
            let netlink = try NetlinkSocket(family: NETLINK_ROUTE, name: "rtnetlink")
            // `struct ifinfomsg` and `struct ifaddrmsg`, all zero: every family.
            _ = try netlink.dump(type: UInt16(RTM_GETLINK), request: zeros(16)) { message in
                if let interface = interface(message) { found.append(interface) }
            }
            _ = try netlink.dump(type: UInt16(RTM_GETADDR), request: zeros(8)) { message in
                if let (index, address) = address(message) {
                    addresses[index, default: []].append(address)
                }
            }
        } catch { return .unknown(error) }
        for index in found.indices {
            found[index].addresses = addresses[found[index].index] ?? []
        }
        return .known(found)
    }

    static func routes() -> Observed<[Route]> {
        list(Int32(RTM_GETROUTE), size: 12, route)
    }

    static func neighbours() -> Observed<[Neighbour]> {
        list(Int32(RTM_GETNEIGH), size: 12, neighbour)
    }

    private static func list<Entry: Sendable>(
        _ type: Int32, size: Int, _ read: (RawSpan) -> Entry?
    ) -> Observed<[Entry]> {
        var entries: [Entry] = []
        do throws(Obstacle) {
            let netlink = try NetlinkSocket(family: NETLINK_ROUTE, name: "rtnetlink")
            _ = try netlink.dump(type: UInt16(type), request: zeros(size)) { message in
                if entries.count < limit, let entry = read(message) { entries.append(entry) }
            }
            return .known(entries)
        } catch { return .unknown(error) }
    }

    private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

    /// `struct ifinfomsg`: family, type at 2, index at 4, flags at 8.
    static func interface(_ message: RawSpan) -> NetworkInterface? {
        guard message.byteCount >= 16 else { return nil }
        let flags = message.word(8)
        var interface = NetworkInterface(
            index: message.word(4), name: "", mtu: 0, isUp: flags & 0x1 != 0,
            isLoopback: flags & 0x8 != 0)
        message.forEachAttribute(from: 16) { type, value in
            switch type {
            case 3: interface.name = text(value)  // IFLA_IFNAME
            case 4 where value.byteCount >= 4: interface.mtu = value.word(0)  // IFLA_MTU
            default: break
            }
        }
        return interface.name.isEmpty ? nil : interface
    }

    /// `struct ifaddrmsg`: family, index at 4; IFA_LOCAL is ours, IFA_ADDRESS the peer's on a
    /// point-to-point link.
    static func address(_ message: RawSpan) -> (UInt32, IPAddress)? {
        guard message.byteCount >= 8 else { return nil }
        var own: IPAddress?
        var other: IPAddress?
        message.forEachAttribute(from: 8) { type, value in
            if type == 1 { other = address(value) }
            if type == 2 { own = address(value) }
        }
        return (own ?? other).map { (message.word(4), $0) }
    }

    /// `struct rtmsg`: family, dst_len at 1, table at 4, type at 7 (1 unicast).
    static func route(_ message: RawSpan) -> Route? {
        guard message.byteCount >= 12, message.byte(7) == 1 else { return nil }
        let isIPv6 = Int32(message.byte(0)) == AF_INET6
        guard isIPv6 || Int32(message.byte(0)) == AF_INET else { return nil }
        var route = Route(
            destination: isIPv6 ? IPAddress(high: 0, low: 0) : IPAddress(ipv4: 0),
            isIPv6: isIPv6, prefixLength: message.byte(1), gateway: nil, interface: 0,
            table: UInt32(message.byte(4)))
        var hops: [Route] = []
        message.forEachAttribute(from: 12) { type, value in
            switch type {
            case 1: route.destination = address(value) ?? route.destination  // RTA_DST
            case 4 where value.byteCount >= 4: route.interface = value.word(0)  // RTA_OIF
            case 5: route.gateway = address(value)  // RTA_GATEWAY
            case 6 where value.byteCount >= 4: route.metric = value.word(0)  // RTA_PRIORITY
            case 9: hops = nextHops(value, of: route)  // RTA_MULTIPATH
            case 15 where value.byteCount >= 4: route.table = value.word(0)  // RTA_TABLE
            default: break
            }
        }
        // Of several next hops the first stands for all; the others are routes of their own
        // only in name.
        if route.gateway == nil, let hop = hops.first {
            route.gateway = hop.gateway
            route.interface = hop.interface
        }
        return route
    }

    /// `struct rtnexthop`: length, flags, hops, index at 4, then attributes.
    private static func nextHops(_ bytes: RawSpan, of route: Route) -> [Route] {
        var hops: [Route] = []
        var offset = 0
        while offset + 8 <= bytes.byteCount {
            let length = Int(bytes.short(offset))
            guard length >= 8, length <= bytes.byteCount - offset else { break }
            var hop = route
            hop.interface = bytes.word(offset + 4)
            bytes.extracting(offset..<offset + length).forEachAttribute(from: 8) { type, value in
                if type == 5 { hop.gateway = address(value) }
            }
            hops.append(hop)
            offset += (length + 3) & ~3
        }
        return hops
    }

    /// `struct ndmsg`: family, index at 4, state at 8.
    static func neighbour(_ message: RawSpan) -> Neighbour? {
        guard message.byteCount >= 12 else { return nil }
        let family = Int32(message.byte(0))
        guard family == AF_INET || family == AF_INET6 else { return nil }
        var destination: IPAddress?
        var mac: UInt64?
        message.forEachAttribute(from: 12) { type, value in
            if type == 1 { destination = address(value) }  // NDA_DST
            if type == 2, value.byteCount == 6 {  // NDA_LLADDR
                mac = (0..<6).reduce(0) { $0 << 8 | UInt64(value.byte($1)) }
            }
        }
        return destination.map {
            Neighbour(
                address: $0, interface: message.word(4), state: message.short(8), mac: mac)
        }
    }

    private static func address(_ value: RawSpan) -> IPAddress? {
        switch value.byteCount {
        case 4: value.address(0, isIPv6: false)
        case 16: value.address(0, isIPv6: true)
        default: nil
        }
    }

    private static func text(_ value: RawSpan) -> String {
        var bytes: [UInt8] = []
        for index in 0..<min(value.byteCount, 64) {
            guard value.byte(index) != 0 else { break }
            bytes.append(value.byte(index))
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
