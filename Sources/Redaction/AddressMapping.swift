import Dissection

/// Maps addresses so that two which share their first n bits share exactly n afterwards (Xu, Fan,
/// Ammar, Moon: Prefix-Preserving IP Address Anonymization, 2002; with HMAC in place of AES).
///
/// Ranges with a meaning stay in kind: private stays private, multicast multicast, and what tells
/// nothing of anybody (loopback, broadcast, groups of a link) stays as it is. The price: bits that
/// an address shares with such a range beside it are not changed.
final class AddressMapping {
    /// Bits that stay, of addresses that begin with them.
    private struct Range {
        let bits: UInt64
        let length: Int

        init(_ bits: UInt64, _ length: Int, width: Int) {
            self.bits = bits << UInt64(width - length)
            self.length = length
        }
    }

    /// IANA's special-purpose registry for IPv4 (RFC 6890): this network, private, shared,
    /// loopback, link-local, private, private, multicast of one link, multicast and reserved.
    private static let ipv4: [Range] = [
        Range(0, 8, width: 32), Range(10, 8, width: 32), Range(0x0191, 10, width: 32),
        Range(127, 8, width: 32), Range(0xA9FE, 16, width: 32), Range(0xAC1, 12, width: 32),
        Range(0xC0A8, 16, width: 32), Range(0xE00000, 24, width: 32), Range(7, 3, width: 32),
    ]
    /// The upper halves for IPv6: global unicast, unique local (RFC 4193), link-local, multicast
    /// with its flags and scope (RFC 4291 §2.7).
    private static let ipv6: [Range] = [
        Range(1, 3, width: 64), Range(0x7E, 7, width: 64), Range(0x3FA, 10, width: 64),
        Range(0xFF, 8, width: 64),
    ]

    private let key: RedactionKey
    private var known: [IPAddress: IPAddress] = [:]
    private var knownMAC: [UInt64: UInt64] = [:]
    /// Beyond this the oldest are worked out again.
    private static let limit = 1 << 18

    init(_ key: RedactionKey) { self.key = key }

    func map(_ address: IPAddress) -> IPAddress {
        if let mapped = known[address] { return mapped }
        let mapped = address.isIPv4 ? mapIPv4(address) : mapIPv6(address)
        if known.count >= Self.limit { known.removeAll(keepingCapacity: true) }
        known[address] = mapped
        return mapped
    }

    private func mapIPv4(_ address: IPAddress) -> IPAddress {
        let bits = address.low & 0xFFFF_FFFF
        let isTelling =
            bits >> 24 != 127 && bits != 0 && bits != 0xFFFF_FFFF && bits >> 8 != 0xE0_0000
        guard isTelling else { return address }
        return IPAddress(
            ipv4: UInt32(truncatingIfNeeded: flip(bits, width: 32, label: [4], Self.ipv4)))
    }

    private func mapIPv6(_ address: IPAddress) -> IPAddress {
        // Unspecified and loopback.
        if address.high == 0, address.low <= 1 { return address }
        // NAT64 (RFC 6052 §2.1) carries an IPv4 address.
        if address.high == 0x0064_FF9B_0000_0000, address.low >> 32 == 0 {
            let inner = map(IPAddress(ipv4: UInt32(truncatingIfNeeded: address.low)))
            return IPAddress(high: address.high, low: inner.low & 0xFFFF_FFFF)
        }
        if address.high >> 56 == 0xFF { return mapGroup(address) }
        let high = flip(address.high, width: 64, label: [6], Self.ipv6)
        let label = [6] + Self.bytes(address.high, 8)
        return IPAddress(high: high, low: flip(address.low, width: 64, label: label, []))
    }

    /// All nodes, all routers and their like tell nothing; a solicited-node group has 24 bits of an
    /// address (RFC 4291 §2.7.1).
    private func mapGroup(_ address: IPAddress) -> IPAddress {
        if address.low >> 24 == 0x01_FF {
            let low = flip(address.low & 0xFF_FFFF, width: 24, label: [7], [])
            return IPAddress(high: address.high, low: address.low & ~0xFF_FFFF | low)
        }
        if address.low < 0x200 { return address }
        return IPAddress(
            high: address.high, low: flip(address.low, width: 64, label: [8], []))
    }

    /// Of Ethernet: groups, the virtual routers of VRRP and HSRP (RFC 9568 §7.3), and zero stay;
    /// of others the two bits that say "group" and "local".
    func map(mac address: UInt64) -> UInt64 {
        if address >> 40 & 1 == 1 || address == 0 { return address }
        if [0x00005E_0001, 0x00005E_0002, 0x00000C_07AC].contains(address >> 8) { return address }
        if let mapped = knownMAC[address] { return mapped }
        let kind: UInt64 = 3 << 40
        let mapped = flip(address, width: 48, label: [1], []) & ~kind | address & kind
        if knownMAC.count >= Self.limit { knownMAC.removeAll(keepingCapacity: true) }
        knownMAC[address] = mapped
        return mapped
    }

    /// Turns each bit by what stands before it, except those that decide whether an address is in
    /// one of `ranges`.
    private func flip(_ value: UInt64, width: Int, label: [UInt8], _ ranges: [Range]) -> UInt64 {
        var result = value
        for place in 0..<width {
            let shift = UInt64(width - place)
            let before = place == 0 ? 0 : (value >> shift) << shift
            if ranges.contains(where: { Self.decides($0, before, place, width) }) { continue }
            let digest = key.digest(label + [UInt8(place)] + Self.bytes(before, 8))
            if digest[0] & 1 == 1 { result ^= 1 << (shift - 1) }
        }
        return result
    }

    /// Whether the bit behind the `place` bits of `before` belongs to those of the range.
    private static func decides(
        _ range: Range, _ before: UInt64, _ place: Int, _ width: Int
    ) -> Bool {
        guard place < range.length else { return false }
        return place == 0 || (range.bits ^ before) >> UInt64(width - place) == 0
    }

    private static func bytes(_ word: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * (count - 1 - $0))) }
    }
}
