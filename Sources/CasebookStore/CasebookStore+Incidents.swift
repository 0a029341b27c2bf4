internal import Casebook
internal import Foundation
internal import GRDB
internal import Synchronization

extension CasebookStore {
    /// Writes an incident, a new one or the next state of one; it is on the disk when this
    /// returns.
    ///
    /// - Parameter revision: the state that the writer knows; `nil` for one that is new.
    /// - Returns: the revision that it has now.
    /// - Throws: `.changedMeanwhile` where another process went on with it, or has one of that id.
    public func keep(_ record: IncidentRecord, after revision: Int?) throws(StoreError) -> Int {
        try write { database in
            try IncidentWriter(database: database).keep(record, after: revision)
        }
    }

    /// The exchange form of an incident, and its revision.
    public func document(of id: String) throws(StoreError) -> (bytes: [UInt8], revision: Int)? {
        try readIncidents { database in
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT document, revision FROM incident_documents
                    JOIN incidents USING (number) WHERE id = ?
                    """, arguments: [id])
            return try row.map { row in
                (try row.withUnsafeData(atIndex: 0) { $0.map(Array.init) ?? [] }, row[1])
            }
        }
    }

    /// Takes an incident out of the database. Its entry in the ledger is append-only; it is
    /// withdrawn, unless `keepsLearned`.
    public func delete(
        _ id: String, keepsLearned: Bool, time: Int64
    ) throws(StoreError) {
        _ = try write { database in
            defer { try? database.execute(sql: "PRAGMA secure_delete = OFF") }
            let row = try Row.fetchOne(
                database, sql: "SELECT number, ledger, resolved FROM incidents WHERE id = ?",
                arguments: [id])
            guard let row else { throw StoreError.noSuchRecord(name: id) }
            let (number, ledger, resolved) = (
                row[0] as Int, row[1] as Int?, row[2] as Int64?
            )
            // What is deleted is not to be read from free pages.
            try database.execute(sql: "PRAGMA secure_delete = ON")
            try database.execute(
                sql: "DELETE FROM incident_text WHERE rowid = ?", arguments: [number])
            // The words stay in the search index until it is merged into one piece.
            try database.execute(
                sql: "INSERT INTO incident_text (incident_text) VALUES ('optimize')")
            try database.execute(
                sql: "DELETE FROM incident_facts WHERE incident = ?", arguments: [number])
            try database.execute(sql: "DELETE FROM incidents WHERE id = ?", arguments: [id])
            if let ledger {
                try database.execute(
                    sql: "UPDATE outcomes SET verified_by = NULL, fixed_by = NULL WHERE ledger = ?",
                    arguments: [ledger])
                if resolved != nil, !keepsLearned {
                    try Self.withdraw(ledger, time: time, in: database)
                }
            }
            return 0
        }
    }

    func readIncidents<Value: Sendable>(
        _ work: (Database) throws -> Value?
    ) throws(StoreError) -> Value? {
        try state.withLock { state throws(StoreError) in
            guard state.location != .inMemory else { return nil }
            return try Self.inLedger(state) { state in try state.database.queue.read(work) }
        }
    }
}

/// One transaction's part of writing an incident.
struct IncidentWriter {
    let database: Database

    /// Of one text column of the search; a megabyte of evidence need not be found by each word.
    static let searchedBytes = 16 << 10

    func keep(_ record: IncidentRecord, after revision: Int?) throws -> Int {
        let found = try Row.fetchOne(
            database, sql: "SELECT number, revision FROM incidents WHERE id = ?",
            arguments: [record.id])
        guard found.map({ $0[1] as Int }) == revision else {
            throw StoreError.changedMeanwhile(id: record.id)
        }
        let next = (revision ?? 0) + 1
        let known = record.evidence.filter { $0.state != .unknown }
        let facts = Set(known.map(\.id)).count
        let resolved = try record.ledger.flatMap(confirmation)
        try database.execute(
            sql: """
                INSERT INTO incidents (id, created, updated, origin, revision, title, casebook,
                    leader, verdict, probability, facts, ledger, resolved)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET updated = excluded.updated,
                    revision = excluded.revision, title = excluded.title,
                    casebook = excluded.casebook, leader = excluded.leader,
                    verdict = excluded.verdict, probability = excluded.probability,
                    facts = excluded.facts, ledger = coalesce(excluded.ledger, ledger),
                    resolved = coalesce(excluded.resolved, resolved)
                """,
            arguments: [
                record.id, record.created, record.updated, record.origin, next, record.title,
                record.casebook, record.leader, record.verdict, record.probability, facts,
                resolved?.number, resolved?.time,
            ])
        let number = found.map { $0[0] as Int } ?? Int(database.lastInsertedRowID)
        try database.execute(
            sql: "INSERT OR REPLACE INTO incident_documents VALUES (?, ?)",
            arguments: [number, Data(record.document)])
        try write(known, of: number)
        try write(texts(record, known), of: number, isNew: found == nil)
        return next
    }

    /// The ledger's entry, when it stands.
    private func confirmation(_ number: Int) throws -> (number: Int, time: Int64)? {
        try Row.fetchOne(
            database,
            sql: """
                SELECT number, time FROM ledger WHERE number = ? AND kind = 'confirmed'
                AND NOT EXISTS (SELECT 1 FROM ledger AS later WHERE later.withdraws = ?)
                """, arguments: [number, number]
        ).map { ($0[0], $0[1]) }
    }

    private func write(_ evidence: [Evidence], of number: Int) throws {
        // Where instruments contradict each other, the fact is taken as present.
        var facts: [FactID: Bool] = [:]
        for item in evidence {
            facts[item.id] = (facts[item.id] ?? false) || item.state == .present
        }
        var before: [FactID: Bool] = [:]
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT id, incident_facts.present FROM incident_facts
                JOIN fact_names ON number = fact WHERE incident = ?
                """, arguments: [number])
        for row in rows { before[row[0]] = (row[1] as Int) == 1 }
        let name = try database.cachedStatement(
            sql: "INSERT OR IGNORE INTO fact_names (id) VALUES (?)")
        let insert = try database.cachedStatement(
            sql: """
                INSERT INTO incident_facts
                VALUES (?, (SELECT number FROM fact_names WHERE id = ?), ?)
                """)
        let delete = try database.cachedStatement(
            sql: """
                DELETE FROM incident_facts
                WHERE incident = ? AND fact = (SELECT number FROM fact_names WHERE id = ?)
                """)
        for id in before.keys where facts[id] != before[id] {
            try delete.execute(arguments: [number, id])
        }
        for (id, isPresent) in facts.sorted(by: { $0.key < $1.key }) where before[id] != isPresent {
            try name.execute(arguments: [id])
            try insert.execute(arguments: [number, id, isPresent ? 1 : 0])
        }
    }

    private func texts(_ record: IncidentRecord, _ known: [Evidence]) -> [String] {
        let present = known.filter { $0.state == .present }
        let findings =
            present.map(\.id) + present.map(\.summary)
            + known.filter { $0.state == .absent }.map(\.id)
        return [
            record.said, record.targets,
            [record.leader, record.leaderTitle].compactMap(\.self), findings, record.captures,
        ].map { Self.bounded($0) }
    }

    private static func bounded(_ texts: [String]) -> String {
        var result = ""
        for text in texts {
            guard result.utf8.count + text.utf8.count < searchedBytes else {
                let room = max(0, searchedBytes - result.utf8.count)
                return result + String(text.unicodeScalars.prefix(room / 4))
            }
            result += text + "\n"
        }
        return result
    }

    private func write(_ texts: [String], of number: Int, isNew: Bool) throws {
        if !isNew {
            try database.execute(
                sql: "DELETE FROM incident_text WHERE rowid = ?", arguments: [number])
        }
        try database.execute(
            sql: """
                INSERT INTO incident_text (rowid, words, targets, cases, findings, captures)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [number, texts[0], texts[1], texts[2], texts[3], texts[4]])
    }
}
