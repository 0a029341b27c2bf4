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
    default: return nil
    }
}

/// GRE (RFC 2784 §2.1, RFC 2890 §2): flags and version (2), protocol (2), then checksum, key and
/// sequence number of four bytes each, where flagged.
private func genericRouting(_ bytes: RawSpan, at offset: Int) -> TunnelledPacket? {
    guard bytes.byteCount - offset >= 4 else { return nil }
    let flags = bytes.uint16(at: offset)
    // Version 1 is PPTP's (RFC 2637), whose PPP is compressed more often than not.
    guard flags & 7 == 0 else { return nil }
    let hasSequence = flags & 0x1000 != 0
    var inside = offset + 4
    for flag: UInt16 in [0x8000, 0x2000, 0x1000] where flags & flag != 0 { inside += 4 }
    switch bytes.uint16(at: offset + 2) {
    case 0x0800, 0x86DD: return TunnelledPacket(offset: inside, link: .raw)
    case 0x6558: return TunnelledPacket(offset: inside, link: .ethernet)
    // ERSPAN II; type I has neither a sequence number nor a header of its own
    // (draft-foschiano-erspan §4).
    case 0x88BE:
        return TunnelledPacket(offset: inside + (hasSequence ? 8 : 0), link: .ethernet)
    case 0x22EB:
        guard bytes.byteCount - inside >= 12 else { return nil }
        let hasSubheader = bytes.byte(at: inside + 11) & 1 != 0
        return TunnelledPacket(offset: inside + (hasSubheader ? 20 : 12), link: .ethernet)
    default: return nil
    }
}

/// VXLAN (RFC 7348 §5; 8472 is Linux's older port), VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe §3) and
/// GENEVE (RFC 8926 §3.4), by the UDP port.
private func overUDP(_ bytes: RawSpan, at offset: Int) -> TunnelledPacket? {
    guard bytes.byteCount - offset >= 16 else { return nil }
    let inside = offset + 8
    switch bytes.uint16(at: offset + 2) {
    case 4789, 8472:
        // The flag of a valid network identifier must be set.
        guard bytes.byte(at: inside) & 0x08 != 0 else { return nil }
        return TunnelledPacket(offset: inside + 8, link: .ethernet)
    case 4790:
        // With the P flag the fourth byte says what is inside.
        guard bytes.byte(at: inside) & 0x0C == 0x0C else { return nil }
        switch bytes.byte(at: inside + 3) {
        case 1, 2: return TunnelledPacket(offset: inside + 8, link: .raw)
        case 3: return TunnelledPacket(offset: inside + 8, link: .ethernet)
        default: return nil
        }
    case 6081:
        guard bytes.byte(at: inside) >> 6 == 0 else { return nil }
        let options = Int(bytes.byte(at: inside) & 0x3F) * 4
        let link: LinkType
        switch bytes.uint16(at: inside + 2) {
        case 0x6558: link = .ethernet
        case 0x0800, 0x86DD: link = .raw
        default: return nil
        }
        return TunnelledPacket(offset: inside + 8 + options, link: link)
    default: return nil
    }
}
