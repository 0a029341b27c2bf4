/// 802.11 frames (IEEE 802.11-2020 §9.2) of a card in monitor mode, with what the driver put
/// before them: nothing (link type 105), a Prism header (119), radiotap (127,
/// https://www.radiotap.org) or PPI (192).
func dissectWireless(
    _ bytes: RawSpan, link: UInt32, frame: Int, into segment: inout TCPSegment
) -> PacketVerdict {
    guard bytes.byteCount >= 8 else { return .truncated }
    switch link {
    case 119: return dissect80211(bytes, at: 144, frame: frame, into: &segment)
    case 127, 192:
        // Both have their length, little-endian, after two bytes.
        let length = Int(bytes.uint16(at: 2).byteSwapped)
        if link == 192, bytes.uint32(at: 4).byteSwapped != 105 { return .unsupportedLink }
        return dissect80211(bytes, at: length, frame: frame, into: &segment)
    default: return dissect80211(bytes, at: 0, frame: frame, into: &segment)
    }
}

/// Frame control (2), duration (2), three addresses, sequence (2), then a fourth address where both
/// DS bits are set, QoS control (2), HT control (4), and LLC with SNAP.
private func dissect80211(
    _ bytes: RawSpan, at offset: Int, frame: Int, into segment: inout TCPSegment
) -> PacketVerdict {
    // Acknowledgements are 10 bytes long.
    guard bytes.byteCount - offset >= 10 else { return .truncated }
    let control = bytes.byte(at: offset)
    let flags = bytes.byte(at: offset + 1)
    if let other = otherFrame(control, flags) {
        return segment.notIP(.wireless(other), at: offset, of: bytes)
    }
    guard bytes.byteCount - offset >= 24 else { return .truncated }
    let (toDS, fromDS) = (flags & 1 != 0, flags & 2 != 0)
    var position = offset + 24
    func address(_ place: Int) -> UInt64 { bytes.uint64(at: offset + place) >> 16 }
    segment.destinationMAC = address(toDS ? 16 : 4)
    segment.sourceMAC = address(toDS || !fromDS ? 10 : 16)
    if toDS, fromDS { position += 6 }
    if control & 0x80 != 0 {
        guard bytes.byteCount - position >= 2 else { return .truncated }
        // Several frames in one (A-MSDU) are left closed.
        if bytes.byte(at: position) & 0x80 != 0 {
            return segment.notIP(.wireless(.aggregate), at: position, of: bytes)
        }
        position += flags & 0x80 != 0 ? 6 : 2
    }
    guard bytes.byteCount - position >= 8 else { return .truncated }
    guard bytes.uint48(at: position) == 0xAAAA_0300_0000 else {
        return segment.notIP(LinkProtocol(llc: bytes, at: position), at: position, of: bytes)
    }
    let type = bytes.uint16(at: position + 6)
    return dissectEtherType(bytes, type: type, at: position + 8, frame: frame, into: &segment)
}

/// What is no data frame that carries data, in clear; `nil` for one that is.
private func otherFrame(_ control: UInt8, _ flags: UInt8) -> LinkProtocol.WirelessFrame? {
    switch control >> 2 & 3 {
    case 0: .management
    case 2 where control & 0x40 != 0: .null
    case 2 where flags & 0x40 != 0: .encrypted
    case 2: nil
    default: .control
    }
}

/// NFLOG: address family, version (each 1), resource (2), then fields of length and type in the
/// order of the machine, the packet being type 9 (https://www.tcpdump.org/linktypes.html).
func dissectNFLOG(
    _ bytes: RawSpan, frame: Int, into segment: inout TCPSegment
) -> PacketVerdict {
    var offset = 4
    for _ in 0..<64 {
        guard bytes.byteCount - offset >= 4 else { return .truncated }
        let (length, type) = (bytes.uint16(at: offset), bytes.uint16(at: offset + 2))
        // Types are below 256: the order of the bytes shows.
        let isLittle = type > 0xFF
        if (isLittle ? type.byteSwapped : type) == 9 {
            return dissectIP(bytes, at: offset + 4, frame: frame, into: &segment)
        }
        let size = Int(isLittle ? length.byteSwapped : length)
        guard size >= 4 else { return .malformed }
        offset += (size + 3) & ~3
    }
    return .malformed
}
