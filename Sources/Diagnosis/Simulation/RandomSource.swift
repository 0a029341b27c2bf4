/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): the same numbers on every machine.
public struct RandomSource: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64, stream: UInt64 = 0) {
        state = seed &* 0xD6E8_FEB8_6659_FD93 ^ stream &* 0xA24B_AED4_963E_E407
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// In 0..<1.
    public mutating func uniform() -> Double { Double.random(in: 0..<1, using: &self) }

    public mutating func chance(_ probability: Double) -> Bool { uniform() < probability }

    public mutating func between(_ low: Double, _ high: Double) -> Double {
        low + (high - low) * uniform()
    }
}
