import Casebook
import Diagnosis

/// Why asking has come to an end, as a word for programs and a sentence for people.
enum StopText {
    static func word(_ reason: StopReason) -> String {
        switch reason {
        case .proven: "proven"
        case .known: "known"
        case .sameAction: "same-action"
        case .outsideCasebook: "outside-casebook"
        case .littleToLearn: "little-to-learn"
        case .noStepLeft: "no-step-left"
        case .budgetSpent: "budget-spent"
        case .moveLimit: "move-limit"
        }
    }

    static func cases(_ reason: StopReason) -> [CaseID] {
        switch reason {
        case .proven(let id), .known(let id): [id]
        case .sameAction(let ids): ids
        case .outsideCasebook, .littleToLearn, .noStepLeft, .budgetSpent, .moveLimit: []
        }
    }

    static func sentence(_ reason: StopReason) -> String {
        switch reason {
        case .proven: "The case is proven: no question would change what to do."
        case .known:
            "The cause is all but known: the test that decides is worth more than questions."
        case .sameAction:
            "The leading cases call for the same first action: they need not be told apart."
        case .outsideCasebook:
            "Enough was looked at, and it is probably no case of the casebook."
        case .littleToLearn(let bits):
            "No step that is left would tell much (at most \(Figures.fixed(bits, 2)) bits)."
        case .noStepLeft: "Nothing that can be done from here is left."
        case .budgetSpent: "What is left takes longer than the time that was given."
        case .moveLimit: "So many questions were asked that more would not be bearable."
        }
    }
}
