/// PPPoE (RFC 2516 §4): version and type, code (each 1), session, length (each 2), then PPP.
func dissectPPPoE(
    _ bytes: RawSpan, at offset: Int, frame: Int, into segment: inout TCPSegment
) -> PacketVerdict {
    guard bytes.byteCount - offset >= 8 else { return .truncated }
    guard bytes.uint16(at: offset) == 0x1100 else {
        return segment.notIP(.etherType(0x8863), at: offset, of: bytes)
    }
    return dissectPPP(bytes, at: offset + 6, frame: frame, into: &segment)
}

/// PPP (RFC 1661 §2), with the address and control bytes FF 03 of HDLC framing or without; a
/// protocol of one byte (§6.5) is odd, the first of two is even.
func dissectPPP(
    _ bytes: RawSpan, at offset: Int, frame: Int, into segment: inout TCPSegment
) -> PacketVerdict {
    guard bytes.byteCount - offset >= 4 else { return .truncated }
    var offset = offset
    if bytes.uint16(at: offset) == 0xFF03 { offset += 2 }
    var type = bytes.uint16(at: offset)
    let isShort = type & 0x0100 != 0
    if isShort { type >>= 8 }
    offset += isShort ? 1 : 2
    switch type {
    case 0x0021: return dissectIPv4(bytes, at: offset, frame: frame, into: &segment)
    case 0x0057: return dissectIPv6(bytes, at: offset, frame: frame, into: &segment)
    case 0x0281, 0x0283: return dissectMPLS(bytes, at: offset, frame: frame, into: &segment)
    default: return segment.notIP(.ppp(type), at: offset, of: bytes)
    }
}

/// MPLS labels (RFC 3032 §2.1) of four bytes, the last marked; the first bits of what follows tell
/// what it is.
func dissectMPLS(
    _ bytes: RawSpan, at offset: Int, frame: Int, into segment: inout TCPSegment
) -> PacketVerdict {
    var offset = offset
    // Stacks are a few labels deep; the bound keeps a hostile packet cheap.
    for _ in 0..<16 {
        guard bytes.byteCount - offset >= 4 else { return .truncated }
        let isLast = bytes.byte(at: offset + 2) & 1 != 0
        offset += 4
        guard isLast else { continue }
        let verdict = dissectIP(bytes, at: offset, frame: frame, into: &segment)
        if verdict == .notIP, case .version(let bits) = segment.linkProtocol {
            segment.linkProtocol = .labelled(bits)
        }
        return verdict
    }
    return .malformed
}
