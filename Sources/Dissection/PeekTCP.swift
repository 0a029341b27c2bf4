/// Looks at the ends of a TCP segment without the checks of `dissect`: for who wants to know soon
/// which flow a packet is going to belong to, and loses nothing by a wrong guess.
///
/// Ethernet with up to two VLAN tags, then IPv4 without options or IPv6 without extension headers.
///
/// - Parameter segment: gets addresses and ports, nothing else.
/// - Returns: `false` for everything else, `segment` being left in part.
@inlinable
public func peekTCP(
    _ bytes: RawSpan, link: LinkType, into segment: inout TCPSegment
) -> Bool {
    // The shortest that is looked at: Ethernet, IPv4 and TCP without options.
    guard link == .ethernet, bytes.byteCount >= 54 else { return false }
    var type = bytes.uint16(at: 12)
    var offset = 14
    while EtherType.isVLANTag(type), offset < 22 {
        type = bytes.uint16(at: offset + 2)
        offset += 4
    }
    if type == EtherType.ipv4 {
        guard bytes.byteCount >= offset + 24, bytes.byte(at: offset) == 0x45,
            bytes.byte(at: offset + 9) == 6
        else { return false }
        segment.source = IPAddress(ipv4: bytes.uint32(at: offset + 12))
        segment.destination = IPAddress(ipv4: bytes.uint32(at: offset + 16))
        offset += 20
    } else {
        guard type == EtherType.ipv6, bytes.byteCount >= offset + 44,
            bytes.byte(at: offset + 6) == 6
        else { return false }
        segment.source = IPAddress(
            high: bytes.uint64(at: offset + 8), low: bytes.uint64(at: offset + 16))
        segment.destination = IPAddress(
            high: bytes.uint64(at: offset + 24), low: bytes.uint64(at: offset + 32))
        offset += 40
    }
    segment.sourcePort = bytes.uint16(at: offset)
    segment.destinationPort = bytes.uint16(at: offset + 2)
    return true
}
