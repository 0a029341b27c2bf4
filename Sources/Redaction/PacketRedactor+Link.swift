import Dissection

/// Down to the network layer, over the links that servers have.
extension PacketRedactor {
    /// - Returns: `false` for a link that is not known; nothing of the packet may be kept then.
    func rewriteLink(
        _ bytes: inout [UInt8], _ link: LinkType, _ start: Int, _ extent: Extent
    ) -> Bool {
        let length = extent.end - start
        switch link {
        case .ethernet:
            guard length >= 14 else { return blankAll(&bytes, start, extent) }
            rewriteMAC(&bytes, start)
            rewriteMAC(&bytes, start + 6)
            rewriteType(&bytes, bytes.uint16(start + 12), start + 14, extent)
        case .raw, .ipv4, .ipv6, LinkType(rawValue: 12), LinkType(rawValue: 14):
            rewriteIP(&bytes, start, extent)
        case .null, .loop:
            guard length >= 4 else { return blankAll(&bytes, start, extent) }
            rewriteIP(&bytes, start + 4, extent)
        case .linuxCooked:
            guard length >= 16 else { return blankAll(&bytes, start, extent) }
            rewriteMAC(&bytes, start + 6)
            rewriteType(&bytes, bytes.uint16(start + 14), start + 16, extent)
        case .linuxCooked2:
            guard length >= 20 else { return blankAll(&bytes, start, extent) }
            rewriteMAC(&bytes, start + 12)
            rewriteType(&bytes, bytes.uint16(start), start + 20, extent)
        // PPP, PPP over Ethernet, Cisco's HDLC.
        case LinkType(rawValue: 9), LinkType(rawValue: 50): rewritePPP(&bytes, start, extent)
        case LinkType(rawValue: 51): rewriteType(&bytes, 0x8864, start, extent)
        case LinkType(rawValue: 104):
            guard length >= 4 else { return blankAll(&bytes, start, extent) }
            rewriteType(&bytes, bytes.uint16(start + 2), start + 4, extent)
        default: return false
        }
        return true
    }

    /// RFC 1661 §2, with or without FF 03; a protocol of one byte is odd (§6.5).
    private func rewritePPP(_ bytes: inout [UInt8], _ start: Int, _ extent: Extent) {
        guard extent.end - start >= 4 else { return bytes.blank(start..., to: extent.end) }
        let place = bytes.uint16(start) == 0xFF03 ? start + 2 : start
        let isShort = bytes[place] & 1 == 1
        let type = isShort ? Int(bytes[place]) : bytes.uint16(place)
        let inside = place + (isShort ? 1 : 2)
        if type == 0x21 || type == 0x57 {
            rewriteIP(&bytes, inside, extent)
        } else {
            bytes.blank(inside..., to: extent.end)
        }
    }

    private func blankAll(_ bytes: inout [UInt8], _ start: Int, _ extent: Extent) -> Bool {
        bytes.blank(start..., to: extent.end)
        return true
    }

    func rewriteMAC(_ bytes: inout [UInt8], _ place: Int) {
        let old = bytes[place..<place + 6].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let new = addresses.map(mac: old)
        for index in 0..<6 {
            bytes[place + index] = UInt8(truncatingIfNeeded: new >> UInt64(8 * (5 - index)))
        }
    }

    /// VLAN tags, SNAP, MPLS and PPPoE are gone over; what is not IP or ARP becomes blanks, for
    /// LLDP and its like are all names.
    private func rewriteType(
        _ bytes: inout [UInt8], _ type: Int, _ start: Int, _ extent: Extent
    ) {
        var (type, place) = (type, start)
        for _ in 0..<8 {
            let left = extent.end - place
            switch type {
            case 0x8100, 0x88A8, 0x9100:
                guard left >= 4 else { return bytes.blank(place..., to: extent.end) }
                type = bytes.uint16(place + 2)
                place += 4
            case 0x0800, 0x86DD: return rewriteIP(&bytes, place, extent)
            case 0x0806: return rewriteARP(&bytes, place, extent)
            case 0x8847, 0x8848: return rewriteMPLS(&bytes, place, extent)
            case 0x8864:
                guard left >= 8 else { return bytes.blank(place..., to: extent.end) }
                return rewritePPP(&bytes, place + 6, extent)
            case 0..<0x0600 where left >= 8 && bytes.uint32(place) == 0xAAAA_0300:
                type = bytes.uint16(place + 6)
                place += 8
            default: return bytes.blank(place..., to: extent.end)
            }
        }
        bytes.blank(place..., to: extent.end)
    }

    /// Label, class, bottom of stack, time to live in four bytes each (RFC 3032 §2.1).
    private func rewriteMPLS(_ bytes: inout [UInt8], _ start: Int, _ extent: Extent) {
        var place = start
        while extent.end - place >= 4 {
            let isLast = bytes[place + 2] & 1 == 1
            place += 4
            if isLast { return rewriteIP(&bytes, place, extent) }
        }
        bytes.blank(place..., to: extent.end)
    }

    /// RFC 826 for Ethernet and IPv4.
    private func rewriteARP(_ bytes: inout [UInt8], _ start: Int, _ extent: Extent) {
        guard extent.end - start >= 28, bytes.uint32(start) == 0x0001_0800,
            bytes.uint16(start + 4) == 0x0604
        else { return bytes.blank(start..., to: extent.end) }
        rewriteMAC(&bytes, start + 8)
        rewriteAddress(&bytes, start + 14, isIPv4: true)
        rewriteMAC(&bytes, start + 18)
        rewriteAddress(&bytes, start + 24, isIPv4: true)
        bytes.blank((start + 28)..., to: extent.end)
    }

    func rewriteAddress(_ bytes: inout [UInt8], _ place: Int, isIPv4: Bool) {
        addresses.rewrite(&bytes, place, isIPv4: isIPv4)
    }
}

extension AddressMapping {
    func rewrite(_ bytes: inout [UInt8], _ place: Int, isIPv4: Bool) {
        func word(_ place: Int) -> UInt64 {
            UInt64(bytes.uint32(place)) << 32 | UInt64(bytes.uint32(place + 4))
        }
        let old =
            isIPv4
            ? IPAddress(ipv4: bytes.uint32(place))
            : IPAddress(high: word(place), low: word(place + 8))
        let new = map(old)
        if isIPv4 {
            bytes.replaceSubrange(place..<place + 4, with: new.bytes.suffix(4))
        } else {
            // `bytes` of a mapped address has four.
            for index in 0..<8 {
                let shift = UInt64(8 * (7 - index))
                bytes[place + index] = UInt8(truncatingIfNeeded: new.high >> shift)
                bytes[place + 8 + index] = UInt8(truncatingIfNeeded: new.low >> shift)
            }
        }
    }
}
