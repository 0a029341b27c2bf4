/// An IPv4 header (RFC 791 §3.1), `offset` its first byte.
///
/// ```
///  0 version, header length | 1 service | 2 total length | 4 identification
///  6 flags, fragment offset | 8 time to live | 9 protocol | 10 checksum
/// 12 source | 16 destination | 20 options
/// ```
/// A total length of 0 is what a machine sees of its own packets before segmentation offload: then
/// the datagram goes up to the frame's end.
@inlinable
func dissectIPv4(
    _ bytes: RawSpan, at offset: Int, frame: Int, into segment: inout TCPSegment
) -> PacketVerdict {
    guard bytes.byteCount &- offset >= 20 else { return .truncated }
    let first = bytes.byte(at: offset)
    let headerLength = Int(first & 0x0F) &* 4
    guard first >> 4 == 4 else { return .malformed }
    guard headerLength >= 20 else { return .malformed }
    if bytes.uint16(at: offset &+ 6) & 0x1FFF != 0 { return .fragment }
    if bytes.byte(at: offset &+ 9) != 6 { return .notTCP }
    let totalLength = Int(bytes.uint16(at: offset &+ 2))
    let end = totalLength == 0 ? frame : min(offset &+ totalLength, frame)
    segment.source = IPAddress(ipv4: bytes.uint32(at: offset &+ 12))
    segment.destination = IPAddress(ipv4: bytes.uint32(at: offset &+ 16))
    segment.timeToLive = bytes.byte(at: offset &+ 8)
    segment.identification = bytes.uint16(at: offset &+ 4)
    return dissectTCP(bytes, at: offset &+ headerLength, end: end, into: &segment)
}
