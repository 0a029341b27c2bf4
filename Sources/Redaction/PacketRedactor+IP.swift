import Dissection

/// IPv4, IPv6 and what they carry; checksums are corrected by what changed.
extension PacketRedactor {
    func rewriteIP(_ bytes: inout [UInt8], _ start: Int, _ extent: Extent) {
        guard start < extent.end else { return }
        switch bytes[start] >> 4 {
        case 4 where extent.end - start >= 20: rewriteIPv4(&bytes, start, extent)
        case 6 where extent.end - start >= 40: rewriteIPv6(&bytes, start, extent)
        default: bytes.blank(start..., to: extent.end)
        }
    }

    /// RFC 791 §3.1. Options other than padding and router alert hold addresses: they become "no
    /// operation".
    private func rewriteIPv4(_ bytes: inout [UInt8], _ start: Int, _ extent: Extent) {
        let header = Int(bytes[start] & 15) * 4
        guard header >= 20, extent.end - start >= header else {
            return bytes.blank(start..., to: extent.end)
        }
        let total = bytes.uint16(start + 2)
        let inside = total >= header ? extent.within(start, length: total) : extent
        let old = Array(bytes[start..<start + header])
        rewriteAddress(&bytes, start + 12, isIPv4: true)
        rewriteAddress(&bytes, start + 16, isIPv4: true)
        if bytes[start + 20..<start + header].contains(where: { $0 > 1 && $0 != 148 }) {
            bytes.blank(start + 20..<start + header, with: 1)
        }
        correct(&bytes, start..<start + header, at: start + 10, was: old)
        let ends = Ends(
            old: Array(old[12..<20]), new: Array(bytes[start + 12..<start + 20]), isIPv4: true)
        let fragment = bytes.uint16(start + 6) & 0x1FFF
        let next = start + header
        if fragment != 0 {
            bytes.blank(next..., to: inside.end)
        } else {
            rewriteTransport(&bytes, bytes[start + 9], next, inside, ends)
        }
        // What fills an Ethernet frame up can hold anything.
        bytes.blank(inside.end..., to: extent.end)
    }

    /// RFC 8200 §3, §4.
    private func rewriteIPv6(_ bytes: inout [UInt8], _ start: Int, _ extent: Extent) {
        let length = bytes.uint16(start + 4)
        let inside = length > 0 ? extent.within(start, length: 40 + length) : extent
        let old = Array(bytes[start + 8..<start + 40])
        rewriteAddress(&bytes, start + 8, isIPv4: false)
        rewriteAddress(&bytes, start + 24, isIPv4: false)
        let ends = Ends(old: old, new: Array(bytes[start + 8..<start + 40]), isIPv4: false)
        var next = bytes[start + 6]
        var place = start + 40
        for _ in 0..<12 where [0, 43, 44, 51, 60].contains(next) {
            guard inside.end - place >= 8 else { return bytes.blank(place..., to: inside.end) }
            let unit = Int(bytes[place + 1])
            let size = next == 44 ? 8 : next == 51 ? (unit + 2) * 4 : (unit + 1) * 8
            guard inside.end - place >= size else { return bytes.blank(place..., to: inside.end) }
            if next == 44, bytes.uint16(place + 2) & 0xFFF8 != 0 {
                bytes.blank((place + 8)..., to: inside.end)
                return bytes.blank(inside.end..., to: extent.end)
            }
            // Segments of a routing header are addresses (RFC 8754 §2).
            if next == 43 {
                for segment in stride(from: place + 8, to: place + size - 15, by: 16) {
                    rewriteAddress(&bytes, segment, isIPv4: false)
                }
            }
            next = bytes[place]
            place += size
        }
        rewriteTransport(&bytes, next, place, inside, ends)
        bytes.blank(inside.end..., to: extent.end)
    }

    private func rewriteTransport(
        _ bytes: inout [UInt8], _ transport: UInt8, _ start: Int, _ extent: Extent, _ ends: Ends
    ) {
        guard start < extent.end else { return }
        let field: Int? =
            switch transport {
            case 6: 16
            case 17: 6
            case 1, 58: 2
            case 112: 6
            default: nil
            }
        let hasPseudoHeader = transport != 1 && !(transport == 112 && ends.isIPv4)
        guard let field, start + field + 2 <= extent.end else {
            return rewriteBody(&bytes, transport, start, extent, ends)
        }
        let old = UInt16(bytes.uint16(start + field))
        var (before, after) = (Checksum(), Checksum())
        bytes.set(0, at: start + field)
        if hasPseudoHeader { before.add(ends.old, 0..<ends.old.count) }
        before.add(bytes, start..<extent.end)
        rewriteBody(&bytes, transport, start, extent, ends)
        if hasPseudoHeader { after.add(ends.new, 0..<ends.new.count) }
        after.add(bytes, start..<extent.end)
        var new = before.corrected(old, to: after)
        // In UDP 0 says that there is none (RFC 768).
        if transport == 17 { new = old == 0 ? 0 : new == 0 ? 0xFFFF : new }
        bytes.set(new, at: start + field)
    }

