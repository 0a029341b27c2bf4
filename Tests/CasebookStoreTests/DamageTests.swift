import Casebook
import Foundation
import GRDB
import Testing

@testable import CasebookStore

@Suite struct DamageTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.file("casebook.db") }

    /// Opens, expects the old file aside with the bytes it had, and a new database that works.
    private func expectSetAside(_ bytes: [UInt8], as name: String = "casebook.db.corrupt-1") throws
    {
        let (store, notices) = CasebookStore.open(preferred: path)
        #expect(notices.count == 1)
        #expect(notices.first?.hasPrefix("The database \(path) is damaged (") == true)
        #expect(
            notices.first?.hasSuffix(
                "). It was set aside as \(folder.path)/\(name) and a new one was made from the case "
                    + "files. Confirmed incidents that it held are not in the new one; they are "
                    + "in the file that was set aside.") == true)
        #expect(store.location == .file(path))
        #expect(folder.bytes(name) == bytes)
        try store.rebuild(from: makeCasebook())
        #expect(store.casebook(hash: "hash-a") == makeCasebook())
    }

    @Test(arguments: [1, 15, 16, 17, 99, 100, 511, 512, 4_096, 100_000])
    func `garbage of any length is set aside and replaced`(count: Int) throws {
        let garbage = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) }
        folder.write("casebook.db", garbage)
        try expectSetAside(garbage)
    }

    @Test func `each damaged file gets a name of its own`() throws {
        for number in 1...3 {
            try? FileManager.default.removeItem(atPath: path)
            let garbage = Array(
                "This is no database, but number \(number). It is long enough.".utf8)
            folder.write("casebook.db", garbage)
            try expectSetAside(garbage, as: "casebook.db.corrupt-\(number)")
        }
    }

    @Test(arguments: [50, 100, 1_000, 4_096, 8_192, 20_000, 65_536])
    func `a database that was cut short is set aside and replaced`(count: Int) throws {
        try folder.makeDatabase()
        let whole = folder.bytes("casebook.db")
        try #require(whole.count > count)
        let cut = Array(whole[..<count])
        folder.write("casebook.db", cut)
        try expectSetAside(cut)
    }

    @Test func `the log and the shared memory of a damaged database go with it`() throws {
        let garbage = [UInt8](repeating: 0x5A, count: 5_000)
        for suffix in ["", "-wal", "-shm"] { folder.write("casebook.db" + suffix, garbage) }
        try expectSetAside(garbage)
        #expect(folder.bytes("casebook.db.corrupt-1-wal") == garbage)
        #expect(folder.names.contains("casebook.db.corrupt-1-shm"))
    }

    @Test func `damage inside is found when the index is used, and the index is built again`()
        throws
    {
        let casebook = makeCasebook(20)
        try folder.makeDatabase("casebook.db", casebook)
        let whole = folder.bytes("casebook.db")
        // Page after page is damaged, the schema's included.
        for page in 0..<(whole.count / 4_096) {
            for name in folder.names {
                try FileManager.default.removeItem(atPath: folder.file(name))
            }
            var bytes = whole
            for index in (page == 0 ? 100 : page * 4_096)..<(page + 1) * 4_096 {
                bytes[index] ^= 0xA5
            }
            folder.write("casebook.db", bytes)
            let (store, _) = CasebookStore.open(preferred: path)
            if store.casebook(hash: casebook.hash) == nil {
                try store.rebuild(from: casebook)
            }
            #expect(store.casebook(hash: casebook.hash) == casebook, "page \(page)")
            #expect(try store.search("body", limit: 50).count == 20, "page \(page)")
        }
    }

    @Test func `a changed byte in the stored model is noticed`() throws {
        try folder.makeDatabase()
        let queue = try DatabaseQueue(path: path)
        try queue.write { database in
            var model = try Data.fetchOne(database, sql: "SELECT model FROM casebook")!
            model[model.count / 2] ^= 1
            try database.execute(sql: "UPDATE casebook SET model = ?", arguments: [model])
        }
        try queue.close()
        let (store, notices) = CasebookStore.open(preferred: path)
        #expect(notices == [])
        #expect(store.casebook(hash: "hash-a") == nil)
        try store.rebuild(from: makeCasebook())
        #expect(store.casebook(hash: "hash-a") == makeCasebook())
    }

    @Test func `a database of a later Inquest is left as it is`() throws {
        try folder.makeDatabase()
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA user_version = 99") }
        try queue.close()
        let before = folder.bytes("casebook.db")
        let (store, notices) = CasebookStore.open(preferred: path)
        #expect(
            notices == [
                "The index is kept in memory for this run: \(path) was written by a later Inquest "
                    + "(schema 99) and was left alone."
            ])
        #expect(store.location == .inMemory)
        #expect(folder.bytes("casebook.db") == before)
        #expect(!folder.names.contains { $0.contains("corrupt") })
    }

    @Test func `a database of another program is left as it is`() throws {
        let queue = try DatabaseQueue(path: path)
        try queue.write { try $0.execute(sql: "CREATE TABLE bookmarks (url TEXT)") }
        try queue.close()
        let before = folder.bytes("casebook.db")
        let (store, notices) = CasebookStore.open(preferred: path)
        #expect(
            notices == [
                "The index is kept in memory for this run: \(path) is a database of another program "
                    + "and was left alone."
            ])
        #expect(store.location == .inMemory)
        #expect(folder.bytes("casebook.db") == before)
    }

    @Test func `a file that another process has replaced is not set aside`() throws {
        folder.write("casebook.db", [UInt8](repeating: 1, count: 1_000))
        let file = DatabaseFile(path: path)
        let seen = file.identity
        // Kept, so that the new file cannot get the same inode.
        try FileManager.default.moveItem(atPath: path, toPath: folder.file("kept"))
        try folder.makeDatabase()
        #expect(try file.setAside(seen: seen) == nil)
        #expect(!folder.names.contains { $0.contains("corrupt") })
    }
}
