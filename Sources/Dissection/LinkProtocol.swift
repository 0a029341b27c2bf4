/// What a frame carries instead of IP, by the number that its link has for it.
public enum LinkProtocol: Hashable, Sendable {
    case etherType(UInt16)
    /// IEEE 802.3 "slow protocols" by their subtype (IEEE 802.3-2018 annex 57A): LACP and others.
    case slow(UInt8)
    /// IEEE 802.2 LLC: the destination's service access point.
    case service(UInt8)
    /// LLC with SNAP of an organisation that numbers its protocols itself.
    case organisation(UInt32, UInt16)
    case ppp(UInt16)
    /// A type of Cisco's HDLC framing that Ethernet has not, or has for another.
    case ciscoHDLC(UInt16)
    /// Below MPLS labels, where only the first four bits tell (RFC 4385 §1).
    case labelled(UInt8)
    /// A protocol id of ARCNET (RFC 1201 §3).
    case arcnet(UInt8)
    /// An address family of BSD loopback.
    case family(UInt32)
    case wireless(WirelessFrame)
    /// Neither IPv4 nor IPv6, where only the first four bits tell.
    case version(UInt8)

    /// 802.11 frames that no IP packet can be taken out of.
    public enum WirelessFrame: Hashable, Sendable {
        case management, control, encrypted
        /// Data frames that carry none.
        case null
        /// Several frames in one (IEEE 802.11-2020 §9.3.2.2).
        case aggregate
    }

    /// What is behind an LLC header (IEEE 802.2, RFC 1042): SAPs, then with SNAP (AA AA 03) the
    /// organisation and its number.
    init(llc bytes: RawSpan, at offset: Int) {
        guard bytes.byteCount - offset >= 1 else {
            self = .service(0)
            return
        }
        self = .service(bytes.byte(at: offset))
        guard bytes.byteCount - offset >= 8, bytes.uint32(at: offset) >> 8 == 0xAA_AA03 else {
            return
        }
        let organisation = bytes.uint32(at: offset + 2) & 0xFF_FFFF
        let number = bytes.uint16(at: offset + 6)
        self = organisation == 0 ? .etherType(number) : .organisation(organisation, number)
    }

    init(etherType: UInt16, _ bytes: RawSpan, at offset: Int) {
        if etherType == 0x8809, bytes.byteCount > offset {
            self = .slow(bytes.byte(at: offset))
        } else {
            self = .etherType(etherType)
        }
    }
}

extension TCPSegment {
    /// Another protocol than IP, which begins at `offset`.
    mutating func notIP(
        _ linkProtocol: LinkProtocol, at offset: Int, of bytes: RawSpan
    ) -> PacketVerdict {
        self.linkProtocol = linkProtocol
        payloadOffset = min(offset, bytes.byteCount)
        capturedPayload = bytes.byteCount - payloadOffset
        payloadLength = capturedPayload
        return .notIP
    }
}
