import Casebook
import Diagnosis
import Triage

/// The lines that go out.
enum Reply {
    /// Cases in a ranking that is not `full`, as far as there are so many.
    static let places = 10

    struct Judgement {
        var ranking: Ranking
        /// Two causes at once, where they are suspected.
        var together: [CaseID]?
    }

    static func error(_ message: String) -> [UInt8] {
        line("error") { $0.member("message", message) }
    }

    static func ready(
        warnings: [String] = [], quarantined: [String] = [], unknownCauses: [String] = []
    ) -> [UInt8] {
        line("ready") { writer in
            if !warnings.isEmpty { writer.member("warnings", strings: warnings) }
            if !quarantined.isEmpty { writer.member("quarantined", strings: quarantined) }
            if !unknownCauses.isEmpty { writer.member("unknown_causes", strings: unknownCauses) }
        }
    }

    /// - Parameter ignored: facts in the evidence that the casebook does not know.
    static func ranking(id: String?, _ judgement: Judgement, ignored: [FactID]) -> [UInt8] {
        line("ranking") { writer in
            writer.member("id", ifPresent: id)
            writer.judgement(judgement)
            writer.ignored(ignored)
        }
    }

    static func ask(_ proposals: [Proposal], id: String?, ignored: [FactID]) -> [UInt8] {
        line("ask") { writer in
            writer.member("id", ifPresent: id)
            writer.member("steps", strings: proposals.map(\.step.id))
            let consent = proposals.filter(\.needsConsent).map(\.step.id)
            if !consent.isEmpty { writer.member("consent", strings: consent) }
            writer.ignored(ignored)
        }
    }

    static func stop(
        id: String?, _ reason: String, _ judgement: Judgement, ignored: [FactID]
    ) -> [UInt8] {
        line("stop") { writer in
            writer.member("id", ifPresent: id)
            writer.member("reason", reason)
            writer.judgement(judgement)
            writer.ignored(ignored)
        }
    }

    private static func line(
        _ operation: String, _ body: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("op", operation)
            body(&writer)
        }
        writer.endLine()
        return writer.bytes
    }

    /// A word for programs and a sentence for people.
    static func sentence(_ reason: StopReason, policy: StepPolicy) -> String {
        switch reason {
        case .proven(let id): "proven: the deciding test of \(id) has matched"
        case .known(let id): "known: \(id) has reached a probability of \(policy.stopProbability)"
        case .sameAction(let ids):
            "same-action: \(ids.prefix(10).joined(separator: ", ")) begin with the same action"
        case .outsideCasebook:
            "none: that no case of the casebook is the cause has reached a probability of "
                + "\(policy.stopNoneProbability)"
        case .littleToLearn(let bits):
            "little-to-learn: the best step would tell "
                + "\((bits * 1000).rounded() / 1000) bits, less than \(policy.leastGain)"
        case .noStepLeft: "no-step-left: every permitted step is done or would tell nothing new"
        case .budgetSpent: "budget: what is left takes longer than the time that is left"
        case .moveLimit: "move-limit: \(policy.mostMoves) moves were made"
        }
    }
}

extension JSONWriter {
    fileprivate mutating func judgement(_ judgement: Reply.Judgement) {
        member("ranking", array: judgement.ranking.places) { writer, place in
            writer.pair(place.id, place.probability)
        }
        member("none", number: judgement.ranking.unlisted)
        if let together = judgement.together { member("together", strings: together) }
    }

    private mutating func pair(_ id: CaseID, _ probability: Double) {
        array(CollectionOfOne(id)) { writer, id in
            writer.string(id)
            writer.number(probability)
        }
    }

    fileprivate mutating func ignored(_ facts: [FactID]) {
        if !facts.isEmpty { member("ignored", strings: facts.prefix(100)) }
    }
}
