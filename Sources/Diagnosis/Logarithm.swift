#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The C library's logarithm and exponential under names that say which they are: the standard
/// library has neither, and `Foundation` costs start-up time.
@inline(__always) func naturalLogarithm(_ value: Double) -> Double { log(value) }
@inline(__always) func exponential(_ value: Double) -> Double { exp(value) }

/// One neper in decibans: 10 / ln 10.
let decibansPerNeper = 10 / naturalLogarithm(10)

/// Ten times the decimal logarithm of a ratio of likelihoods or odds.
func decibans(ofRatio ratio: Double) -> Double { decibansPerNeper * naturalLogarithm(ratio) }

/// The inverse of `decibans(ofRatio:)`.
func ratio(ofDecibans decibans: Double) -> Double { exponential(decibans / decibansPerNeper) }

/// Entropy of a yes/no question in bits; 0 at both ends.
@inline(__always) func binaryEntropy(_ yes: Double) -> Double {
    guard yes > 0, yes < 1 else { return 0 }
    return -(yes * log2(yes) + (1 - yes) * log2(1 - yes))
}
