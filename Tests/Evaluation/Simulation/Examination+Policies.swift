import Casebook
import Diagnosis

/// How the next step is found.
enum Policy: String {
    case engine
    /// What the leader expects and nobody has looked at, in the order of its words.
    case checklist
    case random
}

extension Examination {
    /// All safe checks, then steps by a simple rule, with the engine's probabilities and its rule
    /// to stop: what its choice of questions is compared with.
    mutating func simple(_ incident: Incident, _ policy: Policy) throws -> Conversation {
        let safe = world.steps.indices.filter { world.steps[$0].isSafe }
        var done = Set(safe)
        var evidence = incident.reports + incident.answers(safe, in: world)
        var talk = Conversation(judged: try judge(incident, evidence))
        talk.note(safe.map { world.steps[$0] }, alone: false)
        while talk.judged.confidence < 0.85, talk.judged.none < 0.6, talk.moves < 40 {
            let open = world.steps.indices.filter { !done.contains($0) }
            let listed = policy == .checklist ? checklist(talk.judged, open) : nil
            guard let step = listed ?? open.randomElement(using: &random) else { break }
            done.insert(step)
            talk.note([world.steps[step]], alone: true)
            evidence += incident.answers([step], in: world)
            talk.judged = try judge(incident, evidence)
        }
        return talk
    }

    private func judge(_ incident: Incident, _ evidence: [Incident.Answer]) throws -> Judged {
        Judged(try engine.say("rank", evidence), cause: incident.cause)
    }

    /// The next line of the first case in the ranking that has one.
    private func checklist(_ judged: Judged, _ open: [Int]) -> Int? {
        let order: [Frequency] = [.always, .usually, .sometimes, .rarely, .never]
        for place in judged.ranking.prefix(5) {
            guard let cause = world.causes.first(where: { $0.id == place.id }) else { continue }
            for word in order {
                let facts = Set(cause.lists.filter { $0.word == word }.map(\.fact))
                if let step = open.first(where: { facts.contains(world.steps[$0].fact) }) {
                    return step
                }
            }
        }
        return nil
    }
}
