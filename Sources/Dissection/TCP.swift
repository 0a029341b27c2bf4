/// A TCP header (RFC 9293 §3.1), `offset` its first byte, `end` the end of the IP datagram.
///
/// ```
///  0 source port | 2 destination port | 4 sequence | 8 acknowledgement
/// 12 data offset (4 bits) | 13 flags | 14 window | 16 checksum | 18 urgent | 20 options
/// ```
/// `end` may lie beyond the captured bytes, never beyond the frame. Options that the capture cut
/// off leave the segment usable: everything but they is known.
@inlinable
func dissectTCP(
    _ bytes: RawSpan, at offset: Int, end: Int, into segment: inout TCPSegment
) -> PacketVerdict {
    guard end &- offset >= 20 else { return .malformed }
    guard bytes.byteCount &- offset >= 20 else { return .truncated }
    let headerLength = Int(bytes.byte(at: offset &+ 12) >> 4) &* 4
    guard headerLength >= 20 else { return .malformed }
    let payload = offset &+ headerLength
    guard payload <= end else { return .malformed }
    segment.sourcePort = bytes.uint16(at: offset)
    segment.destinationPort = bytes.uint16(at: offset &+ 2)
    segment.sequence = bytes.uint32(at: offset &+ 4)
    segment.acknowledgement = bytes.uint32(at: offset &+ 8)
    segment.flags = TCPFlags(rawValue: bytes.byte(at: offset &+ 13))
    segment.window = bytes.uint16(at: offset &+ 14)
    let captured = min(bytes.byteCount, end)
    let payloadOffset = min(payload, captured)
    segment.optionsOffset = offset &+ 20
    segment.optionsLength = payloadOffset &- offset &- 20
    segment.payloadOffset = payloadOffset
    segment.payloadLength = end &- payload
    segment.capturedPayload = captured &- payloadOffset
    return .tcp
}
