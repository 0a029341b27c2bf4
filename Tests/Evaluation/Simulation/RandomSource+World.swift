import Diagnosis
import Foundation

/// What worlds are drawn with beyond what incidents need.
extension RandomSource {
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
