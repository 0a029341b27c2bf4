import CaptureGeneration

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
        var random = RandomSource(seed: seed &+ UInt64(index) &* 2 &+ (damage == .cut ? 0 : 1))
        guard !original.isEmpty else { return [] }
        switch damage {
        case .cut: return Array(original[..<random.below(original.count)])
        case .flip:
            var bytes = original
            // A small file has so many bytes changed that nothing of it is left: a part of them.
            for _ in 0..<min(Self.changes, max(original.count / 16, 1)) {
                let place = random.below(bytes.count)
                bytes[place] ^= UInt8(1 + random.below(255))
            }
            return bytes
        }
    }
}
