internal import Casebook
internal import Foundation
internal import GRDB

/// Fills the index from a casebook, inside the caller's transaction.
struct IndexWriter {
    let database: Database
    let casebook: Casebook

    func write(roots: [String], faults: [String]) throws {
        for table in Schema.tables { try database.execute(sql: "DELETE FROM \(table)") }
        try writeFacts()
        for (number, value) in zip(1..., casebook.cases) {
            try write(value, number: number)
            try writeText(of: value, number: number)
        }
        // What was deleted is still in the words' trees, which lie in several pieces: a search of
        // 10,000 cases took a third longer.
        for table in ["case_text", "case_grams"] {
            try database.execute(sql: "INSERT INTO \(table) (\(table)) VALUES ('optimize')")
        }
        let insertFault = try database.cachedStatement(sql: "INSERT INTO faults (fault) VALUES (?)")
        for fault in faults { try insertFault.execute(arguments: [fault]) }
        let model = CasebookBytes.encode(casebook)
        try database.execute(
            sql: """
                INSERT INTO casebook (id, hash, roots, encoding, checksum, model)
                VALUES (1, ?, ?, ?, ?, ?)
                """,
            arguments: [
                casebook.hash, roots.joined(separator: "\n"), CasebookBytes.version,
                Int64(bitPattern: checksum(model)), Data(model),
            ])
    }

    private func writeFacts() throws {
        let insert = try database.makeStatement(
            sql: "INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        for (position, value) in casebook.symptoms.enumerated() {
            try insert.execute(arguments: [
                value.id, "symptom", position, value.question, nil, nil, nil, nil, value.group, nil,
            ])
        }
        for (position, value) in casebook.findings.enumerated() {
            try insert.execute(arguments: [
                value.id, "finding", position, value.definition, value.unit,
                value.effect.rawValue, value.establishedBy, value.byHand, value.group, value.tier,
            ])
        }
    }

    private func write(_ value: Case, number: Int) throws {
        try database.cachedStatement(
            sql: """
                INSERT INTO cases (number, id, title, family, status, base_rate, folder, replays)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            number, value.id, value.title, value.family, value.status.rawValue,
            value.baseRate.rawValue,
            value.folder, value.replays.count,
        ])
        let fact = try database.cachedStatement(sql: "INSERT INTO case_facts VALUES (?, ?, ?, ?)")
        for (position, listing) in (value.symptoms + value.findings).enumerated() {
            try fact.execute(arguments: [
                value.id, listing.fact, listing.frequency.rawValue, position,
            ])
        }
        let source = try database.cachedStatement(
            sql: "INSERT INTO case_sources VALUES (?, ?, ?, ?, ?, ?)")
        for (position, row) in value.sources.enumerated() {
            try source.execute(arguments: [
                value.id, position, row.title, row.publisher, row.url, row.kind.rawValue,
            ])
        }
        let rival = try database.cachedStatement(sql: "INSERT INTO case_rivals VALUES (?, ?, ?)")
        for row in value.decision.rivals {
            try rival.execute(arguments: [value.id, row.id, row.shows])
        }
        let replay = try database.cachedStatement(
            sql: "INSERT OR IGNORE INTO case_replays VALUES (?, ?, ?)")
        for row in value.replays {
            try replay.execute(arguments: [value.id, row.file, row.expect.rawValue])
        }
    }

    private func writeText(of value: Case, number: Int) throws {
        let questions = value.symptoms.compactMap { casebook[symptom: $0.fact]?.question }
            .joined(separator: "\n")
        let body = value.sections.map(\.text).joined(separator: "\n")
        let ids = ([value.id] + (value.symptoms + value.findings).map(\.fact))
            .joined(separator: "\n")
        try database.cachedStatement(
            sql: "INSERT INTO case_text (rowid, title, symptoms, body, ids) VALUES (?, ?, ?, ?, ?)"
        ).execute(arguments: [number, value.title, questions, body, ids])
        try database.cachedStatement(
            sql: "INSERT INTO case_grams (rowid, title, symptoms) VALUES (?, ?, ?)"
        ).execute(arguments: [number, value.title, questions])
    }
}
