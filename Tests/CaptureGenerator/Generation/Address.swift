/// An IPv4 or IPv6 address of a generated host.
enum Address: Equatable {
    case ipv4(UInt32)
    case ipv6(high: UInt64, low: UInt64)

    /// Network order, 4 or 16 bytes.
    var bytes: [UInt8] {
        func split<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
            stride(from: T.bitWidth - 8, through: 0, by: -8).map {
                UInt8(truncatingIfNeeded: value >> T($0))
            }
        }
        return switch self {
        case .ipv4(let value): split(value)
        case .ipv6(let high, let low): split(high) + split(low)
        }
    }

    /// Dotted, or as RFC 5952 writes it.
    var text: String {
        switch self {
        case .ipv4: bytes.map(String.init).joined(separator: ".")
        case .ipv6:
            Self.text(
                groups: stride(from: 0, to: 16, by: 2).map {
                    Int(bytes[$0]) << 8 | Int(bytes[$0 + 1])
                })
        }
    }

    /// The longest run of two and more zero groups, the first of several, becomes `::`.
    private static func text(groups: [Int]) -> String {
        var longest = 0..<0
        var start = 0
        for index in 0...groups.count where index == groups.count || groups[index] != 0 {
            if index - start > max(1, longest.count) { longest = start..<index }
            start = index + 1
        }
        func join(_ part: ArraySlice<Int>) -> String {
            part.map { String($0, radix: 16) }.joined(separator: ":")
        }
        if longest.isEmpty { return join(groups[...]) }
        return join(groups[..<longest.lowerBound]) + "::" + join(groups[longest.upperBound...])
    }
}

/// A hardware address in the low 48 bits.
struct HardwareAddress: Equatable, Comparable {
    var value: UInt64

    static func < (left: Self, right: Self) -> Bool { left.value < right.value }

    var text: String {
        stride(from: 40, through: 0, by: -8).map { shift in
            let byte = value >> UInt64(shift) & 0xFF
            return (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined(separator: ":")
    }
}
