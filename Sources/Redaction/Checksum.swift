/// The Internet checksum (RFC 1071), corrected by what changed (RFC 1624): right ones stay right,
/// wrong ones stay as wrong as they were, and cut packets need not be whole.
struct Checksum {
    private var sum: UInt64 = 0

    /// Adds bytes, the first of which stands at an even place.
    mutating func add(_ bytes: [UInt8], _ range: Range<Int>) {
        var place = range.lowerBound
        while place + 1 < range.upperBound {
            sum += UInt64(bytes[place]) << 8 | UInt64(bytes[place + 1])
            place += 2
        }
        if place < range.upperBound { sum += UInt64(bytes[place]) << 8 }
    }

    private var folded: UInt16 {
        var sum = sum
        while sum >> 16 != 0 { sum = sum & 0xFFFF + sum >> 16 }
        return UInt16(truncatingIfNeeded: sum)
    }

    /// - Parameter old: the checksum as it stood when the bytes summed to `self`; they sum to `new`
    ///   now, neither with the checksum itself.
    func corrected(_ old: UInt16, to new: Checksum) -> UInt16 {
        // HC' = ~(~HC + ~m + m')
        var sum = UInt64(~old) + UInt64(~folded) + UInt64(new.folded)
        while sum >> 16 != 0 { sum = sum & 0xFFFF + sum >> 16 }
        return ~UInt16(truncatingIfNeeded: sum)
    }
}
