/// SHA-1 (FIPS 180-4), as a name for contents and as Community ID version 1 demands it.
///
/// It tells whether files changed; it is not a defence against somebody who makes collisions.
public struct ContentHash: Sendable {
    private var state: [5 of UInt32] = [
        0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0,
    ]
    /// The block that is not complete yet, of which so many bytes are there, fewer than 64.
    private var block = [64 of UInt8](repeating: 0)
    private var held = 0
    private var length: UInt64 = 0

    public init() {}

    public mutating func update(_ bytes: some Sequence<UInt8>) { update(Array(bytes)) }

    public mutating func update(_ bytes: [UInt8]) { update(bytes.span) }

    private mutating func update(_ bytes: Span<UInt8>) {
        length &+= UInt64(bytes.count)
        var index = 0
        while held > 0, index < bytes.count {
            take(bytes[index])
            index += 1
        }
        while bytes.count - index >= 64 {
            compress(bytes, at: index)
            index += 64
        }
        while index < bytes.count {
            take(bytes[index])
            index += 1
        }
    }

    private mutating func take(_ byte: UInt8) {
        block[held] = byte
        held += 1
        if held < 64 { return }
        let full = block
        compress(full.span, at: 0)
        held = 0
    }

    /// The 20 bytes of the digest.
    public consuming func finish() -> [UInt8] {
        take(0x80)
        while held != 56 { take(0) }
        for shift in stride(from: 56, through: 0, by: -8) {
            take(UInt8(truncatingIfNeeded: (length &* 8) >> UInt64(shift)))
        }
        return (0..<20).map { index in
            UInt8(truncatingIfNeeded: state[index / 4] >> UInt32(24 - index % 4 * 8))
        }
    }

    /// The digest of `bytes` as 40 lower-case hexadecimal digits.
    public static func hex(_ bytes: some Sequence<UInt8>) -> String {
        var hash = ContentHash()
        hash.update(bytes)
        return hash.finish().map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    /// Takes the 64 bytes from `start` into the state.
    private mutating func compress(_ bytes: Span<UInt8>, at start: Int) {
        var w = [80 of UInt32](repeating: 0)
        for t in 0..<16 {
            let i = start + t * 4
            w[t] =
                UInt32(bytes[i]) << 24 | UInt32(bytes[i + 1]) << 16 | UInt32(bytes[i + 2]) << 8
                | UInt32(bytes[i + 3])
        }
        for t in 16..<80 { w[t] = rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], by: 1) }
        var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
        for t in 0..<80 {
            let (f, k) = Self.round(t, b, c, d)
            let next = rotate(a, by: 5) &+ f &+ e &+ k &+ w[t]
            (e, d, c, b, a) = (d, c, rotate(b, by: 30), a, next)
        }
        state[0] &+= a
        state[1] &+= b
        state[2] &+= c
        state[3] &+= d
        state[4] &+= e
    }

    /// The function and the constant of step `t` (FIPS 180-4 §4.1.1 and §4.2.1).
    @inline(__always)
    private static func round(_ t: Int, _ b: UInt32, _ c: UInt32, _ d: UInt32) -> (UInt32, UInt32) {
        switch t {
        case 0..<20: ((b & c) | (~b & d), 0x5A82_7999)
        case 20..<40: (b ^ c ^ d, 0x6ED9_EBA1)
        case 40..<60: ((b & c) | (b & d) | (c & d), 0x8F1B_BCDC)
        default: (b ^ c ^ d, 0xCA62_C1D6)
        }
    }

    private func rotate(_ word: UInt32, by count: UInt32) -> UInt32 {
        word << count | word >> (32 - count)
    }
}
