/// An IPv6 header and its extension headers (RFC 8200 §3, §4), `offset` its first byte.
///
/// ```
///  0 version, class, label | 4 payload length | 6 next header | 7 hop limit
///  8 source | 24 destination
/// ```
/// A payload length of 0 (jumbogram, or segmentation offload) goes up to the frame's end.
@usableFromInline
func dissectIPv6(
    _ bytes: RawSpan, at offset: Int, frame: Int, into segment: inout TCPSegment
) -> PacketVerdict {
    guard bytes.byteCount - offset >= 40 else { return .truncated }
    guard bytes.byte(at: offset) >> 4 == 6 else { return .malformed }
    let payloadLength = Int(bytes.uint16(at: offset + 4))
    let end = payloadLength == 0 ? frame : min(offset + 40 + payloadLength, frame)
    segment.source = IPAddress(
        high: bytes.uint64(at: offset + 8), low: bytes.uint64(at: offset + 16))
    segment.destination = IPAddress(
        high: bytes.uint64(at: offset + 24), low: bytes.uint64(at: offset + 32))
    segment.timeToLive = bytes.byte(at: offset + 7)
    segment.identification = 0
    var next = bytes.byte(at: offset + 6)
    var position = offset + 40
    // A packet has a handful; the bound keeps a hostile one from costing more than that.
    for _ in 0..<12 {
        if next == 6 { return dissectTCP(bytes, at: position, end: end, into: &segment) }
        guard let step = IPv6Extension(next) else {
            segment.noteTransport(next, at: position, end: end, of: bytes)
            return .notTCP
        }
        guard bytes.byteCount - position >= 8 else { return .truncated }
        // More fragments, or not the first; else it is "atomic" (RFC 6946).
        if step == .fragment, bytes.uint16(at: position + 2) & 0xFFF9 != 0 {
            segment.payloadOffset = offset
            return .fragment
        }
        let length = Int(bytes.byte(at: position + 1))
        next = bytes.byte(at: position)
        position += step.headerLength(length)
    }
    return .malformed
}

/// Where the fragment header of an IPv6 packet is, and which byte names it as the next; `nil` when
/// there is none in the bytes.
func ipv6FragmentHeader(_ bytes: RawSpan) -> (place: Int, namedAt: Int)? {
    var (namedAt, place) = (6, 40)
    for _ in 0..<12 {
        guard bytes.byteCount - place >= 8, let step = IPv6Extension(bytes.byte(at: namedAt))
        else { return nil }
        if step == .fragment { return (place, namedAt) }
        namedAt = place
        place += step.headerLength(Int(bytes.byte(at: place + 1)))
    }
    return nil
}

/// The extension headers that may stand before TCP
/// (https://www.iana.org/assignments/ipv6-parameters).
private enum IPv6Extension {
    /// Hop-by-hop 0, routing 43, destination 60, mobility 135, HIP 139, Shim6 140.
    case options
    /// 44 (RFC 8200 §4.5): always 8 bytes.
    case fragment
    /// 51 (RFC 4302 §2.2): its length counts four bytes, not eight.
    case authentication

    init?(_ number: UInt8) {
        switch number {
        case 0, 43, 60, 135, 139, 140: self = .options
        case 44: self = .fragment
        case 51: self = .authentication
        default: return nil
        }
    }

    func headerLength(_ field: Int) -> Int {
        switch self {
        case .options: (field + 1) * 8
        case .fragment: 8
        case .authentication: (field + 2) * 4
        }
    }
}
