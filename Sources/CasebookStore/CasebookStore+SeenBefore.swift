public import Casebook
internal import GRDB
internal import Glibc
internal import Synchronization

/// A past incident with evidence like that of another: a memory aid, and no evidence.
public struct SimilarIncident: Hashable, Sendable {
    public var incident: IncidentSummary
    /// From 0 to 1: the weight of the facts present in both, out of all that are present in one;
    /// what only one of them has an answer for counts half.
    public var score: Double
    /// Facts present in both, the rarest first.
    public var shared: [FactID]
}

extension CasebookStore {
    /// Incidents whose evidence is most like `evidence`; a fact weighs the more, the fewer
    /// incidents have it.
    ///
    /// - Parameters:
    ///   - id: of an incident that is not looked for: the one at hand.
    ///   - onlyResolved: those of which is known what they turned out to be.
    public func similar(
        to evidence: [Evidence], except id: String?, onlyResolved: Bool, limit: Int
    ) throws(StoreError) -> [SimilarIncident] {
        try readIncidents { database in
            try SimilarSearch(database: database, evidence: evidence)
                .best(except: id, onlyResolved: onlyResolved, limit: limit)
        } ?? []
    }
}

private struct SimilarSearch {
    /// Places that are looked at to find candidates, the rarest facts first; some 20 ms.
    private static let mostPlaces = 50_000
    /// Candidates whose evidence is compared fact by fact.
    private static let mostCompared = 60
    /// Below this two incidents have little in common.
    private static let leastScore = 0.2

    let database: Database
    private var numbers: [FactID: Int] = [:]
    private var present: Set<Int> = []
    private var absent: Set<Int> = []
    private var counts: [Int: Int] = [:]
    private let total: Int

    init(database: Database, evidence: [Evidence]) throws {
        self.database = database
        total = try Int.fetchOne(database, sql: "SELECT count(*) FROM incidents") ?? 0
        let statement = try database.makeStatement(
            sql: "SELECT number, present FROM fact_names WHERE id = ?")
        for item in evidence where item.state != .unknown && numbers[item.id] == nil {
            guard let row = try Row.fetchOne(statement, arguments: [item.id]) else { continue }
            numbers[item.id] = row[0]
            counts[row[0]] = row[1]
        }
        for item in evidence {
            guard let number = numbers[item.id] else { continue }
            if item.state == .present { present.insert(number) }
            if item.state == .absent { absent.insert(number) }
        }
        absent.subtract(present)
    }

    func best(except id: String?, onlyResolved: Bool, limit: Int) throws -> [SimilarIncident] {
        let own = try id.flatMap {
            try Int.fetchOne(
                database, sql: "SELECT number FROM incidents WHERE id = ?", arguments: [$0])
        }
        let names = Dictionary(uniqueKeysWithValues: numbers.map { ($1, $0) })
        var found: [(number: Int, score: Double, shared: [FactID])] = []
        for number in try candidates(except: own, onlyResolved: onlyResolved) {
            let (score, shared) = try compare(with: number, names)
            if score < Self.leastScore { continue }
            found.append((number, score, shared))
        }
        found.sort { ($1.score, $1.number) < ($0.score, $0.number) }
        return try found.prefix(limit).compactMap { item in
            try IncidentLister(database: database).summary(number: item.number).map {
                SimilarIncident(incident: $0, score: item.score, shared: item.shared)
            }
        }
    }

    private func candidates(except own: Int?, onlyResolved: Bool) throws -> [Int] {
        var weights: [Int: Double] = [:]
        var places = 0
        for fact in present.sorted(by: { (counts[$0] ?? 0, $0) < (counts[$1] ?? 0, $1) }) {
            if places >= Self.mostPlaces { break }
            let cursor = try Int.fetchCursor(
                database,
                sql: """
                    SELECT incident FROM incident_facts WHERE fact = ? AND present = 1
                    ORDER BY incident DESC LIMIT ?
                    """, arguments: [fact, Self.mostPlaces - places])
            let weight = weight(counts[fact] ?? 0)
            while let incident = try cursor.next() {
                weights[incident, default: 0] += weight
                places += 1
            }
        }
        if let own { weights[own] = nil }
        let resolved = try database.makeStatement(
            sql: "SELECT resolved IS NOT NULL FROM incidents WHERE number = ?")
        var chosen: [Int] = []
        for (number, _) in weights.sorted(by: { ($1.value, $1.key) < ($0.value, $0.key) }) {
            if chosen.count == Self.mostCompared { break }
            if onlyResolved, try Bool.fetchOne(resolved, arguments: [number]) != true { continue }
            chosen.append(number)
        }
        return chosen
    }

    private func compare(
        with number: Int, _ names: [Int: FactID]
    ) throws -> (score: Double, shared: [FactID]) {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT fact, incident_facts.present, fact_names.present FROM incident_facts
                JOIN fact_names ON fact_names.number = fact WHERE incident = ?
                """, arguments: [number])
        var shared: [(fact: FactID, weight: Double)] = []
        var (apart, unanswered) = (0.0, 0.0)
        var seen: Set<Int> = []
        for row in rows {
            let fact = row[0] as Int
            let isPresent = (row[1] as Int) == 1
            let weight = weight(row[2])
            seen.insert(fact)
            if present.contains(fact) {
                if isPresent { shared.append((names[fact] ?? "", weight)) } else { apart += weight }
            } else if isPresent {
                if absent.contains(fact) { apart += weight } else { unanswered += weight }
            }
        }
        for fact in present.subtracting(seen) { unanswered += weight(counts[fact] ?? 0) }
        shared.sort { ($1.weight, $0.fact) < ($0.weight, $1.fact) }
        let common = shared.reduce(0) { $0 + $1.weight }
        let all = common + apart + unanswered / 2
        return (all > 0 ? common / all : 0, shared.map(\.fact))
    }

    /// In nats: what seeing the fact in two incidents by chance would surprise.
    private func weight(_ count: Int) -> Double {
        max(0.05, log((Double(total) + 1) / (Double(count) + 0.5)))
    }
}

extension IncidentLister {
    func summary(number: Int) throws -> IncidentSummary? {
        try one("number = ?", [number]).first
    }
}
