import Casebook
import Diagnosis
import Triage

extension JSONWriter {
    mutating func nextStep(_ step: NextStep) {
        object { writer in
            writer.member("kind", step.kind.rawValue)
            writer.member("id", step.id)
            switch step.kind {
            case .ask: writer.member("question", step.question)
            case .run: writer.member("command", step.command)
            }
            writer.member("effect", step.effect.rawValue)
            writer.member("gain_bits", number: DiagnosisJSON.rounded(step.gainBits, 4))
            writer.member("cost_seconds", number: step.costSeconds)
            writer.member("by_hand", step.byHand)
            writer.member("needs", ifPresent: step.needs)
            writer.member("facts", strings: step.facts)
            if !step.outcomes.isEmpty {
                writer.member("outcomes", array: step.outcomes) { $0.outcome($1) }
            }
        }
    }

    private mutating func outcome(_ outcome: Outcome) {
        object { writer in
            writer.member("state", outcome.state.rawValue)
            writer.member("probability", number: DiagnosisJSON.rounded(outcome.probability, 4))
            writer.member("leader", ifPresent: outcome.leader)
            writer.member(
                "leader_probability", number: DiagnosisJSON.rounded(outcome.leaderProbability, 4))
        }
    }

    /// `null` while there is something worth asking.
    mutating func stop(_ reason: StopReason?) {
        guard let reason else {
            key("stop")
            return null()
        }
        member("stop") { writer in
            writer.member("reason", StopText.word(reason))
            writer.member("cases", strings: StopText.cases(reason))
            writer.member("summary", reason.sentence)
        }
    }
}
