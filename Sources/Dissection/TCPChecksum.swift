/// What the checksum of a captured TCP segment says (RFC 9293 §3.1).
public enum TCPChecksum: Equatable, Sendable {
    case good
    /// Holds the sum of the pseudo header alone, or nothing: the sender's network card, or the one
    /// that merged segments, was to fill it in (Linux, Documentation/networking/
    /// checksum-offloads.rst).
    case leftToCard
    case wrong
    /// Bytes of the segment are not in the capture.
    case unknown

    /// - Parameter bytes: what the segment's offsets count in.
    public init(_ segment: TCPSegment, _ bytes: RawSpan) {
        let start = segment.optionsOffset - 20
        let end = segment.payloadOffset + segment.payloadLength
        guard start >= 0, segment.capturedPayload == segment.payloadLength,
            segment.optionsOffset + segment.optionsLength == segment.payloadOffset,
            end <= bytes.byteCount, end - start < 1 << 16 || segment.source.isIPv4 == false
        else {
            self = .unknown
            return
        }
        let stored = bytes.uint16(at: start + 16)
        let pseudo = Self.pseudoHeader(segment, length: end - start)
        if Self.folded(pseudo &+ Self.sum(bytes, start..<end)) == 0xFFFF {
            self = .good
        } else if stored == 0 || stored == Self.folded(pseudo) || stored == ~Self.folded(pseudo) {
            self = .leftToCard
        } else {
            self = .wrong
        }
    }

    private static func pseudoHeader(_ segment: TCPSegment, length: Int) -> UInt64 {
        var sum = UInt64(6) &+ UInt64(length)
        for address in [segment.source, segment.destination] {
            let (high, low) = (address.high, address.low)
            if address.isIPv4 {
                sum &+= low & 0xFFFF_FFFF
            } else {
                sum &+= (high >> 32) &+ (high & 0xFFFF_FFFF)
                sum &+= (low >> 32) &+ (low & 0xFFFF_FFFF)
            }
        }
        return sum
    }

    /// Words of four bytes add up to the same as words of two, once folded.
    private static func sum(_ bytes: RawSpan, _ range: Range<Int>) -> UInt64 {
        var sum: UInt64 = 0
        var offset = range.lowerBound
        while offset &+ 8 <= range.upperBound {
            let word = bytes.uint64(at: offset)
            sum &+= (word >> 32) &+ (word & 0xFFFF_FFFF)
            offset &+= 8
        }
        while offset &+ 2 <= range.upperBound {
            sum &+= UInt64(bytes.uint16(at: offset))
            offset &+= 2
        }
        if offset < range.upperBound { sum &+= UInt64(bytes.byte(at: offset)) << 8 }
        return sum
    }

    private static func folded(_ sum: UInt64) -> UInt16 {
        var sum = sum
        while sum > 0xFFFF { sum = (sum & 0xFFFF) &+ (sum >> 16) }
        return UInt16(sum)
    }
}
