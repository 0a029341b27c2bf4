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
}
