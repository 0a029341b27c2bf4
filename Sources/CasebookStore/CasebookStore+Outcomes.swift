internal import Casebook
internal import GRDB
internal import Synchronization

/// What somebody said of the end of an incident.
public struct IncidentResolution: Hashable, Sendable {
    public var entry: LedgerEntry
    /// How the repair was seen to work.
    public var verifiedBy: String?
    public var fixedBy: String?
    public var secondsToDiagnose: Int?

    public init(
        entry: LedgerEntry, verifiedBy: String? = nil, fixedBy: String? = nil,
        secondsToDiagnose: Int? = nil
    ) {
        self.entry = entry
        self.verifiedBy = verifiedBy
        self.fixedBy = fixedBy
        self.secondsToDiagnose = secondsToDiagnose
    }
}

extension CasebookStore {
    /// Writes the ledger's entry and what belongs to it in one transaction.
    ///
    /// - Returns: the number of the entry.
    /// - Throws: `.resolvedAlready` where an entry of the incident stands.
    public func resolve(
        _ id: String, as resolution: IncidentResolution
    ) throws(StoreError) -> Int {
        try write { database in
            let row = try Row.fetchOne(
                database, sql: "SELECT resolved, ledger FROM incidents WHERE id = ?",
                arguments: [id])
            guard let row else { throw StoreError.noSuchRecord(name: id) }
            if (row[0] as Int64?) != nil {
                throw StoreError.resolvedAlready(id: id, number: row[1] ?? 0)
            }
            return try Self.settle(id, as: resolution, in: database)
        }
    }

    /// Writes a new incident that is resolved already, in one transaction.
    ///
    /// - Returns: the number of the ledger's entry.
    public func keep(
        _ record: IncidentRecord, resolvedAs resolution: IncidentResolution
    ) throws(StoreError) -> Int {
        try write { database in
            _ = try IncidentWriter(database: database).keep(record, after: nil)
            return try Self.settle(record.id, as: resolution, in: database)
        }
    }

    /// Of an incident that is open.
    @discardableResult
    static func settle(
        _ id: String, as resolution: IncidentResolution, in database: Database
    ) throws -> Int {
        let number = try confirm(resolution.entry, in: database)
        try database.execute(
            sql: """
                INSERT INTO outcomes (ledger, verified_by, fixed_by, seconds)
                VALUES (?, ?, ?, ?)
                """,
            arguments: [
                number, resolution.verifiedBy, resolution.fixedBy, resolution.secondsToDiagnose,
            ])
        try database.execute(
            sql: """
                UPDATE incidents
                SET ledger = ?, resolved = ?, revision = revision + 1 WHERE id = ?
                """, arguments: [number, resolution.entry.time, id])
        return number
    }

    /// Entries of the ledger that no incident of this database became, the last one first: those
    /// of earlier versions, and of incidents that were deleted.
    public func bareLedgerEntries(limit: Int) throws(StoreError) -> [IncidentOutcome] {
        try readIncidents { database in
            let numbers = try Int.fetchAll(
                database,
                sql: """
                    SELECT number FROM ledger WHERE kind = 'confirmed'
                    AND NOT EXISTS (SELECT 1 FROM incidents WHERE ledger = ledger.number)
                    ORDER BY number DESC LIMIT ?
                    """, arguments: [limit])
            return try numbers.compactMap(IncidentLister(database: database).outcome)
        } ?? []
    }
}

/// What learning made of an entry of the ledger, as it was found out last.
public struct LedgerStanding: Hashable, Sendable {
    /// As `IncidentLedger.word` has it.
    public var word: String
    /// Of the cause by the cold model; of a quarantined entry.
    public var probability: Double?

    public init(word: String, probability: Double? = nil) {
        self.word = word
        self.probability = probability
    }
}

extension CasebookStore {
    /// Standings that were found out with the casebook that is in the index, if that is of the
    /// folders `roots`; whether their files have changed since is not looked at.
    public func standings(
        of numbers: [Int], roots: [String]
    ) throws(StoreError) -> [Int: LedgerStanding] {
        try readIncidents { database in
            let indexed = try String.fetchOne(database, sql: "SELECT roots FROM casebook")
            guard indexed == roots.joined(separator: "\n") else { return [:] }
            var result: [Int: LedgerStanding] = [:]
            let statement = try database.makeStatement(
                sql: """
                    SELECT standing, outcomes.probability FROM outcomes, casebook
                    WHERE ledger = ? AND outcomes.casebook = casebook.hash
                    AND standing IS NOT NULL
                    """)
            for number in numbers {
                guard let row = try Row.fetchOne(statement, arguments: [number]) else { continue }
                result[number] = LedgerStanding(word: row[0], probability: row[1])
            }
            return result
        } ?? [:]
    }

    /// Remembers standings, so that a list need not judge again.
    ///
    /// - Parameter casebook: the content hash of the one that judged.
    public func remember(
        _ standings: [Int: LedgerStanding], casebook: String
    ) throws(StoreError) {
        _ = try write { database in
            for (number, standing) in standings.sorted(by: { $0.key < $1.key }) {
                try database.execute(
                    sql: """
                        INSERT INTO outcomes (ledger, casebook, standing, probability)
                        VALUES (?, ?, ?, ?)
                        ON CONFLICT (ledger) DO UPDATE SET casebook = excluded.casebook,
                            standing = excluded.standing, probability = excluded.probability
                        """,
                    arguments: [number, casebook, standing.word, standing.probability])
            }
            return 0
        }
    }
}
