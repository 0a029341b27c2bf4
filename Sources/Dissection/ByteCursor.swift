/// A position inside a message and the end of the structure being read.
///
/// It holds offsets, not bytes: spans cannot be kept in a type of ours, so every step is handed
/// them.
struct ByteCursor {
    private(set) var offset: Int
    let end: Int
    /// Whether `end` is the end of all bytes (what is missing was cut off) or of an inner vector
    /// (what is missing contradicts its length).
    private let isOutermost: Bool

    /// All of `bytes`.
    init(_ bytes: RawSpan) {
        offset = 0
        end = bytes.byteCount
        isOutermost = true
    }

    /// All of `bytes`, beginning at `offset`, which must lie inside.
    init(_ bytes: RawSpan, from offset: Int) {
        self.init(bytes)
        self.offset = offset
    }

    /// An inner vector, which must lie inside.
    init(_ vector: Range<Int>) {
        self.init(offset: vector.lowerBound, end: vector.upperBound)
    }

    private init(offset: Int, end: Int) {
        self.offset = offset
        self.end = end
        isOutermost = false
    }

    var isAtEnd: Bool { offset == end }

    var remaining: Range<Int> { offset..<end }

    mutating func uint8(_ bytes: RawSpan) throws(DissectionError) -> UInt8 {
        bytes.byte(at: try take(1).lowerBound)
    }

    mutating func uint16(_ bytes: RawSpan) throws(DissectionError) -> UInt16 {
        bytes.uint16(at: try take(2).lowerBound)
    }

    mutating func uint32(_ bytes: RawSpan) throws(DissectionError) -> UInt32 {
        bytes.uint32(at: try take(4).lowerBound)
    }

    /// The next `count` bytes, as offsets.
    mutating func take(_ count: Int) throws(DissectionError) -> Range<Int> {
        guard count <= end - offset else {
            if isOutermost { throw .truncated(needed: offset + count) }
            throw .malformed("a field goes beyond the structure that holds it")
        }
        let start = offset
        offset += count
        return start..<offset
    }

    /// A vector with one byte of length before it (RFC 8446 §3.4).
    mutating func vector8(_ bytes: RawSpan) throws(DissectionError) -> ByteCursor {
        let range = try take(Int(try uint8(bytes)))
        return ByteCursor(offset: range.lowerBound, end: range.upperBound)
    }

    /// A vector with two bytes of length before it.
    mutating func vector16(_ bytes: RawSpan) throws(DissectionError) -> ByteCursor {
        let range = try take(Int(try uint16(bytes)))
        return ByteCursor(offset: range.lowerBound, end: range.upperBound)
    }

    /// The rest, which has to be numbers of two bytes.
    var pairs: Range<Int> {
        get throws(DissectionError) {
            guard remaining.count % 2 == 0 else {
                throw .malformed("a field goes beyond the structure that holds it")
            }
            return remaining
        }
    }
}
