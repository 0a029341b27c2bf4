/// From the units of an interface's time stamps to nanoseconds (options if_tsresol, if_tsoffset).
struct PcapngClock {
    /// Nanoseconds = units * numerator / denominator + offset.
    private(set) var numerator: UInt64 = 1000
    private(set) var denominator: UInt64 = 1
    private(set) var offset: Int64 = 0
    private(set) var isFinerThanMicroseconds = false

    /// Microseconds since 1970.
    init() {}

    /// - Parameters:
    ///   - resolution: The high bit says powers of 2, else of 10; the rest is the negative
    /// exponent.   - seconds: Added to every time stamp.
    init(resolution: UInt8, seconds: Int64) {
        let exponent = Int(resolution & 0x7F)
        if resolution & 0x80 != 0 {
            (numerator, denominator) = (1_000_000_000, 1 << UInt64(min(exponent, 63)))
            isFinerThanMicroseconds = exponent > 20
        } else {
            numerator = exponent < 9 ? Self.power(9 - exponent) : 1
            denominator = exponent > 9 ? Self.power(min(exponent - 9, 19)) : 1
            isFinerThanMicroseconds = exponent > 6
        }
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        offset = overflow ? (seconds < 0 ? .min : .max) : product
    }

    /// Times beyond what 64 bits of nanoseconds hold (the year 2262) stay at the limit.
    @inline(__always)
    func nanoseconds(_ units: UInt64) -> Int64 {
        let (high, low) = units.multipliedFullWidth(by: numerator)
        if high == 0, denominator == 1, offset == 0 { return Int64(clamping: low) }
        guard high < denominator else { return .max }
        let since = Int64(clamping: denominator.dividingFullWidth((high, low)).quotient)
        let (sum, overflow) = since.addingReportingOverflow(offset)
        return overflow ? (offset < 0 ? .min : .max) : sum
    }

    private static func power(_ exponent: Int) -> UInt64 {
        (0..<exponent).reduce(1) { product, _ in product * 10 }
    }
}
