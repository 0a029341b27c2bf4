import Dissection

/// TCP, UDP, ICMP and VRRP.
extension PacketRedactor {
    func rewriteTCP(_ bytes: inout [UInt8], _ start: Int, _ extent: Extent, _ ends: Ends) {
        guard extent.end - start >= 20 else {
            // A quoted one shows ports and number only.
            return bytes.blank((start + 8)..., to: extent.end)
        }
        let payload = start + Int(bytes[start + 12] >> 4) * 4
        guard payload >= start + 20, payload <= extent.end else {
            return bytes.blank((start + 20)..., to: extent.end)
        }
        rewriteOptions(&bytes, start + 20..<payload)
        if extent.isQuoted { return bytes.blank(payload..., to: extent.end) }
        let flags = TCPFlags(rawValue: bytes[start + 13])
        let key = StreamRedactor.Key(
            ends: ends.old, source: bytes.uint16(start), destination: bytes.uint16(start + 2))
        let sequence = bytes.uint32(start + 4)
        if flags.contains(.syn) { streams.begin(key, sequence &+ 1) }
        guard payload < extent.end else { return }
        let first = flags.contains(.syn) ? sequence &+ 1 : sequence
        let new = streams.rewrite(
            Array(bytes[payload..<extent.end]), cut: extent.cut, key, first, packet: number)
        bytes.replaceSubrange(payload..<extent.end, with: new)
    }

    /// Sizes, scales, acknowledgements and time stamps stay (RFC 9293 §3.2, RFC 7323, RFC 2018); of
    /// others (cookies, Multipath TCP's addresses) only kind and length.
    private func rewriteOptions(_ bytes: inout [UInt8], _ range: Range<Int>) {
        var place = range.lowerBound
        while place < range.upperBound, bytes[place] != 0 {
            if bytes[place] == 1 {
                place += 1
                continue
            }
            guard place + 1 < range.upperBound else { break }
            let end = place + max(2, Int(bytes[place + 1]))
            if ![2, 3, 4, 5, 8].contains(bytes[place]) {
                bytes.blank((place + 2)..., to: min(end, range.upperBound))
            }
            place = end
        }
        if place < range.upperBound { bytes.blank(place..<range.upperBound) }
    }

    func rewriteUDP(_ bytes: inout [UInt8], _ start: Int, _ extent: Extent) {
        let payload = start + 8
        guard payload < extent.end else { return }
        if extent.isQuoted { return bytes.blank(payload..., to: extent.end) }
        if rewriteTunnel(&bytes, 17, start, extent) { return }
        let ports = [bytes.uint16(start), bytes.uint16(start + 2)]
        // DNS, multicast DNS (RFC 6762), LLMNR (RFC 4795).
        if ports.contains(53) || ports.contains(5353) || ports.contains(5355) {
            DNSRedactor(names: names, addresses: addresses)
                .rewrite(&bytes, payload..<extent.end)
        } else if bytes[payload] & 0xC0 == 0xC0, ports.contains(443) || ports.contains(8443) {
            bytes.blank(quicHeader(bytes, payload, extent.end)..., to: extent.end)
        } else {
            bytes.blank(payload..., to: extent.end)
        }
    }

    /// First byte, version (4), destination and source connection id with a length each (RFC 9000
    /// §17.2); all behind can be read by who knows them.
    private func quicHeader(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Int {
        var place = start + 5
        for _ in 0..<2 {
            guard place < end else { return min(place, end) }
            place += 1 + Int(bytes[place])
        }
        return min(place, end)
    }

    /// RFC 792: errors quote a packet, a redirect names a router, the rest is blanks.
    func rewriteICMP(_ bytes: inout [UInt8], _ start: Int, _ extent: Extent) {
        guard extent.end - start >= 8 else { return }
        if bytes[start] == 5 { rewriteAddress(&bytes, start + 4, isIPv4: true) }
        if [3, 4, 5, 11, 12].contains(bytes[start]), !extent.isQuoted {
            rewriteQuoted(&bytes, start + 8, extent)
        } else {
            bytes.blank((start + 8)..., to: extent.end)
        }
    }

    private func rewriteQuoted(_ bytes: inout [UInt8], _ start: Int, _ extent: Extent) {
        var quoted = extent
        quoted.isQuoted = true
        rewriteIP(&bytes, start, quoted)
    }

    /// RFC 4443, and neighbour discovery (RFC 4861 §4).
    func rewriteICMPv6(_ bytes: inout [UInt8], _ start: Int, _ extent: Extent) {
        guard extent.end - start >= 8 else { return }
        var place = start + 8
        var addresses = 0
        switch bytes[start] {
        case 1...4:
            return extent.isQuoted
                ? bytes.blank(place..., to: extent.end)
                : rewriteQuoted(&bytes, place, extent)
        case 133: break
        case 134:
            bytes.blank(place..., to: min(place + 8, extent.end))
            place += 8
        case 135, 136: addresses = 1
        case 137: addresses = 2
        default: return bytes.blank(place..., to: extent.end)
        }
        for _ in 0..<addresses {
            guard extent.end - place >= 16 else { return bytes.blank(place..., to: extent.end) }
            rewriteAddress(&bytes, place, isIPv4: false)
            place += 16
        }
        rewriteOptions(&bytes, place, extent)
    }

    /// Type, length in eights, value; a link address is kept in kind (RFC 4861 §4.6).
    private func rewriteOptions(_ bytes: inout [UInt8], _ start: Int, _ extent: Extent) {
        var place = start
        while extent.end - place >= 8 {
            let size = Int(bytes[place + 1]) * 8
            guard size > 0, size <= extent.end - place else { break }
            if bytes[place] <= 2, size == 8 {
                rewriteMAC(&bytes, place + 2)
            } else {
                bytes.blank(place + 2..<place + size)
            }
            place += size
        }
        bytes.blank(place..., to: extent.end)
    }

    /// RFC 3768 §5, RFC 9568 §5: eight bytes, addresses, in version 2 a password.
    func rewriteVRRP(_ bytes: inout [UInt8], _ start: Int, _ extent: Extent, isIPv4: Bool) {
        guard extent.end - start >= 8 else { return }
        let size = isIPv4 ? 4 : 16
        var place = start + 8
        for _ in 0..<bytes[start + 3] where extent.end - place >= size {
            rewriteAddress(&bytes, place, isIPv4: isIPv4)
            place += size
        }
        bytes.blank(place..., to: extent.end)
    }
}
