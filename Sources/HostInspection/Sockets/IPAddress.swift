/// An IPv6 address, or an IPv4 one in its mapped form `::ffff:a.b.c.d` (RFC 4291, 2.5.5.2).
///
/// A dual-stack server sees its IPv4 clients in that form, so both kinds compare equal.
public struct IPAddress: Hashable, Sendable, Comparable {
    /// The first eight bytes, most significant first.
    public var high: UInt64
    public var low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// - Parameter ipv4: most significant byte first: 127.0.0.1 is `0x7F00_0001`.
    public init(ipv4: UInt32) { self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(ipv4)) }

    public var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }
    /// `0.0.0.0` or `::`.
    public var isUnspecified: Bool {
        high == 0 && (low == 0 || low == 0xFFFF_0000_0000)
    }
    /// 127.0.0.0/8 or `::1`.
    public var isLoopback: Bool {
        isIPv4 ? (low >> 24) & 0xFF == 127 : high == 0 && low == 1
    }

    public static func < (left: IPAddress, right: IPAddress) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

extension IPAddress: CustomStringConvertible {
    /// RFC 5952; IPv4 in dotted form.
    public var description: String {
        if isIPv4 {
            return (0..<4).map { String((low >> (24 - 8 * UInt64($0))) & 0xFF) }
                .joined(separator: ".")
        }
        let groups = (0..<8).map { index in
            UInt16(
                truncatingIfNeeded: (index < 4 ? high : low) >> (48 - 16 * UInt64(index % 4)))
        }
        let zeros = Self.longestZeros(groups)
        func text(_ range: Range<Int>) -> String {
            groups[range].map { String($0, radix: 16) }.joined(separator: ":")
        }
        guard zeros.count >= 2 else { return text(0..<8) }
        return text(0..<zeros.lowerBound) + "::" + text(zeros.upperBound..<8)
    }

    private static func longestZeros(_ groups: [UInt16]) -> Range<Int> {
        var best = 0..<0
        var start = 0
        for index in 0...8 {
            guard index == 8 || groups[index] != 0 else { continue }
            if index - start > best.count { best = start..<index }
            start = index + 1
        }
        return best
    }
}

/// An address and a port.
public struct SocketAddress: Hashable, Sendable, Comparable, CustomStringConvertible {
    public var address: IPAddress
    public var port: UInt16

    public init(address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// `192.0.2.1:80`, `[2001:db8::1]:80`.
    public var description: String {
        address.isIPv4 ? "\(address):\(port)" : "[\(address)]:\(port)"
    }

    public static func < (left: SocketAddress, right: SocketAddress) -> Bool {
        (left.address, left.port) < (right.address, right.port)
    }
}
