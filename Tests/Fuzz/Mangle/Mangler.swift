/// Makes damaged copies of a file: the same for the same seed.
struct Mangler {
    enum Damage: String, CaseIterable {
        /// The file ends early, at a random byte.
        case cut
        /// 200 random bytes are others.
        case flip
    }

    /// Bytes changed by `flip`: what the file's length allows.
    static let changes = 200

    let original: [UInt8]
    let seed: UInt64

    func variant(_ damage: Damage, _ index: Int) -> [UInt8] {
        var random = SplitMix64(seed: seed &+ UInt64(index) &* 2 &+ (damage == .cut ? 0 : 1))
        guard !original.isEmpty else { return [] }
        switch damage {
        case .cut: return Array(original[..<Int(random.next() % UInt64(original.count))])
        case .flip:
            var bytes = original
            // A small file has so many bytes changed that nothing of it is left: a part of them.
            for _ in 0..<min(Self.changes, max(original.count / 16, 1)) {
                let place = Int(random.next() % UInt64(bytes.count))
                bytes[place] ^= UInt8(1 + random.next() % 255)
            }
            return bytes
        }
    }
}

/// Vigna's splitmix64 (https://prng.di.unimi.it/splitmix64.c).
struct SplitMix64 {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
