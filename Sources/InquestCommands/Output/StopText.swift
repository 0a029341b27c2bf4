import Casebook
import Diagnosis

/// Why asking has come to an end, as a word for programs; the sentence for people
/// is the reason's own.
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
}
