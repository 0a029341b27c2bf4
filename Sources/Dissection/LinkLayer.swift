/// Finds the TCP header of a captured packet.
///
/// Link layers: Ethernet II and 802.3 with SNAP, up to four VLAN tags (802.1Q, 802.1ad, 0x9100),
/// PPPoE, MPLS, VN-tag, 802.1BR, Cisco MetaData, raw IP, BSD loopback, Linux cooked 1 and 2, PPP,
/// Cisco HDLC, 802.11 with radiotap, Prism or PPI headers, NFLOG, FDDI, ARCNET, InfiniBand, ATM, Juniper's
/// Ethernet, tags of switch chips. Tunnels stay closed: see `PacketOpener`.
///
/// - Parameters:
///   - bytes: The captured bytes of one packet.
///   - wireLength: Bytes the packet had on the wire; taken for at least the captured bytes.
///   - segment: Complete when the verdict is `tcp`, else in part left from the packet before.
@inlinable
public func dissect(
    _ bytes: RawSpan, link: LinkType, wireLength: Int, into segment: inout TCPSegment
) -> PacketVerdict {
    let frame = max(wireLength, bytes.byteCount)
    guard link.rawValue == 1 else {
        return dissectOtherLink(bytes, link: link, frame: frame, into: &segment)
    }
    guard bytes.byteCount >= 14 else { return .truncated }
    // Six of the eight bytes loaded: the address is the upper part.
    segment.destinationMAC = bytes.uint64(at: 0) >> 16
    let sourceAndType = bytes.uint64(at: 6)
    segment.sourceMAC = sourceAndType >> 16
    segment.outerVLAN = 0
    segment.innerVLAN = 0
    let type = UInt16(truncatingIfNeeded: sourceAndType)
    if type == EtherType.ipv4 {
        return dissectIPv4(bytes, at: 14, frame: frame, into: &segment)
    }
    return dissectEtherType(bytes, type: type, at: 14, frame: frame, into: &segment)
}

/// Numbers of the registry of IEEE 802 (https://www.iana.org/assignments/ieee-802-numbers).
@usableFromInline
enum EtherType {
    @inlinable static var ipv4: UInt16 { 0x0800 }
    @inlinable static var ipv6: UInt16 { 0x86DD }
    /// At and above this a type, below the length of an 802.3 frame.
    @inlinable static var least: UInt16 { 0x0600 }

    @inlinable
    static func isVLANTag(_ type: UInt16) -> Bool {
        type == 0x8100 || type == 0x88A8 || type == 0x9100
    }
}

/// Goes over VLAN tags and a SNAP header to the IP header; `offset` is the byte after `type`.
@usableFromInline
func dissectEtherType(
    _ bytes: RawSpan, type: UInt16, at offset: Int, frame: Int, into segment: inout TCPSegment
) -> PacketVerdict {
    var type = type
    var offset = offset
    var tags = 0
    while EtherType.isVLANTag(type) {
        guard tags < 4 else { return .malformed }
        guard bytes.byteCount - offset >= 4 else { return .truncated }
        let id = bytes.uint16(at: offset) & 0x0FFF
        if tags == 0, segment.outerVLAN == 0 {
            segment.outerVLAN = id
        } else {
            segment.innerVLAN = id
        }
        type = bytes.uint16(at: offset + 2)
        offset += 4
        tags += 1
    }
    if type < EtherType.least {
        // IEEE 802.2 LLC with SNAP (RFC 1042): AA AA 03, organisation 00 00 00, then the type.
        guard bytes.byteCount - offset >= 8, bytes.uint48(at: offset) == 0xAAAA_0300_0000 else {
            return segment.notIP(LinkProtocol(llc: bytes, at: offset), at: offset, of: bytes)
        }
        type = bytes.uint16(at: offset + 6)
        offset += 8
    }
    switch type {
    case EtherType.ipv4: return dissectIPv4(bytes, at: offset, frame: frame, into: &segment)
    case EtherType.ipv6: return dissectIPv6(bytes, at: offset, frame: frame, into: &segment)
    case 0x8847, 0x8848: return dissectMPLS(bytes, at: offset, frame: frame, into: &segment)
    case 0x8864: return dissectPPPoE(bytes, at: offset, frame: frame, into: &segment)
    default: return dissectFabricTag(bytes, type: type, at: offset, frame: frame, into: &segment)
    }
}

