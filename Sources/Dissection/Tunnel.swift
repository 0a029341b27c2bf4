/// What a tunnel's header leads to.
public struct TunnelledPacket: Sendable {
    /// Of the first byte inside, from the beginning of the packet.
    public var offset: Int
    public var link: LinkType
}

/// Looks into the packet that `segment` describes after `PacketVerdict.notTCP`; `nil` when it is no
/// tunnel, or one that cannot be read. Only its transport and payload's place are asked for.
public func tunnelled(_ bytes: RawSpan, _ segment: TCPSegment) -> TunnelledPacket? {
    let offset = segment.payloadOffset
    switch segment.transport {
    // RFC 2003, RFC 4213.
    case 4, 41: return TunnelledPacket(offset: offset, link: .raw)
    case 47: return genericRouting(bytes, at: offset)
    case 17: return overUDP(bytes, at: offset)
    // EtherIP, version 3 (RFC 3378 §3); SRv6's frames (RFC 8986 §4.9).
    case 97:
        guard bytes.byteCount - offset >= 2, bytes.uint16(at: offset) == 0x3000 else { return nil }
        return TunnelledPacket(offset: offset + 2, link: .ethernet)
    case 143: return TunnelledPacket(offset: offset, link: .ethernet)
    default: return nil
    }
}

/// GRE (RFC 2784 §2.1, RFC 2890 §2): flags and version (2), protocol (2), then checksum, key and
/// sequence number of four bytes each, where flagged.
private func genericRouting(_ bytes: RawSpan, at offset: Int) -> TunnelledPacket? {
    guard bytes.byteCount - offset >= 4 else { return nil }
    let flags = bytes.uint16(at: offset)
    if flags & 7 == 1 { return pointToPoint(bytes, flags, at: offset) }
    guard flags & 7 == 0 else { return nil }
    let hasSequence = flags & 0x1000 != 0
    var inside = offset + 4
    for flag: UInt16 in [0x8000, 0x2000, 0x1000] where flags & flag != 0 { inside += 4 }
    switch bytes.uint16(at: offset + 2) {
    case 0x0800, 0x86DD: return TunnelledPacket(offset: inside, link: .raw)
    // WCCP's redirected packets: version 2 has four bytes of its own before them.
    case 0x883E:
        guard bytes.byteCount > inside else { return nil }
        let isFirst = bytes.byte(at: inside) >> 4 == 4
        return TunnelledPacket(offset: inside + (isFirst ? 0 : 4), link: .raw)
    case 0x6558: return TunnelledPacket(offset: inside, link: .ethernet)
    // ERSPAN II; type I has neither a sequence number nor a header of its own
    // (draft-foschiano-erspan §4).
    case 0x88BE:
        return TunnelledPacket(offset: inside + (hasSequence ? 8 : 0), link: .ethernet)
    case 0x22EB:
        guard bytes.byteCount - inside >= 12 else { return nil }
        let hasSubheader = bytes.byte(at: inside + 11) & 1 != 0
        return TunnelledPacket(offset: inside + (hasSubheader ? 20 : 12), link: .ethernet)
    // Aruba's access points to their controller: 802.11 frames without FCS (Wireshark,
    // epan/dissectors/packet-gre.h, GRE_ARUBA_8200 to GRE_ARUBA_8370).
    case let type where 0x8200...0x8370 ~= type && type & 0xF == 0:
        return TunnelledPacket(offset: inside, link: LinkType(rawValue: 105))
    default: return nil
    }
}

/// GRE version 1, PPTP's (RFC 2637 §4.1): flags, protocol 880B, payload length, call id (2 each),
/// then sequence and acknowledgement number of four bytes each, where flagged, and PPP. Compressed
/// and encrypted PPP says so in its protocol, and is no IP then.
private func pointToPoint(_ bytes: RawSpan, _ flags: UInt16, at offset: Int) -> TunnelledPacket? {
    guard bytes.byteCount - offset >= 8, bytes.uint16(at: offset + 2) == 0x880B,
        flags & 0x2000 != 0, flags & 0x1000 != 0
    else { return nil }
    let inside = offset + 12 + (flags & 0x0080 != 0 ? 4 : 0)
    return TunnelledPacket(offset: inside, link: LinkType(rawValue: 9))
}
