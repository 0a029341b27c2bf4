/// Gets at the TCP segments that `dissect` does not see by itself: in tunnels and in fragments.
///
/// Costs nothing for packets that are TCP as they come; keeps the parts of datagrams that are not
/// whole yet.
public struct PacketOpener: Sendable {
    /// Where the innermost packet is.
    public enum Place: Sendable {
        /// In the packet itself, from this byte on.
        case inside(Int)
        /// In a datagram whose last part the packet was.
        case whole([UInt8])
    }

    private var fragments = FragmentTable()
    /// VXLAN in GRE in IP-in-IP is already more than anybody runs.
    private static let depth = 4

    public init() {}

    /// Goes on where `dissect` ended with anything but `tcp`.
    ///
    /// - Parameters:
    ///   - bytes: the packet that was dissected, all of it.
    ///   - segment: as `dissect` left it; then that of the innermost packet, its offsets counting
    ///     from the place that is returned. It keeps the outer link's addresses unless the tunnel
    ///     carries frames.
    public mutating func open(
        _ bytes: RawSpan, _ verdict: PacketVerdict, into segment: inout TCPSegment
    ) -> (verdict: PacketVerdict, place: Place) {
        switch verdict {
        case .notTCP: return descend(bytes, into: &segment)
        case .fragment: return collect(bytes, &segment)
        case .tcp, .notIP, .truncated, .malformed, .unsupportedLink: return (verdict, .inside(0))
        }
    }

    private mutating func collect(
        _ bytes: RawSpan, _ segment: inout TCPSegment
    ) -> (verdict: PacketVerdict, place: Place) {
        let part = bytes.extracting(segment.payloadOffset..<bytes.byteCount)
        guard let whole = fragments.add(part) else { return (.fragment, .inside(0)) }
        // As much as fits: the header says how long the datagram is.
        let verdict = unsafe Self.dissectInner(
            whole.span.bytes, link: .raw, wireLength: IPFragment.longestDatagram, into: &segment)
        guard verdict == .notTCP else { return (verdict, .whole(whole)) }
        // A tunnel's packets are fragmented most: its header makes them too large.
        let inner = unsafe descend(whole.span.bytes, into: &segment)
        guard case .inside(let start) = inner.place, start > 0 else {
            return (verdict, .whole(whole))
        }
        return (inner.verdict, .whole(Array(whole[start...])))
    }

    private mutating func descend(
        _ bytes: RawSpan, into segment: inout TCPSegment
    ) -> (verdict: PacketVerdict, place: Place) {
        var start = 0
        var verdict = PacketVerdict.notTCP
        for _ in 0..<Self.depth where verdict == .notTCP {
            let here = bytes.extracting(start..<bytes.byteCount)
            guard let tunnel = tunnelled(here, segment), tunnel.offset < here.byteCount else {
                break
            }
            let length =
                segment.payloadLength - (tunnel.offset - segment.payloadOffset)
            guard length > 0 else { break }
            start += tunnel.offset
            verdict = Self.dissectInner(
                bytes.extracting(start..<bytes.byteCount), link: tunnel.link, wireLength: length,
                into: &segment)
        }
        return (verdict, .inside(start))
    }

    private static func dissectInner(
        _ bytes: RawSpan, link: LinkType, wireLength: Int, into segment: inout TCPSegment
    ) -> PacketVerdict {
        let outer = segment
        let inside = bytes.extracting(0..<min(bytes.byteCount, wireLength))
        let verdict = dissect(inside, link: link, wireLength: wireLength, into: &segment)
        if link != .ethernet {
            segment.sourceMAC = outer.sourceMAC
            segment.destinationMAC = outer.destinationMAC
            segment.outerVLAN = outer.outerVLAN
            segment.innerVLAN = outer.innerVLAN
        }
        return verdict
    }
}
