public import Dissection

/// Rewrites packets so that they show what went wrong, and not to whom.
///
/// Addresses and names become others, payload becomes blanks of the same length where it is not
/// framing that a diagnosis needs. Ports, sizes, times, numbers, flags, options, TTL and VLAN tags
/// stay.
///
/// A capture is shown twice: first all of it to `look`, for what lies across packets, then again
/// to `redact`.
public final class PacketRedactor {
    let addresses: AddressMapping
    let names: NameMapping
    var streams: StreamRedactor
    /// Packets of which nothing is known and nothing was kept.
    public private(set) var emptied = 0
    /// The packet being rewritten.
    var number = 0

    public init(_ key: RedactionKey) {
        addresses = AddressMapping(key)
        names = NameMapping(key)
        streams = StreamRedactor(names, addresses)
    }

    /// Takes a packet of the first pass.
    public func look(at packet: RawSpan, number: Int, link: LinkType, wireLength: Int) {
        _ = rewrite(packet, number, link, wireLength)
    }

    /// Begins the second pass.
    public func turnBack() {
        streams.turnBack()
        emptied = 0
    }

    /// - Returns: the packet's bytes; of the same length, or none when its link is not known.
    public func redact(
        _ packet: RawSpan, number: Int, link: LinkType, wireLength: Int
    ) -> [UInt8] {
        rewrite(packet, number, link, wireLength)
    }

    private func rewrite(
        _ packet: RawSpan, _ number: Int, _ link: LinkType, _ wireLength: Int
    ) -> [UInt8] {
        var bytes = packet.array(0..<packet.byteCount)
        self.number = number
        let cut = max(0, wireLength - bytes.count)
        if rewriteLink(&bytes, link, 0, Extent(end: bytes.count, cut: cut)) { return bytes }
        emptied += 1
        return []
    }
}

/// How far the bytes of a layer go, and how many behind them a snap length cut.
struct Extent {
    var end: Int
    var cut: Int
    /// Inside of an ICMP error: a part of a packet that was seen elsewhere.
    var isQuoted = false

    /// The part that ends `length` bytes behind `start`.
    func within(_ start: Int, length: Int) -> Extent {
        let missing = start + length - end
        return missing >= 0
            ? Extent(end: end, cut: min(cut, missing), isQuoted: isQuoted)
            : Extent(end: start + length, cut: 0, isQuoted: isQuoted)
    }
}

extension [UInt8] {
    func uint16(_ place: Int) -> Int { Int(self[place]) << 8 | Int(self[place + 1]) }
    func uint32(_ place: Int) -> UInt32 {
        UInt32(uint16(place)) << 16 | UInt32(uint16(place + 2))
    }

    mutating func set(_ value: UInt16, at place: Int) {
        self[place] = UInt8(value >> 8)
        self[place + 1] = UInt8(value & 0xFF)
    }

    /// Overwrites what there is of a range.
    mutating func blank(_ range: PartialRangeFrom<Int>, to end: Int) {
        if range.lowerBound < end { blank(range.lowerBound..<end) }
    }

    mutating func blank(_ range: Range<Int>, with byte: UInt8 = 0) {
        for place in range.clamped(to: 0..<count) { self[place] = byte }
    }
}
