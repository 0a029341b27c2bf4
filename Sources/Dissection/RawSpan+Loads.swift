/// Big-endian loads from captured bytes, the only unsafe lines of this target.
///
/// `unsafeLoadUnaligned` checks the range and would trap outside it; its name warns of types that
/// are not plain bytes, and ours are integers. Callers still compare lengths first, so that a short
/// packet is an answer and never a trap.
extension RawSpan {
    /// The byte at `offset`.
    @inlinable
    @inline(__always)
    public func byte(at offset: Int) -> UInt8 {
        unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    /// Two bytes in network order.
    @inlinable
    @inline(__always)
    public func uint16(at offset: Int) -> UInt16 {
        unsafe UInt16(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    /// Four bytes in network order.
    @inlinable
    @inline(__always)
    public func uint32(at offset: Int) -> UInt32 {
        unsafe UInt32(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    /// Eight bytes in network order.
    @inlinable
    @inline(__always)
    public func uint64(at offset: Int) -> UInt64 {
        unsafe UInt64(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// Six bytes in network order: an address of IEEE 802.
    func uint48(at offset: Int) -> UInt64 {
        UInt64(uint16(at: offset)) << 32 | UInt64(uint32(at: offset + 2))
    }

    /// Where `byte` first stands in `range`, which must lie inside; `nil` when it does not.
    func firstOffset(of byte: UInt8, in range: Range<Int>) -> Int? {
        var offset = range.lowerBound
        let wanted = UInt64(byte) &* 0x0101_0101_0101_0101
        while offset + 8 <= range.upperBound {
            // The highest bit of each byte that is 0, of the first at least.
            let other = uint64(at: offset) ^ wanted
            let zeros = (other &- 0x0101_0101_0101_0101) & ~other & 0x8080_8080_8080_8080
            if zeros != 0 { break }
            offset += 8
        }
        while offset < range.upperBound {
            if self.byte(at: offset) == byte { return offset }
            offset += 1
        }
        return nil
    }

    /// A copy of the bytes of `range`, cut to the bytes that exist.
    public func array(_ range: Range<Int>) -> [UInt8] {
        let bounded = range.clamped(to: 0..<byteCount)
        return unsafe extracting(bounded).withUnsafeBytes { unsafe Array($0) }
    }

    /// The bytes of `range`, cut to the bytes that exist, as text; what is not UTF-8 is replaced by
    /// U+FFFD.
    public func text(_ range: Range<Int>) -> String {
        String(decoding: array(range), as: UTF8.self)
    }

    /// The bytes of `range`, cut to the bytes that exist, behind what `array` holds.
    public func append(_ range: Range<Int>, to array: inout [UInt8]) {
        let bounded = range.clamped(to: 0..<byteCount)
        unsafe extracting(bounded).withUnsafeBytes { unsafe array.append(contentsOf: $0) }
    }

    /// The numbers of two bytes in `range`, which must lie inside and be even.
    func uint16s(_ range: Range<Int>) -> [UInt16] {
        var numbers: [UInt16] = []
        numbers.reserveCapacity(range.count / 2)
        for offset in stride(from: range.lowerBound, to: range.upperBound, by: 2) {
            numbers.append(uint16(at: offset))
        }
        return numbers
    }
}
