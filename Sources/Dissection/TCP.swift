/// A TCP header (RFC 9293 §3.1), `offset` its first byte, `end` the end of the IP datagram.
///
/// ```
///  0 source port | 2 destination port | 4 sequence | 8 acknowledgement
/// 12 data offset (4 bits) | 13 flags | 14 window | 16 checksum | 18 urgent | 20 options
/// ```
/// `end` may lie beyond the captured bytes, never beyond the frame. Options that the capture cut
/// off leave the segment usable: everything but they is known.
@inlinable
@inline(__always)
func dissectTCP(
    _ bytes: RawSpan, at offset: Int, end: Int, into segment: inout TCPSegment
) -> PacketVerdict {
    guard end &- offset >= 20 else { return .malformed }
    guard bytes.byteCount &- offset >= 20 else { return .truncated }
    // Two loads of eight bytes: each load checks its range again.
    let first = bytes.uint64(at: offset)
    let second = bytes.uint64(at: offset &+ 8)
    let headerLength = Int(truncatingIfNeeded: second >> 28 & 0xF) &* 4
    guard headerLength >= 20 else { return .malformed }
    let payload = offset &+ headerLength
    guard payload <= end else { return .malformed }
    segment.sourcePort = UInt16(truncatingIfNeeded: first >> 48)
    segment.destinationPort = UInt16(truncatingIfNeeded: first >> 32)
    segment.sequence = UInt32(truncatingIfNeeded: first)
    segment.acknowledgement = UInt32(truncatingIfNeeded: second >> 32)
    segment.flags = TCPFlags(rawValue: UInt8(truncatingIfNeeded: second >> 16))
    segment.window = UInt16(truncatingIfNeeded: second)
    let captured = min(bytes.byteCount, end)
    let payloadOffset = min(payload, captured)
    segment.optionsOffset = offset &+ 20
    segment.optionsLength = payloadOffset &- offset &- 20
    segment.payloadOffset = payloadOffset
    segment.payloadLength = end &- payload
    segment.capturedPayload = captured &- payloadOffset
    return .tcp
}
