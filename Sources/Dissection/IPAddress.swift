/// An IPv4 or IPv6 address; IPv4 is held as `::ffff:a.b.c.d` (RFC 4291 §2.5.5.2).
@frozen
public struct IPAddress: Hashable, Comparable, Sendable {
    /// The first eight bytes, as a number.
    public var high: UInt64
    /// The last eight bytes, as a number.
    public var low: UInt64

    @inlinable
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The address `::`.
    @inlinable
    public init() { self.init(high: 0, low: 0) }

    /// The IPv4 address whose four bytes in network order are `ipv4`.
    @inlinable
    public init(ipv4: UInt32) { self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(ipv4)) }

    @inlinable
    public var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }

    /// Four bytes for IPv4, sixteen for IPv6, in network order.
    public var bytes: [UInt8] {
        if isIPv4 { return Self.bytes(of: low, count: 4) }
        return Self.bytes(of: high, count: 8) + Self.bytes(of: low, count: 8)
    }

    @inlinable
    public static func < (left: IPAddress, right: IPAddress) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }

    private static func bytes(of word: UInt64, count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * (count - 1 - $0))) }
    }
}
