/// One part of an IPv4 datagram (RFC 791 §3.2) or of an IPv6 packet (RFC 8200 §4.5).
struct IPFragment {
    /// What all parts of one datagram share. Of IPv6 the identification alone tells datagrams apart,
    /// since only the first part's next header counts.
    struct Datagram: Hashable {
        var source: IPAddress
        var destination: IPAddress
        var identification: UInt32
        /// 0 for IPv6.
        var transport: UInt8
    }

    /// With its headers; what is longer is no datagram but an attack.
    static let longestDatagram = 65_535

    let datagram: Datagram
    /// Where the part belongs in the datagram's payload.
    let offset: Int
    let isLast: Bool
    /// Of the part's payload; both may lie beyond the captured bytes.
    let payload: Range<Int>
    /// Where the fragment header of IPv6 is, and which byte before it names it as the next.
    private let extensionHeader: (place: Int, namedAt: Int)?

    /// - Parameter bytes: begins with the IP header.
    init?(_ bytes: RawSpan) {
        guard bytes.byteCount >= 20 else { return nil }
        switch bytes.byte(at: 0) >> 4 {
        case 4: self.init(version4: bytes)
        case 6 where bytes.byteCount >= 40: self.init(version6: bytes)
        default: return nil
        }
    }

    private init?(version4 bytes: RawSpan) {
        let headerLength = Int(bytes.byte(at: 0) & 0xF) * 4
        let totalLength = Int(bytes.uint16(at: 2))
        guard headerLength >= 20, totalLength > headerLength else { return nil }
        let field = bytes.uint16(at: 6)
        datagram = Datagram(
            source: IPAddress(ipv4: bytes.uint32(at: 12)),
            destination: IPAddress(ipv4: bytes.uint32(at: 16)),
            identification: UInt32(bytes.uint16(at: 4)), transport: bytes.byte(at: 9))
        offset = Int(field & 0x1FFF) * 8
        isLast = field & 0x2000 == 0
        payload = headerLength..<totalLength
        extensionHeader = nil
    }

    private init?(version6 bytes: RawSpan) {
        guard let header = ipv6FragmentHeader(bytes) else { return nil }
        let end = 40 + Int(bytes.uint16(at: 4))
        guard end > header.place + 8 else { return nil }
        let field = bytes.uint16(at: header.place + 2)
        datagram = Datagram(
            source: IPAddress(high: bytes.uint64(at: 8), low: bytes.uint64(at: 16)),
            destination: IPAddress(high: bytes.uint64(at: 24), low: bytes.uint64(at: 32)),
            identification: bytes.uint32(at: header.place + 4), transport: 0)
        // The last three bits are not the offset's, which counts eight bytes.
        offset = Int(field & 0xFFF8)
        isLast = field & 1 == 0
        payload = header.place + 8..<end
        extensionHeader = header
    }

    /// The headers that stand before the payload of the whole datagram, its length not yet set.
    func header(of bytes: RawSpan) -> [UInt8] {
        guard let (place, namedAt) = extensionHeader else {
            var header = bytes.array(0..<payload.lowerBound)
            // No fragment any more.
            header[6] &= 0x40
            header[7] = 0
            return header
        }
        var header = bytes.array(0..<place)
        header[namedAt] = bytes.byte(at: place)
        return header
    }

    /// A first fragment of which the capture kept too little for putting it together: its headers
    /// are better than nothing (Wireshark does the same). As if it were the whole datagram, its
    /// length still that of the part.
    func cutShort(_ bytes: RawSpan) -> [UInt8]? {
        guard offset == 0, !isLast, bytes.byteCount < payload.upperBound,
            bytes.byteCount >= payload.lowerBound + 20
        else { return nil }
        var whole = bytes.array(0..<bytes.byteCount)
        if let place = extensionHeader?.place {
            whole[place + 3] &= ~1
        } else {
            whole[6] &= 0x40
        }
        return whole
    }
}

/// Sets the length of `datagram`, which begins with its IP header, to what it holds.
func setLength(of datagram: inout [UInt8]) {
    let isVersion4 = datagram[0] >> 4 == 4
    let length = isVersion4 ? datagram.count : datagram.count - 40
    let place = isVersion4 ? 2 : 4
    datagram[place] = UInt8(truncatingIfNeeded: length >> 8)
    datagram[place + 1] = UInt8(truncatingIfNeeded: length)
}
