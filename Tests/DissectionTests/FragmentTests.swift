import Dissection
import Testing

/// Datagrams that the sender or a router cut, put together again.
struct FragmentTests {
    enum Version: CaseIterable {
        case ipv4
        case ipv6
        /// With destination options before the fragment header, which every part repeats.
        case ipv6WithOptions
    }

    /// A frame with the part of a datagram that begins at `offset`.
    ///
    /// - Parameter later: what a part that is not the first names as the next header; it is not to count.
    private static func frame(
        _ version: Version, _ part: some Collection<UInt8>, at offset: Int, isLast: Bool,
        identification: Int = 0x1234, payloadLength: Int? = nil, later: UInt8 = 6
    ) -> [UInt8] {
        let part = Array(part)
        if version == .ipv4 {
            var packet = Packet.ipv4(
                part, fragment: (isLast ? 0 : 0x2000) | offset / 8,
                totalLength: payloadLength.map { $0 + 20 })
            packet.replaceSubrange(4..<6, with: bytes16(identification))
            return Packet.ethernet(packet)
        }
        let header = join(
            [offset == 0 ? 6 : later, 0], bytes16(offset | (isLast ? 0 : 1)), bytes16(0),
            bytes16(identification))
        let options: [UInt8] = version == .ipv6 ? [] : [44, 0, 1, 4, 0, 0, 0, 0]
        let length = options.count + 8 + (payloadLength ?? part.count)
        return Packet.ethernet(
            Packet.ipv6(
                join(options, header, part), next: version == .ipv6 ? 44 : 60,
                payloadLength: length), type: 0x86DD)
    }

    /// The datagram in parts of so many bytes, in the order given by the seed.
    private static func parts(
        _ version: Version, _ size: Int, of content: [UInt8], seed: UInt64
    ) -> [[UInt8]] {
        var generator = SeededGenerator(state: seed)
        return stride(from: 0, to: content.count, by: size).map { offset in
            frame(
                version, content[offset...].prefix(size), at: offset,
                isLast: offset + size >= content.count, later: UInt8(seed))
        }.shuffled(using: &generator)
    }

    @Test(arguments: Version.allCases, 1...20)
    func `fragments in any order make the segment whole`(_ version: Version, seed: UInt64) {
        var opener = PacketOpener()
        let size = 8 * Int(seed % 4 + 1)
        let parts = Self.parts(version, size, of: Packet.tcp(), seed: seed)
        #expect(parts.count > 1)
        for part in parts.dropLast() {
            #expect(opened(part, &opener).verdict == .fragment)
            // Captured twice.
            #expect(opened(part, &opener).verdict == .fragment)
        }
        let result = opened(parts.last ?? [], &opener)
        #expect(result.verdict == .tcp)
        #expect(result.payload == Packet.payload)
        #expect(result.segment.payloadLength == Packet.payload.count)
        #expect(result.segment.destinationPort == 443)
        #expect(result.segment.sourceMAC == 0x0200_0000_00AA)
    }

    @Test(arguments: Version.allCases)
    func `fragments that overlap are given up`(_ version: Version) {
        var opener = PacketOpener()
        let content = Packet.tcp()
        let first = Self.frame(version, content.prefix(24), at: 0, isLast: false)
        let other = Self.frame(version, content[16...], at: 16, isLast: true)
        #expect(opened(first, &opener).verdict == .fragment)
        #expect(opened(other, &opener).verdict == .fragment)
    }

    @Test(arguments: Version.allCases)
    func `parts beyond the last do not stand for one that is missing`(_ version: Version) {
        var opener = PacketOpener()
        let content = Packet.tcp()
        for (offset, isLast) in [(0, false), (32, false), (16, true)] {
            let part = Self.frame(version, content[offset..<offset + 8], at: offset, isLast: isLast)
            #expect(opened(part, &opener).verdict == .fragment)
        }
    }

    @Test(arguments: Version.allCases)
    func `parts of other datagrams stay apart`(_ version: Version) {
        var opener = PacketOpener()
        let content = Packet.tcp()
        let first = Self.frame(version, content.prefix(24), at: 0, isLast: false)
        let foreign = Self.frame(
            version, content[24...], at: 24, isLast: true, identification: 0x4321)
        let second = Self.frame(version, content[24...], at: 24, isLast: true)
        #expect(opened(first, &opener).verdict == .fragment)
        #expect(opened(foreign, &opener).verdict == .fragment)
        #expect(opened(second, &opener).verdict == .tcp)
    }

    @Test(arguments: Version.allCases)
    func `a flood of first fragments stays bounded and pushes out the oldest`(_ version: Version) {
        var opener = PacketOpener()
        let kept = Self.parts(version, 24, of: Packet.tcp(), seed: 1)
        #expect(opened(kept[0], &opener).verdict == .fragment)
        for number in 0..<5000 {
            let packet = Self.frame(
                version, zeros(1400), at: 0, isLast: false, identification: number)
            #expect(opened(packet, &opener).verdict == .fragment)
        }
        #expect(opened(kept[1], &opener).verdict == .fragment)
    }

    @Test(arguments: Version.allCases)
    func `of a first fragment that the snap length cut the headers are read`(_ version: Version) {
        var opener = PacketOpener()
        let packet = Self.frame(
            version, Packet.tcp(), at: 0, isLast: false, payloadLength: 1480)
        let result = opened(packet, &opener)
        #expect(result.verdict == .tcp)
        #expect(result.segment.sequence == 0x0102_0304)
    }
}
