import Glibc

/// A fixed block of bytes that frames are composed in, in place, before it is handed on.
///
/// The one file here with unsafe code: the bounds of a frame are checked once, by `reserve`.
struct FrameBuffer: ~Copyable {
    private let base: UnsafeMutableRawPointer
    private let capacity: Int
    private(set) var count = 0

    init(capacity: Int) {
        self.capacity = capacity
        base = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit { base.deallocate() }

    /// Whether so many more bytes fit.
    func fits(_ bytes: Int) -> Bool { count + bytes <= capacity }

    /// Opens room for so many bytes at the end; their first offset.
    mutating func reserve(_ bytes: Int) -> Int {
        precondition(fits(bytes))
        count += bytes
        return count - bytes
    }

    /// Gives back the last bytes.
    mutating func drop(_ bytes: Int) {
        precondition(bytes <= count)
        count -= bytes
    }

    mutating func removeAll() { count = 0 }

    /// Stores the value in network order.
    @inline(__always)
    mutating func put<T: FixedWidthInteger & BitwiseCopyable>(_ value: T, at offset: Int) {
        assert(offset + MemoryLayout<T>.size <= count)
        base.storeBytes(of: value.bigEndian, toByteOffset: offset, as: T.self)
    }

    mutating func putZeros(_ bytes: Int, at offset: Int) {
        assert(offset + bytes <= count)
        memset(base + offset, 0, bytes)
    }

    mutating func copy(_ source: [UInt8], _ range: Range<Int>, at offset: Int) {
        precondition(range.upperBound <= source.count && offset + range.count <= count)
        source.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            memcpy(base + offset, start + range.lowerBound, range.count)
        }
    }

    /// The Internet checksum of the bytes, begun with `sum` (RFC 1071; words in network order).
    ///
    /// Summed as 32-bit words in machine order: a one's complement sum does not mind the order
    /// (RFC 1071, 2 B) nor the width (2 C).
    func checksum(_ range: Range<Int>, from start: UInt64 = 0) -> UInt16 {
        assert(range.upperBound <= count)
        var sum: UInt64 = 0
        var offset = range.lowerBound
        while offset + 8 <= range.upperBound {
            let word = base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            sum &+= (word & 0xFFFF_FFFF) &+ (word >> 32)
            offset += 8
        }
        while offset + 2 <= range.upperBound {
            sum &+= UInt64(base.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
            offset += 2
        }
        if offset < range.upperBound {
            sum &+= UInt64(base.load(fromByteOffset: offset, as: UInt8.self))
        }
        var folded = UInt64(UInt16(truncatingIfNeeded: Self.fold(sum)).bigEndian) &+ start
        folded = Self.fold(folded)
        return ~UInt16(truncatingIfNeeded: folded)
    }

    private static func fold(_ sum: UInt64) -> UInt64 {
        var sum = sum
        while sum > 0xFFFF { sum = (sum & 0xFFFF) + (sum >> 16) }
        return sum
    }

    /// Hands the bytes so far to a sink, and is empty afterwards.
    mutating func drain(into sink: inout (some ByteSink & ~Copyable)) throws {
        try sink.write(UnsafeRawBufferPointer(start: base, count: count))
        removeAll()
    }
}
