import Glibc

/// Odds of two probabilities in decibans, computed independently of the engine.
func ratio(_ first: Double, _ second: Double) -> Double { 10 * log10(first / second) }

/// -p log2 p.
func entropyInBits(_ probability: Double) -> Double {
    probability > 0 ? -probability * log2(probability) : 0
}
