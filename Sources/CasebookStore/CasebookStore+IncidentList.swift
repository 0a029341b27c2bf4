internal import Casebook
internal import GRDB
internal import Synchronization

extension CasebookStore {
    /// Incidents, the one used last first; of a search the one begun last first.
    ///
    /// - Returns: no more than `filter.limit`, and whether there are more.
    public func incidents(
        _ filter: IncidentFilter
    ) throws(StoreError) -> (list: [IncidentSummary], more: Bool) {
        let found = try readIncidents { database in
            try IncidentLister(database: database).list(filter)
        }
        guard var list = found else { return ([], false) }
        let more = list.count > filter.limit
        if more { list.removeLast() }
        return (list, more)
    }

    /// - Parameter name: an id, the beginning of one, `last`, or the number of the ledger's entry
    ///   that it became.
    public func incident(named name: String) throws(StoreError) -> IncidentSummary {
        let found = try readIncidents { database in
            try IncidentLister(database: database).find(name)
        }
        guard let found else { throw .noSuchRecord(name: name) }
        return found
    }

    /// How many there are, open and resolved.
    public func incidentCounts() throws(StoreError) -> (open: Int, resolved: Int) {
        let counts = try readIncidents { database in
            try Row.fetchOne(
                database,
                sql: """
                    SELECT (SELECT count(*) FROM incidents WHERE resolved IS NULL),
                        (SELECT count(*) FROM incidents WHERE resolved IS NOT NULL)
                    """
            ).map { ($0[0] as Int, $0[1] as Int) }
        }
        return counts ?? (0, 0)
    }
}

struct IncidentLister {
    let database: Database

    private static let columns = """
        incidents.id, incidents.created, incidents.updated, incidents.origin, incidents.title,
        incidents.casebook, incidents.leader, incidents.verdict, incidents.probability,
        incidents.facts, incidents.revision, incidents.resolved, incidents.ledger
        """

    /// One more than the limit, where there are more.
    func list(_ filter: IncidentFilter) throws -> [IncidentSummary] {
        let state =
            switch filter.state {
            case .all: ""
            case .open: " AND resolved IS NULL"
            case .resolved: " AND resolved IS NOT NULL"
            }
        let limit = max(0, filter.limit) + 1
        guard let search = filter.search else {
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT \(Self.columns) FROM incidents WHERE TRUE\(state)
                    ORDER BY updated DESC, number DESC LIMIT ?
                    """, arguments: [limit])
            return try rows.map(summary)
        }
        let words = SearchQuery(search).words
        if words.isEmpty { return [] }
        // In the order of rows: FTS5 then stops at the limit, however many match.
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT \(Self.columns)
                FROM incident_text CROSS JOIN incidents ON number = incident_text.rowid
                WHERE incident_text MATCH ?\(state)
                ORDER BY incident_text.rowid DESC LIMIT ?
                """,
            arguments: [words.map(SearchQuery.stemmed).joined(separator: " AND "), limit])
        return try rows.map(summary)
    }

    func find(_ name: String) throws -> IncidentSummary? {
        if name.isEmpty { return nil }
        if name == "last" { return try list(IncidentFilter(limit: 1)).first }
        // An id of this century begins with 0, a number of the ledger never does.
        if let number = Int(name), number > 0, name.first != "0", name.utf8.count < 12 {
            return try one("ledger = ? ORDER BY resolved IS NULL, number LIMIT 1", [number]).first
        }
        let word = name.lowercased()
        guard word.utf8.count <= 36, word.utf8.allSatisfy(Self.isPartOfID) else { return nil }
        let found = try one("id >= ? AND id < ? ORDER BY id LIMIT 6", [word, word + "g"])
        if found.count > 1, found[0].id != word {
            throw StoreError.ambiguous(name: name, ids: found.map(\.id))
        }
        return found.first
    }

    func one(
        _ condition: String, _ arguments: StatementArguments
    ) throws -> [IncidentSummary] {
        try Row.fetchAll(
            database, sql: "SELECT \(Self.columns) FROM incidents WHERE \(condition)",
            arguments: arguments
        ).map(summary)
    }

    private static func isPartOfID(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private func summary(_ row: Row) throws -> IncidentSummary {
        IncidentSummary(
            id: row[0], created: row[1], updated: row[2], origin: row[3], title: row[4],
            casebook: row[5], leader: row[6], verdict: row[7], probability: row[8], facts: row[9],
            revision: row[10], resolved: row[11],
            outcome: try (row[12] as Int?).flatMap(outcome))
    }

    func outcome(_ number: Int) throws -> IncidentOutcome? {
        let row = try Row.fetchOne(
            database,
            sql: """
                SELECT time, cause, verified, verified_by, fixed_by, seconds,
                    (SELECT time FROM ledger AS later WHERE later.withdraws = entry.number)
                FROM ledger AS entry LEFT JOIN outcomes ON outcomes.ledger = entry.number
                WHERE entry.number = ?
                """, arguments: [number])
        return row.map { row in
            IncidentOutcome(
                number: number, time: row[0], cause: row[1], verified: (row[2] as Int) == 1,
                withdrawnAt: row[6], verifiedBy: row[3], fixedBy: row[4],
                secondsToDiagnose: row[5])
        }
    }
}
