import Casebook
import GRDB
import Testing

@testable import CasebookStore

@Suite struct DatabaseCareTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.file("casebook.db") }

    private func fill() throws -> CasebookStore {
        let store = try CasebookStore(location: .file(path))
        try store.rebuild(from: makeCasebook(20))
        for number in 1...50 { _ = try store.keep(makeIncident(number), after: nil) }
        return store
    }

    @Test func `a sound database is called so, with what it holds`() throws {
        let store = try fill()
        _ = try store.resolve(makeIncident(1).id, as: makeResolution(makeIncident(1)))
        let health = try DatabaseCare.check(path)
        #expect(health.faults == [])
        #expect([health.cases, health.incidents, health.ledgerEntries] == [20, 50, 1])
        #expect(health.schema == Schema.version)
    }

    @Test func `damage in a page is found, whatever SQLite makes of it`() throws {
        do { _ = try fill() }
        let raw = try DatabaseQueue(path: path)
        try raw.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        let root = try raw.read {
            try Int.fetchOne(
                $0, sql: "SELECT rootpage FROM sqlite_schema WHERE name = 'incidents_by_time'")
        }
        try raw.close()
        var bytes = folder.bytes("casebook.db")
        let page = try #require(root)
        for index in (page - 1) * 4096..<(page - 1) * 4096 + 400 { bytes[index] ^= 0x5A }
        folder.write("casebook.db", bytes)
        let health = try DatabaseCare.check(path)
        #expect(!health.faults.isEmpty)
        #expect(folder.bytes("casebook.db") == bytes)
    }

    @Test func `an incident without its contents is damage, too`() throws {
        do { _ = try fill() }
        let raw = try DatabaseQueue(path: path)
        try raw.write { try $0.execute(sql: "DELETE FROM incident_documents WHERE number < 3") }
        #expect(
            try DatabaseCare.check(path).faults == ["the contents of 2 incidents are missing"])
    }

    @Test func `what is no database of ours is not called sound`() throws {
        #expect(throws: StoreError.noFile(path: path)) { _ = try DatabaseCare.check(path) }
        folder.write("casebook.db", Array("no database".utf8))
        #expect(throws: StoreError.self) { _ = try DatabaseCare.check(path) }
        let other = try DatabaseQueue(path: folder.file("other.db"))
        try other.write { try $0.execute(sql: "CREATE TABLE t (a); PRAGMA application_id = 7") }
        #expect(throws: StoreError.foreign(path: folder.file("other.db"))) {
            _ = try DatabaseCare.check(folder.file("other.db"))
        }
    }

    @Test func `a backup made while somebody writes is a sound database of one moment`()
        async throws
    {
        let store = try fill()
        let target = folder.file("backup.db")
        let (path, copies) = (path, 5)
        let folder = folder
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for number in 100..<160 { _ = try store.keep(makeIncident(number), after: nil) }
            }
            group.addTask {
                for copy in 0..<copies {
                    _ = try DatabaseCare.backUp(path, to: folder.file("copy-\(copy).db"))
                }
            }
            try await group.waitForAll()
        }
        _ = try DatabaseCare.backUp(path, to: target)
        for name in (0..<copies).map({ "copy-\($0).db" }) {
            let health = try DatabaseCare.check(folder.file(name))
            #expect(health.faults == [])
            #expect((50...110).contains(health.incidents))
        }
        let copy = try CasebookStore(location: .file(target))
        #expect(try copy.incidents(IncidentFilter(limit: 999)).list.count == 110)
        #expect(folder.names.allSatisfy { !$0.contains("partial") })
    }

    @Test func `a backup never writes over anything`() throws {
        _ = try fill()
        folder.write("mine", [1, 2, 3])
        #expect(throws: StoreError.exists(path: folder.file("mine"))) {
            _ = try DatabaseCare.backUp(path, to: folder.file("mine"))
        }
        #expect(folder.bytes("mine") == [1, 2, 3])
        #expect(throws: StoreError.self) {
            _ = try DatabaseCare.backUp(path, to: folder.file("nowhere/b.db"))
        }
        #expect(throws: StoreError.noFile(path: folder.file("none.db"))) {
            _ = try DatabaseCare.backUp(folder.file("none.db"), to: folder.file("b.db"))
        }
        #expect(!folder.names.contains("b.db"))
    }
}
