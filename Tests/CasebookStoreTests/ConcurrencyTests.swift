import Casebook
import Foundation
import GRDB
import Testing

@testable import CasebookStore

@Suite struct ConcurrencyTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.file("casebook.db") }

    @Test func `what another connection has not committed is not seen`() throws {
        try folder.makeDatabase("casebook.db", makeCasebook(5, mark: "old"))
        let writer = try DatabaseQueue(path: path)
        let reader = try CasebookStore(location: .file(path))
        try writer.writeWithoutTransaction { database in
            try database.inTransaction(.immediate) {
                try IndexWriter(database: database, casebook: makeCasebook(9, mark: "new"))
                    .write(roots: [], faults: [])
                #expect(reader.casebook(hash: "hash-old") == makeCasebook(5, mark: "old"))
                #expect(try reader.search("old").count == 5)
                return .rollback
            }
        }
        #expect(reader.casebook(hash: "hash-old") == makeCasebook(5, mark: "old"))
        #expect(reader.casebook(hash: "hash-new") == nil)
    }

    @Test func `a process that dies in the middle of a rebuild leaves the old casebook`() throws {
        try folder.makeDatabase("casebook.db", makeCasebook(5, mark: "old"))
        let writer = try DatabaseQueue(path: path)
        try writer.writeWithoutTransaction { database in
            // A small cache, so that pages of the open transaction are written to the log.
            try database.execute(sql: "PRAGMA cache_size = 10; PRAGMA cache_spill = 5")
            try database.inTransaction(.immediate) {
                try IndexWriter(database: database, casebook: makeCasebook(200, mark: "new"))
                    .write(roots: [], faults: [])
                // What lies on the disk now is what a killed process leaves.
                for suffix in ["", "-wal"] {
                    folder.write("killed.db" + suffix, folder.bytes("casebook.db" + suffix))
                }
                return .rollback
            }
        }
        #expect(folder.bytes("killed.db-wal").count > 100_000, "the log holds half a rebuild")
        let (store, notices) = CasebookStore.open(preferred: folder.file("killed.db"))
        #expect(notices == [])
        #expect(store.casebook(hash: "hash-old") == makeCasebook(5, mark: "old"))
        #expect(store.casebook(hash: "hash-new") == nil)
        #expect(try store.search("old").count == 5)
    }

    @Test(.timeLimit(.minutes(2)))
    func `readers see one casebook or the other while two writers take turns`() async throws {
        let (one, two) = (makeCasebook(8, mark: "one"), makeCasebook(12, mark: "two"))
        try folder.makeDatabase("casebook.db", one)
        let path = path
        try await withThrowingTaskGroup(of: Void.self) { group in
            for casebook in [one, two] {
                group.addTask {
                    let store = try CasebookStore(location: .file(path))
                    for _ in 0..<15 { try store.rebuild(from: casebook) }
                    #expect(store.takeNotices() == [])
                }
            }
            for _ in 0..<2 {
                group.addTask {
                    let store = try CasebookStore(location: .file(path))
                    for _ in 0..<60 {
                        let found = [one, two].map { store.casebook(hash: $0.hash) }
                        #expect(found[0] == nil || found[0] == one)
                        #expect(found[1] == nil || found[1] == two)
                    }
                }
            }
            try await group.waitForAll()
        }
        let queue = try DatabaseQueue(path: path)
        let check = try await queue.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") }
        #expect(check == "ok")
    }

    @Test(.timeLimit(.minutes(2)))
    func `processes that make the database at the same time all get it`() async throws {
        for round in 0..<5 {
            let path = folder.file("round-\(round)/casebook.db")
            try await withThrowingTaskGroup(of: CasebookStore.Location.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        let (store, notices) = CasebookStore.open(preferred: path)
                        #expect(notices == [])
                        try store.rebuild(from: makeCasebook(2))
                        return store.location
                    }
                }
                for try await location in group { #expect(location == .file(path)) }
            }
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `processes that find the same damaged file set it aside once`() async throws {
        for round in 0..<5 {
            let name = "damaged-\(round).db"
            folder.write(name, [UInt8](repeating: 0x33, count: 3_000))
            let path = folder.file(name)
            let notices = await withTaskGroup(of: [String].self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        let (store, notices) = CasebookStore.open(preferred: path)
                        #expect(store.location == .file(path))
                        return notices
                    }
                }
                return await group.reduce(into: []) { $0 += $1 }
            }
            #expect(notices.count == 1)
            #expect(
                folder.names.filter {
                    $0.hasPrefix("\(name).corrupt") && !$0.hasSuffix("wal") && !$0.hasSuffix("shm")
                }.count == 1)
        }
    }

    @Test func `a database that stays locked gives an index in memory`() throws {
        try folder.makeDatabase("casebook.db", makeCasebook(2, mark: "old"))
        let store = try CasebookStore(
            location: .file(path), limits: DatabaseFile.Limits(busySeconds: 0.2))
        let writer = try DatabaseQueue(path: path)
        try writer.writeWithoutTransaction { database in
            try database.inTransaction(.immediate) {
                try store.rebuild(from: library)
                return .rollback
            }
        }
        #expect(
            store.takeNotices() == [
                "The index is kept in memory for this run: \(path) is in use by another process."
            ])
        #expect(store.casebook(hash: "library") == library)
        #expect(try store.search("loss").count == 2)
    }
}
