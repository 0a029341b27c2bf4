/// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014):
/// small, quick, and the same numbers on every machine.
public struct RandomSource {
    private var state: UInt64

    public init(seed: UInt64) {
        state = seed
    }

    /// A source of its own for each connection, so that one's choices never move another's.
    init(seed: UInt64, stream: UInt64) {
        var mixer = RandomSource(seed: seed ^ (stream &* 0xD6E8_FEB8_6659_FD93))
        state = mixer.next()
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// In 0..<bound.
    public mutating func below(_ bound: Int) -> Int {
        bound <= 1 ? 0 : Int((next() >> 1) % UInt64(bound))
    }

    mutating func between(_ low: Int, _ high: Int) -> Int {
        low + below(high - low + 1)
    }

    mutating func percent(_ share: Int) -> Bool {
        below(100) < share
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }
}

/// A megabyte of random bytes that payloads are copied from: far cheaper than drawing each byte.
///
/// It holds no byte 0x03, so that no piece of it looks like the start of a TLS record, whose second
/// byte is the major version 3 (RFC 8446, 5.1): what the truth says of TLS stays true.
struct RandomPool {
    let bytes: [UInt8]
    /// The longest piece that can be taken at any offset below `offsets`.
    static let longestPiece = 1 << 17
    static let offsets = (1 << 20) - longestPiece

    /// One for all captures: which pieces are taken is what a seed decides.
    static let shared = RandomPool()

    private init() {
        var random = RandomSource(seed: 0x1D8A_F00D)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1 << 20)
        while bytes.count < 1 << 20 {
            var word = random.next()
            for _ in 0..<8 {
                let byte = UInt8(truncatingIfNeeded: word)
                bytes.append(byte == 3 ? 0x83 : byte)
                word >>= 8
            }
        }
        self.bytes = bytes
    }
}
