import Casebook
public import Diagnosis

extension StopReason {
    /// For a person.
    public var sentence: String {
        switch self {
        case .proven: "The case is proven: no question would change what to do."
        case .known:
            "The cause is all but known: the test that decides is worth more than questions."
        case .sameAction:
            "The leading cases call for the same first action: they need not be told apart."
        case .outsideCasebook:
            "Enough was looked at, and it is probably no case of the casebook."
        case .littleToLearn(let bits):
            "No step that is left would tell much (at most \(Self.hundredths(bits)) bits)."
        case .noStepLeft: "Nothing that can be done from here is left."
        case .budgetSpent: "What is left takes longer than the time that was given."
        case .moveLimit: "So many questions were asked that more would not be bearable."
        }
    }

    private static func hundredths(_ value: Double) -> String {
        let hundredths = Int((min(1e6, max(0, value)) * 100).rounded())
        return "\(hundredths / 100).\(hundredths / 10 % 10)\(hundredths % 10)"
    }
}

extension Outcome {
    /// `yes: case-a, about 8 in 10`.
    public var sentence: String {
        let answer = state == .present ? "yes" : "no"
        guard let leader else {
            // A "none of these" that merely leads a crowd says nothing to a tired reader.
            if leaderProbability < 0.5 { return "\(answer): still open" }
            return "\(answer): none of these, \(Wording.probability(leaderProbability))"
        }
        return "\(answer): \(leader), \(Wording.probability(leaderProbability))"
    }
}