/// All links that are not Ethernet.
@usableFromInline
func dissectOtherLink(
    _ bytes: RawSpan, link: LinkType, frame: Int, into segment: inout TCPSegment
) -> PacketVerdict {
    segment.sourceMAC = 0
    segment.destinationMAC = 0
    segment.outerVLAN = 0
    segment.innerVLAN = 0
    switch link.rawValue {
    case 12, 14, LinkType.raw.rawValue, LinkType.ipv4.rawValue, LinkType.ipv6.rawValue:
        return dissectIP(bytes, at: 0, frame: frame, into: &segment)
    case LinkType.null.rawValue, LinkType.loop.rawValue:
        return dissectLoopback(bytes, frame: frame, into: &segment)
    case LinkType.linuxCooked.rawValue:
        return dissectCooked(bytes, frame: frame, into: &segment)
    case LinkType.linuxCooked2.rawValue:
        return dissectCooked2(bytes, frame: frame, into: &segment)
    // PPP and PPP_SERIAL; PPP_ETHER; C_HDLC.
    case 9, 50:
        return dissectPPP(bytes, at: 0, frame: frame, into: &segment)
    case 51:
        return dissectPPPoE(bytes, at: 0, frame: frame, into: &segment)
    case 104:
        // Address, control (each 1), then an EtherType.
        guard bytes.byteCount >= 4 else { return .truncated }
        let type = bytes.uint16(at: 2)
        if LinkProtocol.hdlcProtocols[type] != nil {
            return segment.notIP(.ciscoHDLC(type), at: 4, of: bytes)
        }
        return dissectEtherType(bytes, type: type, at: 4, frame: frame, into: &segment)
    case 105, 119, 127, 192:
        return dissectWireless(bytes, link: link.rawValue, frame: frame, into: &segment)
    case 239:
        return dissectNFLOG(bytes, frame: frame, into: &segment)
    default:
        return dissectFrames(bytes, link: link.rawValue, frame: frame, into: &segment)
    }
}

/// An IP header whose version is only in its first four bits.
func dissectIP(
    _ bytes: RawSpan, at offset: Int, frame: Int, into segment: inout TCPSegment
) -> PacketVerdict {
    guard bytes.byteCount > offset else { return .truncated }
    switch bytes.byte(at: offset) >> 4 {
    case 4: return dissectIPv4(bytes, at: offset, frame: frame, into: &segment)
    case 6: return dissectIPv6(bytes, at: offset, frame: frame, into: &segment)
    case let version: return segment.notIP(.version(version), at: offset, of: bytes)
    }
}

/// Four bytes of address family, in the order of a machine that is not ours: both are tried.
private func dissectLoopback(
    _ bytes: RawSpan, frame: Int, into segment: inout TCPSegment
) -> PacketVerdict {
    guard bytes.byteCount >= 4 else { return .truncated }
    let word = bytes.uint32(at: 0)
    let family = word > 0xFFFF ? word.byteSwapped : word
    switch family {
    // AF_INET; AF_INET6 of Linux, Windows, NetBSD and OpenBSD, FreeBSD, macOS.
    case 2, 10, 23, 24, 28, 30: return dissectIP(bytes, at: 4, frame: frame, into: &segment)
    default: return segment.notIP(.family(family), at: 4, of: bytes)
    }
}

/// LINKTYPE_LINUX_SLL: packet type, ARPHRD, address length (each 2), address (8), protocol (2).
private func dissectCooked(
    _ bytes: RawSpan, frame: Int, into segment: inout TCPSegment
) -> PacketVerdict {
    guard bytes.byteCount >= 16 else { return .truncated }
    if bytes.uint16(at: 4) == 6 { segment.sourceMAC = bytes.uint64(at: 6) >> 16 }
    let type = bytes.uint16(at: 14)
    return dissectEtherType(bytes, type: type, at: 16, frame: frame, into: &segment)
}

/// LINKTYPE_LINUX_SLL2: protocol, reserved (each 2), interface (4), ARPHRD (2), packet type,
/// address length (each 1), address (8).
private func dissectCooked2(
    _ bytes: RawSpan, frame: Int, into segment: inout TCPSegment
) -> PacketVerdict {
    guard bytes.byteCount >= 20 else { return .truncated }
    if bytes.byte(at: 11) == 6 { segment.sourceMAC = bytes.uint64(at: 12) >> 16 }
    let type = bytes.uint16(at: 0)
    return dissectEtherType(bytes, type: type, at: 20, frame: frame, into: &segment)
}
