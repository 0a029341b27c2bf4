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
@inline(__always)
func dissectIPv4(
    _ bytes: RawSpan, at offset: Int, frame: Int, into segment: inout TCPSegment
) -> PacketVerdict {
    guard bytes.byteCount &- offset >= 20 else { return .truncated }
    let first = bytes.uint64(at: offset)
    let second = bytes.uint64(at: offset &+ 8)
    let headerLength = Int(truncatingIfNeeded: first >> 56 & 0x0F) &* 4
    guard first >> 60 == 4 else { return .malformed }
    guard headerLength >= 20 else { return .malformed }
    let totalLength = Int(truncatingIfNeeded: first >> 32 & 0xFFFF)
    let end = totalLength == 0 ? frame : min(offset &+ totalLength, frame)
    segment.source = IPAddress(ipv4: UInt32(truncatingIfNeeded: second))
    segment.destination = IPAddress(ipv4: bytes.uint32(at: offset &+ 16))
    segment.timeToLive = UInt8(truncatingIfNeeded: second >> 56)
    segment.identification = UInt16(truncatingIfNeeded: first >> 16)
    let transport = UInt8(truncatingIfNeeded: second >> 48)
    // More fragments, or not the first.
    if transport != 6 || first & 0x3FFF != 0 {
        if transport == 51, first & 0x3FFF == 0 {
            return dissectAuthenticated(
                bytes, at: offset &+ headerLength, end: end, into: &segment)
        }
        segment.noteTransport(transport, at: offset &+ headerLength, end: end, of: bytes)
        if first & 0x3FFF == 0 { return .notTCP }
        segment.payloadOffset = offset
        return .fragment
    }
    return dissectTCP(bytes, at: offset &+ headerLength, end: end, into: &segment)
}

/// What an authentication header (RFC 4302 §2) protects: next header, length in four bytes less
/// two, reserved (2), security parameters index, sequence number (4 each), check value.
@usableFromInline
func dissectAuthenticated(
    _ bytes: RawSpan, at offset: Int, end: Int, into segment: inout TCPSegment
) -> PacketVerdict {
    guard end - offset >= 12 else { return .malformed }
    guard bytes.byteCount - offset >= 12 else { return .truncated }
    let length = (Int(bytes.byte(at: offset + 1)) + 2) * 4
    guard length >= 12, offset + length <= end else { return .malformed }
    let next = bytes.byte(at: offset)
    if next == 6 { return dissectTCP(bytes, at: offset + length, end: end, into: &segment) }
    segment.noteTransport(next, at: offset + length, end: end, of: bytes)
    return .notTCP
}
