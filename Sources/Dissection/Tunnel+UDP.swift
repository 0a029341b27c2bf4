/// VXLAN (RFC 7348 §5; 8472 is Linux's older port), VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe §3) and
/// GENEVE (RFC 8926 §3.4), GTP-U, Teredo and L2TP, by the UDP port.
func overUDP(_ bytes: RawSpan, at offset: Int) -> TunnelledPacket? {
    guard bytes.byteCount - offset >= 16 else { return nil }
    let inside = offset + 8
    let (source, destination) = (bytes.uint16(at: offset), bytes.uint16(at: offset + 2))
    if source == 3544 || destination == 3544 { return teredo(bytes, at: inside) }
    if source == 1701 || destination == 1701 { return layer2Tunnel(bytes, at: inside) }
    switch destination {
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
    case 2152: return userPlane(bytes, at: inside)
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

/// GTP-U version 1 (3GPP TS 29.281 §5.1): flags, message type, length (2), tunnel id (4); then, where
/// one of the three lowest flags is set, sequence number (2), N-PDU number, type of the first
/// extension header. An extension counts its length in four bytes and ends with the next one's type
/// (§5.2.1). G-PDU (255) carries the user's packet.
private func userPlane(_ bytes: RawSpan, at offset: Int) -> TunnelledPacket? {
    let flags = bytes.byte(at: offset)
    guard flags & 0xF0 == 0x30, bytes.byte(at: offset + 1) == 0xFF else { return nil }
    var inside = offset + 8
    guard flags & 7 != 0 else { return TunnelledPacket(offset: inside, link: .raw) }
    inside += 4
    guard bytes.byteCount >= inside else { return nil }
    var next = flags & 4 != 0 ? bytes.byte(at: inside - 1) : 0
    // A PDU session container and one or two more are what there is.
    for _ in 0..<8 where next != 0 {
        guard bytes.byteCount > inside else { return nil }
        let length = Int(bytes.byte(at: inside)) * 4
        guard length > 0, bytes.byteCount >= inside + length else { return nil }
        inside += length
        next = bytes.byte(at: inside - 1)
    }
    return next == 0 ? TunnelledPacket(offset: inside, link: .raw) : nil
}

/// Teredo (RFC 4380 §5.1.1) between client, server and relay: an authentication (0001, lengths of
/// identifier and value, both, nonce of 8, confirmation) and an origin (0000, port, address) may
/// stand before the IPv6 packet. Between two clients the ports are any, and nothing tells it.
private func teredo(_ bytes: RawSpan, at offset: Int) -> TunnelledPacket? {
    var inside = offset
    if bytes.uint16(at: inside) == 1 {
        inside += 4 + Int(bytes.byte(at: inside + 2)) + Int(bytes.byte(at: inside + 3)) + 9
    }
    guard bytes.byteCount - inside >= 8 else { return nil }
    if bytes.uint16(at: inside) == 0 { inside += 8 }
    guard bytes.byteCount - inside >= 40, bytes.byte(at: inside) >> 4 == 6 else { return nil }
    return TunnelledPacket(offset: inside, link: .ipv6)
}

/// L2TP version 2 (RFC 2661 §3.1): flags with the version, then length, where flagged, tunnel and
/// session, Ns and Nr, and the size of a gap (2 each), where flagged, and PPP. Control messages
/// have the first flag.
private func layer2Tunnel(_ bytes: RawSpan, at offset: Int) -> TunnelledPacket? {
    let flags = bytes.uint16(at: offset)
    guard flags & 0x800F == 2 else { return nil }
    var inside = offset + 6
    if flags & 0x4000 != 0 { inside += 2 }
    if flags & 0x0800 != 0 { inside += 4 }
    if flags & 0x0200 != 0 {
        guard bytes.byteCount - inside >= 2 else { return nil }
        inside += 2 + Int(bytes.uint16(at: inside))
    }
    guard bytes.byteCount - inside >= 4 else { return nil }
    return TunnelledPacket(offset: inside, link: LinkType(rawValue: 9))
}
