import Casebook
import Foundation
import GRDB
import Testing

@testable import CasebookStore

@Suite struct OpeningTests {
    @Test func `missing folders are made, for the owner only`() throws {
        let folder = TemporaryFolder()
        let path = folder.file("share/inquest/casebook.db")
        let (store, notices) = CasebookStore.open(preferred: path)
        #expect(notices == [])
        #expect(store.location == .file(path))
        let modes = try ["share", "share/inquest", "share/inquest/casebook.db"].map { name in
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.file(name))
            return (attributes[.posixPermissions] as? NSNumber)?.intValue
        }
        #expect(modes == [0o700, 0o700, 0o600])
    }

    @Test func `an empty file becomes a database`() throws {
        let folder = TemporaryFolder()
        folder.write("casebook.db", [])
        let (store, notices) = CasebookStore.open(preferred: folder.file("casebook.db"))
        #expect(notices == [])
        try store.rebuild(from: makeCasebook())
        #expect(store.location == .file(folder.file("casebook.db")))
    }

    @Test func `a relative path and one without a folder work`() throws {
        let name = "inquest-\(UUID().uuidString).db"
        defer {
            for end in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: name + end)
            }
        }
        let (store, notices) = CasebookStore.open(preferred: name)
        #expect(notices == [])
        #expect(store.location == .file(name))
    }

    @Test func `without a place the index is kept in memory and works`() throws {
        let (store, notices) = CasebookStore.open(preferred: nil)
        #expect(notices == ["There is no home directory: the index is kept in memory."])
        try expectWorks(store)
    }

    @Test func `a folder in the place of the database is left alone`() throws {
        let folder = TemporaryFolder()
        let (store, notices) = CasebookStore.open(preferred: folder.path)
        #expect(
            notices == [
                "The index is kept in memory for this run: \(folder.path) is not a regular file."
            ])
        try expectWorks(store)
    }

    @Test(.timeLimit(.minutes(1)))
    func `a pipe in the place of the database is left alone`() throws {
        let folder = TemporaryFolder()
        mkfifo(folder.file("pipe"), 0o600)
        let (store, notices) = CasebookStore.open(preferred: folder.file("pipe"))
        #expect(notices.count == 1)
        #expect(notices.first?.hasSuffix("pipe is not a regular file.") == true)
        try expectWorks(store)
    }

    @Test(arguments: [
        "/proc/inquest/casebook.db", "/proc/version", "/dev/null", "/dev/null/a.db", "",
    ])
    func `a place where nothing can be written gives an index in memory`(path: String) throws {
        let (store, notices) = CasebookStore.open(preferred: path)
        #expect(notices.count == 1)
        #expect(notices.first?.hasPrefix("The index is kept in memory for this run: ") == true)
        try expectWorks(store)
    }

    @Test func `a full disk gives an index in memory, and the old one is whole`() throws {
        let folder = TemporaryFolder()
        let path = folder.file("casebook.db")
        try folder.makeDatabase("casebook.db", makeCasebook(2, mark: "old"))
        let limits = DatabaseFile.Limits(pages: 80)
        let store = try CasebookStore(location: .file(path), limits: limits)
        let large = makeCasebook(300, mark: "large")
        try store.rebuild(from: large)
        #expect(
            store.takeNotices() == [
                "The index is kept in memory for this run: no space is left for \(path)."
            ])
        #expect(store.casebook(hash: "hash-large") == large)
        #expect(try store.search("large", limit: 5).count == 5)
        let next = try CasebookStore(location: .file(path))
        #expect(next.casebook(hash: "hash-old") == makeCasebook(2, mark: "old"))
    }

    @Test func `a disk that is full from the start gives an index in memory`() {
        let folder = TemporaryFolder()
        #expect(throws: StoreError.full(path: folder.file("casebook.db"))) {
            try CasebookStore(
                location: .file(folder.file("casebook.db")), limits: DatabaseFile.Limits(pages: 2))
        }
    }

    private func expectWorks(_ store: CasebookStore) throws {
        #expect(store.location == .inMemory)
        #expect(store.casebook(hash: "library") == nil)
        try store.rebuild(from: library)
        #expect(store.casebook(hash: "library") == library)
        #expect(try store.search("loss").count == 2)
        #expect(store.takeNotices() == [])
    }
}

@Suite struct DatabaseLocationTests {
    private func path(_ explicit: String?, _ environment: [String: String]) -> String? {
        DatabaseLocation.path(explicit: explicit, environment: environment)
    }

    @Test func `the flag wins over the environment, that over XDG, that over the home`() {
        let all = ["INQUEST_DATABASE": "e.db", "XDG_DATA_HOME": "/x", "HOME": "/h"]
        #expect(path("f.db", all) == "f.db")
        #expect(path(nil, all) == "e.db")
        #expect(path(nil, ["XDG_DATA_HOME": "/x", "HOME": "/h"]) == "/x/inquest/casebook.db")
        #expect(path(nil, ["HOME": "/h"]) == "/h/.local/share/inquest/casebook.db")
    }

    @Test func `empty and relative values do not count, and nothing is no place`() {
        #expect(path("", ["INQUEST_DATABASE": "", "XDG_DATA_HOME": "x", "HOME": ""]) == nil)
        #expect(path(nil, [:]) == nil)
    }
}
