internal import Dissection

/// The two endpoints of a TCP flow in canonical order, so that both directions find one flow.
///
/// VLAN tags and interfaces are not part of it: one flow seen on two VLANs is one flow.
struct FlowKey: Equatable {
    var lower: IPAddress
    var upper: IPAddress
    /// Port of `lower` in the high half, port of `upper` in the low half.
    var ports: UInt32

    /// Of the side that sends direction `direction`.
    func address(_ direction: Int) -> IPAddress { direction == 0 ? lower : upper }
    func port(_ direction: Int) -> UInt16 { Self.port(direction, of: ports) }

    static func port(_ direction: Int, of ports: UInt32) -> UInt16 {
        UInt16(truncatingIfNeeded: direction == 0 ? ports >> 16 : ports)
    }

    /// The key of a segment's flow, and whether the segment was sent by `upper`.
    @inline(__always)
    static func of(_ segment: TCPSegment) -> (key: FlowKey, fromUpper: Bool) {
        let (source, target) = (segment.source, segment.destination)
        let sourceIsLower =
            source.high != target.high
            ? source.high < target.high
            : source.low != target.low
                ? source.low < target.low : segment.sourcePort <= segment.destinationPort
        let (s, t) = (UInt32(segment.sourcePort), UInt32(segment.destinationPort))
        return sourceIsLower
            ? (FlowKey(lower: source, upper: target, ports: s << 16 | t), false)
            : (FlowKey(lower: target, upper: source, ports: t << 16 | s), true)
    }

    /// Multiply and fold, seeded at random per process against chosen collisions: every word that a
    /// capture can choose is XORed with a secret before it is multiplied (as wyhash does), so that
    /// no two words cancel out, and none makes a product 0, without knowing the seed.
    @inline(__always)
    func hash(seed: UInt64) -> UInt64 {
        StoredKey(self)?.hash(seed: seed) ?? longHash(seed: seed)
    }

    /// Of a key that does not fit into a `StoredKey`.
    @inline(__always)
    func longHash(seed: UInt64) -> UInt64 {
        let other = ~seed &* 0x9E37_79B9_7F4A_7C15
        let a = fold(lower.high ^ seed, upper.high ^ other)
        let b = fold(lower.low ^ other, upper.low ^ seed &* 0xBF58_476D_1CE4_E5B9)
        return fold(a ^ UInt64(ports) ^ seed, b ^ other)
    }
}

@inline(__always)
private func fold(_ x: UInt64, _ y: UInt64) -> UInt64 {
    let product = x.multipliedFullWidth(by: y)
    return product.high ^ product.low
}

extension TCPSegment {
    @inline(__always)
    var isIPv4: Bool { source.isIPv4 && destination.isIPv4 }
}

/// A flow's key in twelve bytes: IPv4 as it is; of IPv6 the ports and where the addresses are.
struct StoredKey: Equatable {
    var lower: UInt32 = 0
    var upper: UInt32 = 0
    let ports: UInt32

    /// - Returns: `nil` for what does not fit.
    @inline(__always)
    init?(_ key: FlowKey) {
        guard key.lower.isIPv4, key.upper.isIPv4 else { return nil }
        lower = UInt32(truncatingIfNeeded: key.lower.low)
        upper = UInt32(truncatingIfNeeded: key.upper.low)
        ports = key.ports
    }

    /// The key of an IPv4 segment's flow, and whether the segment was sent by the upper address.
    @inline(__always)
    static func of(_ segment: TCPSegment) -> (key: StoredKey, fromUpper: Bool) {
        // Address and port in one number are in the order of `FlowKey.of`.
        let source = segment.source.low << 16 | UInt64(segment.sourcePort)
        let target = segment.destination.low << 16 | UInt64(segment.destinationPort)
        let (low, high) = (min(source, target), max(source, target))
        let key = StoredKey(
            lower: UInt32(truncatingIfNeeded: low >> 16),
            upper: UInt32(truncatingIfNeeded: high >> 16),
            ports: UInt32(truncatingIfNeeded: low << 16 | high & 0xFFFF))
        return (key, source > target)
    }

    @inline(__always)
    private init(lower: UInt32, upper: UInt32, ports: UInt32) {
        self.lower = lower
        self.upper = upper
        self.ports = ports
    }

    /// As `FlowKey.hash`, in one step: it is 12 bytes.
    @inline(__always)
    func hash(seed: UInt64) -> UInt64 {
        let addresses = UInt64(lower) << 32 | UInt64(upper)
        return fold(addresses ^ seed, UInt64(ports) ^ ~seed &* 0x9E37_79B9_7F4A_7C15)
    }

    init(place: Int32, ports: UInt32) {
        lower = UInt32(bitPattern: place)
        self.ports = ports
    }

    /// Of addresses that do not fit: into `FlowTable`'s list of them.
    var place: Int32 { Int32(bitPattern: lower) }
}
