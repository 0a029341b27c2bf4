import Casebook
import Diagnosis
import Triage

extension Examination {
    struct Lesson {
        var cold: Score
        var learned: Score
        /// After a quarter of the confirmations named one and the same wrong case.
        var poisoned: Score
        /// The same without those: what the lack of their truth costs alone.
        var thinned: Score
    }

    /// A site that differs from the book, before and after confirmed incidents.
    mutating func lesson(incidents: Int, tests: Int) throws -> Lesson {
        let site = world.shiftedSite(&random)
        var past: [(incident: Incident, evidence: [Incident.Answer])] = []
        for _ in 0..<incidents {
            let incident = Incident(in: site, &random)
            past.append((incident, evidence(of: incident)))
        }
        let fresh = (0..<tests).map { _ in
            let incident = Incident(in: site, &random)
            return (incident: incident, evidence: evidence(of: incident))
        }
        func score() throws -> Score {
            Score(
                try fresh.map {
                    Judged(try engine.say("rank", $0.evidence), cause: $0.incident.cause)
                })
        }
        let cold = try score()
        let scapegoat = world.causes[world.causes.count / 2].id
        var clean = JSONWriter()
        var poisoned = JSONWriter()
        var thinned = JSONWriter()
        for (number, item) in past.enumerated() {
            let wrong = random.chance(0.25)
            let cause = item.incident.cause ?? "none"
            // The lazy confirmation is the one that nobody checked, as a rule.
            let verified = random.chance(0.7)
            clean.incident(number, item.evidence, cause, verified: verified)
            if !wrong { thinned.incident(number, item.evidence, cause, verified: verified) }
            poisoned.incident(
                number, item.evidence, wrong ? scapegoat : cause,
                verified: wrong ? random.chance(0.3) : verified)
        }
        try engine.load("history", clean.bytes)
        let learned = try score()
        try engine.load("history", poisoned.bytes)
        let afterPoison = try score()
        try engine.load("history", thinned.bytes)
        return Lesson(
            cold: cold, learned: learned, poisoned: afterPoison, thinned: try score())
    }

    /// Reports, all safe checks and ten steps more.
    private mutating func evidence(of incident: Incident) -> [Incident.Answer] {
        let safe = world.steps.indices.filter { world.steps[$0].isSafe }
        let others = world.steps.indices.filter { !world.steps[$0].isSafe }
        let more = others.shuffled(using: &random).prefix(10)
        return incident.reports + incident.answers(safe + more, in: world)
    }
}

extension JSONWriter {
    fileprivate mutating func incident(
        _ number: Int, _ evidence: [Incident.Answer], _ cause: CaseID, verified: Bool
    ) {
        object { writer in
            writer.member("id", "h\(number)")
            writer.evidence(evidence)
            writer.member("confirmed", cause)
            writer.member("verified", verified)
        }
        endLine()
    }
}
