/// Links that carry frames of Ethernet's kind behind, or around, something of their own
/// (https://www.tcpdump.org/linktypes.html).
func dissectFrames(
    _ bytes: RawSpan, link: UInt32, frame: Int, into segment: inout TCPSegment
) -> PacketVerdict {
    switch link {
    // FDDI: frame control, then the addresses; LLC is 5x (ISO 9314-2 §7.3).
    case 10:
        guard bytes.byteCount >= 13 else { return .truncated }
        guard bytes.byte(at: 0) & 0xF0 == 0x50 else {
            return segment.notIP(.service(0), at: 13, of: bytes)
        }
        segment.destinationMAC = bytes.uint64(at: 1) >> 16
        segment.sourceMAC = bytes.uint48(at: 7)
        return dissectEtherType(bytes, type: 0, at: 13, frame: frame, into: &segment)
    // LLC encapsulation on ATM (RFC 2684 §5.1).
    case 100: return dissectEtherType(bytes, type: 0, at: 0, frame: frame, into: &segment)
    // ARCNET as Linux shows it: source, destination (1 each), two bytes, protocol; then with the
    // newer protocols (RFC 1201 §3) split flag and sequence (2).
    case 129:
        guard bytes.byteCount >= 8 else { return .truncated }
        switch bytes.byte(at: 4) {
        case 212, 196: return dissectIP(bytes, at: 8, frame: frame, into: &segment)
        case 240: return dissectIP(bytes, at: 5, frame: frame, into: &segment)
        case let number: return segment.notIP(.arcnet(number), at: 5, of: bytes)
        }
    // IP over InfiniBand (RFC 4391 §6) behind the global route header: type, reserved (each 2).
    case 242:
        guard bytes.byteCount >= 44 else { return .truncated }
        let type = bytes.uint16(at: 40)
        return dissectEtherType(bytes, type: type, at: 44, frame: frame, into: &segment)
    case 178: return dissectJuniper(bytes, frame: frame, into: &segment)
    // Tags of switch chips, as Linux shows them on the port of the processor: between addresses
    // and type Broadcom's and Marvell's (DSA) of 4 bytes and Marvell's with an EtherType (EDSA) of
    // 8, before the frame Broadcom's of 4.
    case 281, 284: return dissectFrame(bytes, at: 0, tag: 4, frame: frame, into: &segment)
    case 285: return dissectFrame(bytes, at: 0, tag: 8, frame: frame, into: &segment)
    case 282: return dissectFrame(bytes, at: 4, tag: 0, frame: frame, into: &segment)
    default: return .unsupportedLink
    }
}

/// An Ethernet frame with `tag` bytes between its addresses and its type.
private func dissectFrame(
    _ bytes: RawSpan, at offset: Int, tag: Int, frame: Int, into segment: inout TCPSegment
) -> PacketVerdict {
    let start = offset + 14 + tag
    guard bytes.byteCount >= start else { return .truncated }
    segment.destinationMAC = bytes.uint48(at: offset)
    segment.sourceMAC = bytes.uint48(at: offset + 6)
    let type = bytes.uint16(at: start - 2)
    return dissectEtherType(bytes, type: type, at: start, frame: frame, into: &segment)
}

/// JUNIPER_ETHER: "MGC", flags, then with flag 80 the length (2) of what follows, and the frame;
/// with flag 02 four bytes and IP instead (tcpdump, print-juniper.c).
private func dissectJuniper(
    _ bytes: RawSpan, frame: Int, into segment: inout TCPSegment
) -> PacketVerdict {
    guard bytes.byteCount >= 6 else { return .truncated }
    guard bytes.uint32(at: 0) >> 8 == 0x4D4743 else { return .malformed }
    let flags = bytes.byte(at: 3)
    let start = flags & 0x80 != 0 ? 6 + Int(bytes.uint16(at: 4)) : 4
    if flags & 2 != 0 { return dissectIP(bytes, at: start + 4, frame: frame, into: &segment) }
    return dissectFrame(bytes, at: start, tag: 0, frame: frame, into: &segment)
}

/// Goes over the tags of a network of switches, which end with the type of what follows.
func dissectFabricTag(
    _ bytes: RawSpan, type: UInt16, at offset: Int, frame: Int, into segment: inout TCPSegment
) -> PacketVerdict {
    let length: Int
    switch type {
    // Cisco's VN-tag of fabric extenders: destination and source interface.
    case 0x8926: length = 6
    // Its successor (IEEE 802.1BR-2012 §7.5).
    case 0x893F: length = 8
    // Cisco MetaData: version, length, option (2), security group (2).
    case 0x8909: length = 8
    default:
        let other = LinkProtocol(etherType: type, bytes, at: offset)
        return segment.notIP(other, at: offset, of: bytes)
    }
    let inside = offset + length
    guard bytes.byteCount >= inside else { return .truncated }
    // One or two of them stand between the addresses and the packet; more are hostile.
    guard inside <= 80 else { return .malformed }
    return dissectEtherType(
        bytes, type: bytes.uint16(at: inside - 2), at: inside, frame: frame, into: &segment)
}
