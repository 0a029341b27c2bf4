internal import Dissection

/// Names out of captures, each kept once and known by its number. They are bytes until somebody
/// wants to read one: to make a text of each that is looked up takes longer than the look-up.
struct InternedNames {
    private var bytes: [UInt8] = []
    /// Where the name of a number ends in `bytes`; it begins where the one before ends.
    private var ends: [Int] = []
    /// High half of the hash and the name's number plus one; at most half full.
    private var slots = [UInt64](repeating: 0, count: 64)
    private let seed = UInt64.random(in: .min ... .max)

    private let limit: Int

    /// - Parameter limit: how many are kept; a hostile capture could invent millions.
    init(limit: Int) { self.limit = limit }

    /// - Returns: -1 when there are too many.
    mutating func number(of source: RawSpan, _ range: Range<Int>) -> Int32 {
        let hash = source.seededHash(range, seed: seed)
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let number = Int(slots[slot] & 0xFFFF_FFFF) - 1
            if slots[slot] >> 32 == hash >> 32, holds(number, source, range) {
                return Int32(number)
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        guard ends.count < limit else { return -1 }
        source.append(range, to: &bytes)
        ends.append(bytes.count)
        slots[slot] = (hash >> 32) << 32 | UInt64(ends.count)
        if ends.count * 2 > slots.count { grow() }
        return Int32(ends.count - 1)
    }

    /// What is not UTF-8 is replaced by U+FFFD; `nil` for -1.
    subscript(number: Int32) -> String? {
        number < 0 ? nil : String(decoding: bytes[place(Int(number))], as: UTF8.self)
    }

    private func place(_ number: Int) -> Range<Int> {
        (number == 0 ? 0 : ends[number - 1])..<ends[number]
    }

    private func holds(_ number: Int, _ source: RawSpan, _ range: Range<Int>) -> Bool {
        let place = place(number)
        guard place.count == range.count else { return false }
        return bytes.span.bytes.isSame(from: place.lowerBound, as: source, in: range)
    }

    private mutating func grow() {
        slots = [UInt64](repeating: 0, count: slots.count * 2)
        for number in ends.indices {
            let hash = bytes.span.bytes.seededHash(place(number), seed: seed)
            var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = (hash >> 32) << 32 | UInt64(number + 1)
        }
    }
}

extension RawSpan {
    /// Whether the bytes from `start` on are those of `range` of `other`; all must be there.
    func isSame(from start: Int, as other: RawSpan, in range: Range<Int>) -> Bool {
        var offset = 0
        while offset + 8 <= range.count {
            if uint64(at: start + offset) != other.uint64(at: range.lowerBound + offset) {
                return false
            }
            offset += 8
        }
        while offset < range.count {
            if byte(at: start + offset) != other.byte(at: range.lowerBound + offset) {
                return false
            }
            offset += 1
        }
        return true
    }

    /// One word of the bytes of `range`, which must lie inside; differs with the seed, so that
    /// nobody can choose bytes that collide.
    func seededHash(_ range: Range<Int>, seed: UInt64) -> UInt64 {
        // Two words a multiplication, neither of which a capture can make 0 without knowing the seed
        // (as wyhash does), two of them at a time: certificates are hashed of every full handshake.
        let other = ~seed &* 0x9E37_79B9_7F4A_7C15
        var hash = seed ^ UInt64(range.count)
        var second = hash &+ other
        var offset = range.lowerBound
        while offset + 32 <= range.upperBound {
            hash = folded(hash ^ uint64(at: offset), uint64(at: offset + 8) ^ other)
            second = folded(second ^ uint64(at: offset + 16), uint64(at: offset + 24) ^ other)
            offset += 32
        }
        hash ^= second
        while offset + 8 <= range.upperBound {
            hash = folded(hash ^ uint64(at: offset), 0x9E37_79B9_7F4A_7C15)
            offset += 8
        }
        while offset < range.upperBound {
            hash = (hash ^ UInt64(byte(at: offset))) &* 0x100_0000_01B3
            offset += 1
        }
        return folded(hash, seed | 1)
    }
}

@inline(__always)
private func folded(_ one: UInt64, _ other: UInt64) -> UInt64 {
    let product = one.multipliedFullWidth(by: other)
    return product.high ^ product.low
}
