import Casebook
import GRDB
import Testing

@testable import CasebookStore

@Suite struct LedgerTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.file("casebook.db") }

    private func entry(_ cause: CaseID? = "case-1", fingerprint: String? = nil) -> LedgerEntry {
        LedgerEntry(
            time: 1_000, cause: cause, verified: true, fingerprint: fingerprint,
            evidence: [
                Evidence(id: "symptom-1", kind: .symptom, state: .present, source: "operator"),
                Evidence(
                    id: "capture.tcp.finding-1", kind: .finding, state: .absent,
                    source: "capture:a.pcap"),
            ])
    }

    @Test func `what was confirmed comes back in order, with its evidence`() throws {
        let store = try CasebookStore(location: .file(path))
        #expect(try store.ledger() == [])
        #expect(try store.confirm(entry(fingerprint: "web1")) == 1)
        #expect(try store.confirm(entry(nil)) == 2)
        var (first, second) = (entry(fingerprint: "web1"), entry(nil))
        (first.number, second.number) = (1, 2)
        #expect(try store.ledger() == [first, second])
        let again = try CasebookStore(location: .file(path))
        #expect(try again.ledger() == [first, second])
    }

    @Test func `a withdrawal adds a row, takes a number and happens once`() throws {
        let store = try CasebookStore(location: .file(path))
        _ = try store.confirm(entry())
        try store.withdraw(1, time: 2_000)
        #expect(try store.ledger().map(\.withdrawnAt) == [2_000])
        #expect(throws: StoreError.withdrawnAlready(number: 1)) {
            try store.withdraw(1, time: 3_000)
        }
        #expect(throws: StoreError.noSuchIncident(number: 2)) {
            try store.withdraw(2, time: 3_000)
        }
        #expect(try store.confirm(entry()) == 3)
    }

    @Test func `an index that is built again leaves the ledger as it is`() throws {
        let store = try CasebookStore(location: .file(path))
        _ = try store.confirm(entry())
        try store.rebuild(from: makeCasebook(mark: "a"))
        try store.rebuild(from: makeCasebook(3, mark: "b"))
        #expect(try store.ledger().map(\.cause) == ["case-1"])
    }

    @Test(arguments: [
        "UPDATE ledger SET cause = 'other'", "DELETE FROM ledger",
        "UPDATE ledger_evidence SET state = 'absent'", "DELETE FROM ledger_evidence",
    ])
    func `the database itself refuses to change what was recorded`(sql: String) throws {
        let store = try CasebookStore(location: .file(path))
        _ = try store.confirm(entry())
        let queue = try DatabaseQueue(path: path)
        #expect(throws: DatabaseError.self) { try queue.write { try $0.execute(sql: sql) } }
        #expect(try store.ledger().count == 1)
    }

    @Test func `a database of the first version gets a ledger and keeps its index`() throws {
        let casebook = makeCasebook()
        try folder.makeDatabase("casebook.db", casebook)
        let queue = try DatabaseQueue(path: path)
        try queue.write { database in
            try database.execute(
                sql: """
                    DROP TABLE ledger_evidence; DROP TABLE ledger;
                    DELETE FROM grdb_migrations WHERE identifier = 'incident-ledger';
                    PRAGMA user_version = 1
                    """)
        }
        try queue.close()
        let store = try CasebookStore(location: .file(path))
        #expect(store.casebook(hash: casebook.hash) == casebook)
        #expect(try store.confirm(entry()) == 1)
    }

    @Test func `without a file nothing is recorded, and that is said`() throws {
        let store = try CasebookStore(location: .inMemory)
        #expect(try store.ledger() == [])
        #expect(throws: StoreError.notKept) { _ = try store.confirm(entry()) }
        #expect(throws: StoreError.notKept) { try store.withdraw(1, time: 0) }
    }
}
