import Casebook
import CasebookStore
import GRDB
import Testing

@Suite struct IndexTests {
    @Test func `what was stored is what is loaded, in this process and the next`() throws {
        let folder = TemporaryFolder()
        let casebook = makeCasebook(30)
        do {
            let store = try CasebookStore(location: .file(folder.file("casebook.db")))
            #expect(store.casebook(hash: casebook.hash) == nil)
            try store.rebuild(from: casebook, faults: ["a: b"])
            #expect(store.casebook(hash: casebook.hash) == casebook)
        }
        let store = try CasebookStore(location: .file(folder.file("casebook.db")))
        #expect(store.casebook(hash: casebook.hash) == casebook)
        #expect(store.faults == ["a: b"])
        #expect(store.takeNotices() == [])
    }

    @Test func `an index of other files is no index`() throws {
        let folder = TemporaryFolder()
        try folder.makeDatabase()
        let store = try CasebookStore(location: .file(folder.file("casebook.db")))
        #expect(store.casebook(hash: "another") == nil)
    }

    @Test func `a second rebuild replaces the first one whole`() throws {
        let store = try CasebookStore(location: .inMemory)
        try store.rebuild(from: makeCasebook(9, mark: "old"))
        try store.rebuild(from: makeCasebook(2, mark: "new"))
        #expect(store.casebook(hash: "hash-old") == nil)
        #expect(store.casebook(hash: "hash-new")?.cases.count == 2)
        #expect(try store.search("old") == [])
        #expect(try store.search("new").count == 2)
    }

    @Test func `cases of a casebook that has moved get their new folders`() throws {
        let folder = TemporaryFolder()
        let casebook = makeCasebook()
        let store = try CasebookStore(location: .file(folder.file("casebook.db")))
        try store.rebuild(from: casebook, roots: ["/casebook"])
        let moved = try #require(store.casebook(hash: casebook.hash, roots: ["../book"]))
        #expect(moved[case: "case-1"]?.folder == "../book/tls/case-1")
        #expect(store.casebook(hash: casebook.hash, roots: ["/casebook"]) == casebook)
    }

    @Test func `an empty casebook is stored too`() throws {
        let folder = TemporaryFolder()
        let empty = Casebook(cases: [], symptoms: [], findings: [], hash: "empty")
        try folder.makeDatabase("casebook.db", empty)
        let store = try CasebookStore(location: .file(folder.file("casebook.db")))
        #expect(store.casebook(hash: "empty") == empty)
    }

    @Test func `the tables say what the model says`() throws {
        let folder = TemporaryFolder()
        try folder.makeDatabase()
        let queue = try DatabaseQueue(path: folder.file("casebook.db"))
        try queue.read { database in
            let count = { (table: String) in
                try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table)")
            }
            #expect(try count("cases") == 6)
            #expect(try count("facts") == 26)
            #expect(try count("case_facts") == 18)
            #expect(try count("case_sources") == 6)
            #expect(try count("case_rivals") == 4)
            #expect(try count("case_replays") == 6)
            #expect(try count("case_text") == 6)
            #expect(try count("case_grams") == 6)
            #expect(try String.fetchOne(database, sql: "PRAGMA journal_mode") == "wal")
            let loose = try Int.fetchOne(
                database,
                sql: """
                    SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%STRICT%'
                    AND name NOT LIKE 'case\\_text%' ESCAPE '\\'
                    AND name NOT LIKE 'case\\_grams%' ESCAPE '\\' AND name <> 'grdb_migrations'
                    AND name NOT LIKE 'incident\\_text%' ESCAPE '\\'
                    """)
            #expect(loose == 0)
            #expect(try Row.fetchAll(database, sql: "PRAGMA foreign_key_check").isEmpty)
            #expect(try String.fetchOne(database, sql: "PRAGMA integrity_check") == "ok")
        }
    }

    @Test func `a case may list a fact once and only a fact that exists`() throws {
        let folder = TemporaryFolder()
        try folder.makeDatabase()
        let queue = try DatabaseQueue(path: folder.file("casebook.db"))
        for fact in ["capture.tcp.finding-1", "unknown"] {
            #expect(throws: DatabaseError.self) {
                try queue.write { database in
                    try database.execute(
                        sql: "INSERT INTO case_facts VALUES ('case-1', ?, 'always', 9)",
                        arguments: [fact])
                }
            }
        }
    }

    @Test func `a text in a number's column is refused`() throws {
        let folder = TemporaryFolder()
        try folder.makeDatabase()
        let queue = try DatabaseQueue(path: folder.file("casebook.db"))
        #expect(throws: DatabaseError.self) {
            try queue.write { try $0.execute(sql: "UPDATE facts SET tier = 'first'") }
        }
    }
}
