/// Words for numbers, the same everywhere.
public enum Wording {
    /// Weight of a contribution; the borders are factors of 2, 4, 10 and 100.
    public static func strength(_ decibans: Double) -> String {
        switch abs(decibans) {
        case ..<3: "hardly matters"
        case ..<6: "slightly"
        case ..<10: "clearly"
        case ..<20: "strongly"
        default: "decisive"
        }
    }

    /// "about 7 in 10"; never surer than 99 in 100, because the model is not.
    public static func probability(_ value: Double) -> String {
        guard value.isFinite else { return "unknown" }
        switch value {
        case ..<0.005: return "less than 1 in 100"
        case ..<0.095: return "about \(Int((value * 100).rounded())) in 100"
        case ..<0.955: return "about \(Int((value * 10).rounded())) in 10"
        default: return "about \(min(99, Int((value * 100).rounded()))) in 100"
        }
    }
}
