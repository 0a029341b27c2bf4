/// Interfaces, routes and neighbours from the files of /proc/net, where netlink does not serve.
struct NetworkFiles {
    let reader: HostReader

    /// Names and addresses; the index is a number of ours, the size is not in these files.
    func interfaces() -> Observed<[NetworkInterface]> {
        HostFile.wholeText(reader.network("dev")).map { text in
            let addresses = addressesByName()
            return text.split(separator: "\n").dropFirst(2).enumerated().compactMap { place, line in
                guard let colon = line.lastIndex(of: ":") else { return nil }
                let name = String(line[..<colon].drop(while: \.isWhitespace))
                return NetworkInterface(
                    index: UInt32(place + 1), name: name, mtu: 0, isUp: true,
                    isLoopback: name == "lo", addresses: addresses[name] ?? [])
            }
        }
    }

    /// if_inet6: address in 32 hexadecimal digits, index, prefix, scope, flags, name.
    private func addressesByName() -> [String: [IPAddress]] {
        var addresses: [String: [IPAddress]] = [:]
        for line in HostFile.text(reader.network("if_inet6")).value?.split(separator: "\n") ?? [] {
            let words = line.split(separator: " ")
            guard words.count == 6, let address = Self.ipv6(words[0]) else { continue }
            addresses[String(words[5]), default: []].append(address)
        }
        return addresses
    }

    func routes(_ interfaces: [NetworkInterface]) -> Observed<[Route]> {
        let indices = Self.indices(interfaces)
        return HostFile.wholeText(reader.network("route")).map { text in
            text.split(separator: "\n").dropFirst().compactMap { Self.route($0, indices) }
                + ipv6Routes(indices)
        }
    }

    /// `Iface Destination Gateway Flags RefCnt Use Metric Mask …`, addresses as the machine
    /// stores them.
    static func route(_ line: Substring, _ indices: [String: UInt32]) -> Route? {
        let words = line.split(whereSeparator: \.isWhitespace)
        guard words.count >= 8, let destination = UInt32(words[1], radix: 16),
            let gateway = UInt32(words[2], radix: 16), let flags = UInt32(words[3], radix: 16),
            let metric = UInt32(words[6]), let mask = UInt32(words[7], radix: 16),
            flags & 0x1 != 0  // RTF_UP
        else { return nil }
        return Route(
            destination: IPAddress(ipv4: UInt32(bigEndian: destination)), isIPv6: false,
            prefixLength: UInt8(mask.nonzeroBitCount),
            gateway: flags & 0x2 != 0 ? IPAddress(ipv4: UInt32(bigEndian: gateway)) : nil,
            interface: indices[String(words[0])] ?? 0, metric: metric)
    }

    /// ipv6_route: destination, length, source, length, next hop, metric, …, flags, name.
    private func ipv6Routes(_ indices: [String: UInt32]) -> [Route] {
        let text = HostFile.text(reader.network("ipv6_route")).value ?? ""
        return text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 10, let destination = Self.ipv6(words[0]),
                let length = UInt8(words[1], radix: 16), let gateway = Self.ipv6(words[4]),
                let metric = UInt32(words[5], radix: 16), let flags = UInt32(words[8], radix: 16),
                // RTF_UP, and neither RTF_REJECT nor RTF_LOCAL.
                flags & 0x1 != 0, flags & 0x8000_0200 == 0
            else { return nil }
            return Route(
                destination: destination, isIPv6: true, prefixLength: length,
                gateway: gateway.isUnspecified ? nil : gateway,
                interface: indices[String(words[9])] ?? 0, metric: metric)
        }
    }

    /// arp: address, type, flags (2: complete), MAC, mask, name. Of IPv6 there is no file.
    func neighbours(_ interfaces: [NetworkInterface]) -> Observed<[Neighbour]> {
        let indices = Self.indices(interfaces)
        return HostFile.wholeText(reader.network("arp")).map { text in
            text.split(separator: "\n").dropFirst().compactMap { Self.neighbour($0, indices) }
        }
    }

    static func neighbour(_ line: Substring, _ indices: [String: UInt32]) -> Neighbour? {
        let words = line.split(whereSeparator: \.isWhitespace)
        guard words.count == 6, let address = ipv4(words[0]),
            let flags = UInt32(words[2].dropFirst(2), radix: 16)
        else { return nil }
        let bytes = words[3].split(separator: ":").compactMap { UInt64($0, radix: 16) }
        let isComplete = flags & 0x2 != 0
        return Neighbour(
            address: address, interface: indices[String(words[5])] ?? 0,
            // NUD_STALE or NUD_INCOMPLETE: the file does not tell more.
            state: isComplete ? 0x04 : 0x01,
            mac: isComplete && bytes.count == 6 ? bytes.reduce(0) { $0 << 8 | $1 & 0xFF } : nil)
    }

    private static func indices(_ interfaces: [NetworkInterface]) -> [String: UInt32] {
        Dictionary(interfaces.map { ($0.name, $0.index) }, uniquingKeysWith: { first, _ in first })
    }

    static func ipv4(_ text: Substring) -> IPAddress? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            .compactMap { UInt8($0) }
        guard parts.count == 4 else { return nil }
        return IPAddress(ipv4: parts.reduce(0) { $0 << 8 | UInt32($1) })
    }

    private static func ipv6(_ digits: Substring) -> IPAddress? {
        guard digits.utf8.count == 32, let high = UInt64(digits.prefix(16), radix: 16),
            let low = UInt64(digits.dropFirst(16), radix: 16)
        else { return nil }
        return IPAddress(high: high, low: low)
    }
}
