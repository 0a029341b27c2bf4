import Casebook
import CasebookStore
import Triage

/// The resolved incident of this machine whose evidence is most like that at hand: a memory aid,
/// and never evidence.
struct SeenBefore {
    let similar: SimilarIncident

    /// Less in common is chance.
    private static let leastScore = 0.5
    private static let leastShared = 2

    init?(_ session: SessionFile, in store: SessionStore) {
        guard let database = try? store.shelf?.openForReading() else { return nil }
        self.init(session.evidence, except: store.id(of: session.id), in: database)
    }

    /// - Parameter id: of the incident at hand.
    init?(_ evidence: [Evidence], except id: String?, in database: CasebookStore) {
        let found = try? database.similar(to: evidence, except: id, onlyResolved: true, limit: 1)
        guard let best = found?.first, best.score >= Self.leastScore,
            best.shared.count >= Self.leastShared
        else { return nil }
        similar = best
    }

    var sentence: String {
        "Seen before, which proves nothing: \(Self.words(similar)). "
            + "'inquest incident show \(similar.incident.id.prefix(13))' tells more."
    }

    func write(_ page: inout TextPage) {
        page.gap()
        page.paragraph(sentence, style: .dim)
    }

    /// When it was, what it was, and how much is alike.
    static func words(_ similar: SimilarIncident) -> String {
        let incident = similar.incident
        let day = Figures.instant(incident.created &* 1_000_000_000).prefix(10)
        let facts = Figures.plural(similar.shared.count, "fact") + " in common"
        guard incident.resolved != nil, let outcome = incident.outcome else {
            return "the open incident of \(day), \(facts)"
        }
        let cause = outcome.cause ?? "no case of the casebook"
        let fix = outcome.fixedBy.map { "; fixed by: \($0)" } ?? ""
        let trust = outcome.verified ? "the repair was seen to work" : "believed"
        return "the incident of \(day) was \(cause) (\(trust)), \(facts)\(fix)"
    }
}
