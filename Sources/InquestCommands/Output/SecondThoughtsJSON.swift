import Casebook
import Diagnosis
import Triage

extension JSONWriter {
    mutating func secondThoughts(_ thoughts: SecondThoughts) {
        member("second_thoughts") { writer in
            writer.member("doubtful", array: thoughts.doubts) { writer, doubt in
                writer.object { writer in
                    writer.member("id", doubt.fact)
                    writer.member("state", doubt.state.rawValue)
                    writer.member(
                        "probability_wrong",
                        number: DiagnosisJSON.rounded(doubt.probabilityWrong, 4))
                }
            }
            writer.member("leaning_on", array: thoughts.leaningOn) { $0.counterfactual($1) }
            writer.member("flips", array: thoughts.flips) { $0.counterfactual($1) }
            writer.together(thoughts.together)
        }
    }

    private mutating func counterfactual(_ change: Counterfactual) {
        object { writer in
            switch change.change {
            case .without(let fact), .flipped(let fact): writer.member("id", fact)
            case .withoutInstrument(let instrument):
                writer.member("instrument", instrument.rawValue)
            }
            if case .flipped = change.change {
                writer.member(
                    "probability", number: DiagnosisJSON.rounded(change.probability, 4))
            }
            writer.member("leader", ifPresent: change.leader)
            writer.member(
                "leader_probability", number: DiagnosisJSON.rounded(change.leaderProbability, 4))
        }
    }

    private mutating func together(_ pair: CausePair?) {
        guard let pair else {
            key("together")
            return null()
        }
        member("together") { writer in
            writer.member("cases", strings: pair.cases)
            writer.member(
                "ahead_of_single_decibans",
                number: DiagnosisJSON.rounded(pair.aheadOfSingleDecibans, 2))
            writer.member(
                "ahead_of_none_decibans",
                number: DiagnosisJSON.rounded(pair.aheadOfNoneDecibans, 2))
        }
    }
}
