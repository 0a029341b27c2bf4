internal import Dissection

/// The two endpoints of a TCP flow in canonical order, so that both directions find one flow.
///
/// VLAN tags and interfaces are not part of it: one flow seen on two VLANs is one flow.
struct FlowKey: Equatable {
    var lower: IPAddress
    var upper: IPAddress
    /// Port of `lower` in the high half, port of `upper` in the low half.
    var ports: UInt32

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
        let other = ~seed &* 0x9E37_79B9_7F4A_7C15
        let a = fold(lower.high ^ seed, upper.high ^ other)
        let b = fold(lower.low ^ other, upper.low ^ seed &* 0xBF58_476D_1CE4_E5B9)
        return fold(a ^ UInt64(ports) ^ seed, b ^ other)
    }

    @inline(__always)
    private func fold(_ x: UInt64, _ y: UInt64) -> UInt64 {
        let product = x.multipliedFullWidth(by: y)
        return product.high ^ product.low
    }
}
