import Casebook
import GRDB
import Testing

@testable import CasebookStore

/// Databases as earlier versions left them, opened by this one.
@Suite struct MigrationTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.file("casebook.db") }
    private static let earlier = Array(Schema.migrator.migrations.dropLast())

    /// What a version had written, by its number: the tables that it knew.
    private func fill(_ version: Int, _ queue: DatabaseQueue) throws {
        try queue.write { database in
            // What is written today has a column more.
            if version < 5 { try database.execute(sql: Schema.caseList) }
            try IndexWriter(database: database, casebook: makeCasebook(4))
                .write(roots: [], faults: ["a fault"])
            if version < 5 {
                try database.execute(sql: "ALTER TABLE cases DROP COLUMN replays")
            }
            if version >= 2 {
                for cause in ["case-1", "case-2"] {
                    _ = try CasebookStore.confirm(
                        LedgerEntry(
                            time: 1_000, cause: cause, verified: true,
                            evidence: [fact("symptom-1"), fact("symptom-2", .absent)]),
                        in: database)
                }
                try database.execute(
                    sql: """
                        INSERT INTO ledger (kind, time, verified, withdraws)
                        VALUES ('withdrawn', 2000, 0, 2)
                        """)
            }
            if version >= 3 {
                let kept = makeIncident(7)
                _ = try IncidentWriter(database: database).keep(kept, after: nil)
                try database.execute(
                    sql: "UPDATE incidents SET ledger = 1, resolved = 1000 WHERE id = ?",
                    arguments: [kept.id])
            }
        }
    }

    @Test(arguments: Array(earlier.enumerated().map { ($0.offset + 1, $0.element) }))
    func `a database of every earlier schema is brought up to date with all it holds`(
        version: Int, migration: String
    ) throws {
        do {
            let queue = try DatabaseQueue(path: path)
            try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
            try Schema.migrator.migrate(queue, upTo: migration)
            #expect(try queue.read { try Int.fetchOne($0, sql: "PRAGMA user_version") } == version)
            try fill(version, queue)
            try queue.close()
        }
        let store = try CasebookStore(location: .file(path))
        #expect(store.casebook(hash: "hash-a")?.cases.count == 4)
        #expect(store.faults == ["a fault"])
        #expect(try store.search("Case").count == 4)
        #expect(try store.ledger().map(\.withdrawnAt) == (version >= 2 ? [nil, 2_000] : []))
        #expect(try store.bareLedgerEntries(limit: 9).count == [0, 0, 2, 1, 1][version])
        #expect(try store.incidentCounts().resolved == (version >= 3 ? 1 : 0))
        // And all that this version adds works in it.
        let record = makeIncident(1)
        _ = try store.keep(record, after: nil)
        _ = try store.resolve(record.id, as: makeResolution(record))
        #expect(try store.incidents(IncidentFilter(search: "logins", limit: 1)).list.count == 1)
        let health = try DatabaseCare.check(path)
        #expect(health.faults == [])
        #expect(health.schema == Schema.version)
    }

    @Test func `every schema was tried, and the last one is this one`() {
        #expect(Self.earlier.count == Schema.version - 1)
        #expect(Schema.migrator.migrations.count == Schema.version)
    }

    /// What a released migration makes is never edited: whoever does it breaks this.
    @Test func `the schemas of earlier versions are what they were`() throws {
        let known = [
            "casebook-index": "87414be5047f6ed", "incident-ledger": "3ed95ee4fcdf1a60",
            "incidents": "ec4a893796d8133b", "fast-start": "4e425a2d69213f9a",
        ]
        for name in Self.earlier {
            let queue = try DatabaseQueue()
            try Schema.migrator.migrate(queue, upTo: name)
            let texts = try queue.read {
                try String.fetchAll(
                    $0,
                    sql: """
                        SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL
                        AND name NOT LIKE 'case\\_text\\_%' ESCAPE '\\'
                        AND name NOT LIKE 'case\\_grams\\_%' ESCAPE '\\'
                        AND name NOT LIKE 'incident\\_text\\_%' ESCAPE '\\' ORDER BY name
                        """)
            }
            let sum = String(checksum(Array(texts.joined(separator: "\n").utf8)), radix: 16)
            #expect(sum == known[name], "\(name)")
        }
    }

    @Test func `two processes that migrate at once both go on`() async throws {
        do {
            let queue = try DatabaseQueue(path: path)
            try Schema.migrator.migrate(queue, upTo: Self.earlier[0])
            try queue.close()
        }
        let path = path
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...4 {
                group.addTask {
                    let store = try CasebookStore(location: .file(path))
                    _ = try store.keep(makeIncident(number), after: nil)
                }
            }
            try await group.waitForAll()
        }
        let store = try CasebookStore(location: .file(path))
        #expect(try store.incidents(IncidentFilter(limit: 9)).list.count == 4)
    }
}
