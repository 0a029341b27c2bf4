/// Reads the few elements of DER (X.690 §8, §10) that a certificate's head is made of: definite
/// lengths, tags of one byte, nothing kept, every length checked against what holds it.
struct DERReader {
    private(set) var offset: Int
    let end: Int

    struct Element {
        /// The identifier byte: class, constructed bit and number.
        var tag: UInt8
        /// Without identifier and length.
        var content: Range<Int>
        /// With them.
        var whole: Range<Int>
    }

    init(_ range: Range<Int>) {
        offset = range.lowerBound
        end = range.upperBound
    }

    var isAtEnd: Bool { offset >= end }

    /// `nil` at the end, and for what contradicts the format.
    mutating func next(_ bytes: RawSpan) -> Element? {
        guard end <= bytes.byteCount, end - offset >= 2 else { return nil }
        let start = offset
        let tag = bytes.byte(at: start)
        // Tags of several bytes do not occur in certificates.
        guard tag & 0x1F != 0x1F else { return nil }
        var length = Int(bytes.byte(at: start + 1))
        var place = start + 2
        if length >= 0x80 {
            let count = length & 0x7F
            guard 1...3 ~= count, end - place >= count else { return nil }
            length = 0
            for index in 0..<count { length = length << 8 | Int(bytes.byte(at: place + index)) }
            place += count
        }
        guard length <= end - place else { return nil }
        offset = place + length
        return Element(tag: tag, content: place..<offset, whole: start..<offset)
    }

    /// The next element when it has the tag.
    mutating func next(_ bytes: RawSpan, tag: UInt8) -> Element? {
        guard offset < end, end <= bytes.byteCount, bytes.byte(at: offset) == tag else {
            return nil
        }
        return next(bytes)
    }
}
