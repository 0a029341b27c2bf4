import Foundation

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): the same worlds on every machine.
struct RandomSource: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64, stream: UInt64 = 0) {
        state = seed &* 0xD6E8_FEB8_6659_FD93 ^ stream &* 0xA24B_AED4_963E_E407
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func uniform() -> Double { Double.random(in: 0..<1, using: &self) }

    mutating func chance(_ probability: Double) -> Bool { uniform() < probability }

    mutating func between(_ low: Double, _ high: Double) -> Double {
        low + (high - low) * uniform()
    }

    /// Mean 0, standard deviation 1 (Box and Muller 1958).
    mutating func normal() -> Double {
        (-2 * log(max(uniform(), 1e-300))).squareRoot() * cos(2 * .pi * uniform())
    }

    /// A position, by weight.
    mutating func choose(_ weights: [Double]) -> Int {
        var left = uniform() * weights.reduce(0, +)
        for (position, weight) in weights.enumerated() {
            left -= weight
            if left < 0 { return position }
        }
        return max(0, weights.count - 1)
    }
}

/// `probability` moved by `shift` on the scale of log odds.
func shifted(_ probability: Double, by shift: Double) -> Double {
    let odds = probability / (1 - probability) * exp(shift)
    return odds / (1 + odds)
}