    private func rewriteBody(
        _ bytes: inout [UInt8], _ transport: UInt8, _ start: Int, _ extent: Extent, _ ends: Ends
    ) {
        switch transport {
        case 6: rewriteTCP(&bytes, start, extent, ends)
        case 17: rewriteUDP(&bytes, start, extent)
        case 1: rewriteICMP(&bytes, start, extent)
        case 58: rewriteICMPv6(&bytes, start, extent)
        case 112: rewriteVRRP(&bytes, start, extent, isIPv4: ends.isIPv4)
        case 4, 41, 47, 97, 143: rewriteTunnel(&bytes, transport, start, extent)
        case 51: rewriteAuthenticated(&bytes, start, extent, ends)
        // Security parameters index and sequence number stay (RFC 4303 §2).
        case 50: bytes.blank((start + 8)..., to: extent.end)
        default: bytes.blank(start..., to: extent.end)
        }
    }

    /// RFC 4302 §2: the check value tells nothing of what it protects.
    private func rewriteAuthenticated(
        _ bytes: inout [UInt8], _ start: Int, _ extent: Extent, _ ends: Ends
    ) {
        guard extent.end - start >= 12 else { return bytes.blank(start..., to: extent.end) }
        let inside = start + (Int(bytes[start + 1]) + 2) * 4
        // A second one is hostile: what is behind it is not looked at.
        guard bytes[start] != 51, inside >= start + 12, inside < extent.end else {
            return bytes.blank((start + 12)..., to: extent.end)
        }
        rewriteTransport(&bytes, bytes[start], inside, extent, ends)
    }

    /// - Returns: whether there was one.
    @discardableResult
    func rewriteTunnel(
        _ bytes: inout [UInt8], _ transport: UInt8, _ start: Int, _ extent: Extent
    ) -> Bool {
        guard !extent.isQuoted, let inner = Self.inner(bytes, transport, start, extent.end) else {
            if transport != 17 { bytes.blank(start..., to: extent.end) }
            return false
        }
        // Of the tunnels over UDP only Teredo is for IPv6 alone.
        if transport == 17, inner.link == .ipv6 {
            blankTeredo(&bytes, start + 8..<inner.offset)
        }
        if rewriteLink(&bytes, inner.link, inner.offset, extent) { return true }
        bytes.blank(inner.offset..., to: extent.end)
        return true
    }

    /// What stands before Teredo's packet (RFC 4380 §5.1.1): who the client is, and its address.
    private func blankTeredo(_ bytes: inout [UInt8], _ range: Range<Int>) {
        var place = range.lowerBound
        if range.count >= 4, bytes.uint16(place) == 1 {
            let end = place + 13 + Int(bytes[place + 2]) + Int(bytes[place + 3])
            bytes.blank(place + 4..<min(end, range.upperBound))
            place = min(end, range.upperBound)
        }
        if range.upperBound - place >= 2 { bytes.blank(place + 2..<range.upperBound) }
    }

    private static func inner(
        _ bytes: [UInt8], _ transport: UInt8, _ start: Int, _ end: Int
    ) -> TunnelledPacket? {
        var segment = TCPSegment()
        segment.transport = transport
        segment.payloadOffset = start
        let tunnel = unsafe tunnelled(bytes.span.bytes.extracting(0..<end), segment)
        return tunnel.flatMap { $0.offset < end ? $0 : nil }
    }

    /// Addresses of a packet, source and destination one behind the other.
    struct Ends {
        var old: [UInt8]
        var new: [UInt8]
        var isIPv4: Bool
    }

    /// Corrects the checksum at `place` over `range`, which was `old`.
    func correct(_ bytes: inout [UInt8], _ range: Range<Int>, at place: Int, was old: [UInt8]) {
        var (before, after) = (Checksum(), Checksum())
        var old = old
        old.set(0, at: place - range.lowerBound)
        before.add(old, 0..<old.count)
        let sum = UInt16(bytes.uint16(place))
        bytes.set(0, at: place)
        after.add(bytes, range)
        bytes.set(before.corrected(sum, to: after), at: place)
    }
}
