import Casebook
import GRDB
import Testing

@testable import CasebookStore

@Suite struct IncidentStoreTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.file("casebook.db") }

    private func store() throws -> CasebookStore { try CasebookStore(location: .file(path)) }

    @Test func `what was kept comes back whole, and the newest state is the one`() throws {
        let store = try store()
        var record = makeIncident(1)
        #expect(try store.keep(record, after: nil) == 1)
        record.updated += 5
        record.document = Array("later".utf8)
        record.evidence.append(fact("symptom-9", .absent))
        #expect(try store.keep(record, after: 1) == 2)
        let found = try #require(try self.store().document(of: record.id))
        #expect(found.bytes == Array("later".utf8))
        #expect(found.revision == 2)
        let list = try store.incidents(IncidentFilter(limit: 9)).list
        #expect(list.map(\.id) == [record.id])
        #expect(list[0].facts == 3)
        #expect(list[0].updated == record.updated)
        #expect(list[0].resolved == nil)
    }

    @Test func `one that is resolved from the beginning is kept with its outcome, or not at all`()
        throws
    {
        let store = try store()
        let record = makeIncident(1)
        let number = try store.keep(record, resolvedAs: makeResolution(record))
        #expect(try store.incident(named: record.id).outcome?.number == number)
        #expect(throws: StoreError.changedMeanwhile(id: record.id)) {
            _ = try store.keep(record, resolvedAs: makeResolution(record))
        }
        #expect(try store.ledgerCount() == 1)
        // A ledger that takes nothing: then there is no open incident that nobody began.
        let other = makeIncident(2)
        let database = try DatabaseQueue(path: path)
        try database.write {
            try $0.execute(
                sql: """
                    CREATE TRIGGER full BEFORE INSERT ON outcomes
                    BEGIN SELECT RAISE(ABORT, 'no room'); END
                    """)
        }
        #expect(throws: StoreError.self) {
            _ = try store.keep(other, resolvedAs: makeResolution(other))
        }
        #expect(try store.incidents(IncidentFilter(limit: 9)).list.count == 1)
        #expect(try store.ledgerCount() == 1)
    }

    @Test func `who did not read the latest state cannot write over it`() throws {
        let store = try store()
        let record = makeIncident(1)
        _ = try store.keep(record, after: nil)
        #expect(throws: StoreError.changedMeanwhile(id: record.id)) {
            _ = try store.keep(record, after: nil)
        }
        _ = try self.store().keep(record, after: 1)
        #expect(throws: StoreError.changedMeanwhile(id: record.id)) {
            _ = try store.keep(record, after: 1)
        }
    }

    @Test func `found by id, by its beginning, as the last one and by number`() throws {
        let store = try store()
        for number in 1...3 { _ = try store.keep(makeIncident(number), after: nil) }
        let second = makeIncident(2)
        let number = try store.resolve(second.id, as: makeResolution(second))
        #expect(try store.incident(named: second.id).id == second.id)
        #expect(try store.incident(named: String(second.id.prefix(8))).id == second.id)
        #expect(try store.incident(named: "last").id == makeIncident(3).id)
        #expect(try store.incident(named: "\(number)").id == second.id)
        #expect(throws: StoreError.self) { _ = try store.incident(named: "0000") }
        for name in ["", "x", "%", "'", "9", String(repeating: "a", count: 99)] {
            #expect(throws: StoreError.noSuchRecord(name: name)) {
                _ = try store.incident(named: name)
            }
        }
    }

    @Test func `a search finds words of people, targets, cases, findings and captures`() throws {
        let store = try store()
        for number in 1...3 { _ = try store.keep(makeIncident(number), after: nil) }
        func found(_ words: String, _ state: IncidentFilter.State = .all) throws -> [String] {
            try store.incidents(IncidentFilter(state: state, search: words, limit: 9)).list
                .map { String($0.id.prefix(8)) }
        }
        #expect(try found("logins") == ["00000003", "00000002", "00000001"])
        #expect(try found("web2") == ["00000002"])
        #expect(try found("Case 3 of") == ["00000003"])
        #expect(try found("finding-1") == ["00000001"])
        #expect(try found("client2.pcap hang") == ["00000002"])
        #expect(try found("web2 web3") == [])
        #expect(try found("\" OR * ) NEAR(") == [])
        _ = try store.resolve(makeIncident(2).id, as: makeResolution(makeIncident(2)))
        #expect(try found("logins", .open) == ["00000003", "00000001"])
        #expect(try found("logins", .resolved) == ["00000002"])
        // What is not said any more is not found any more.
        var changed = makeIncident(1)
        changed.said = ["all is well"]
        _ = try store.keep(changed, after: 1)
        #expect(try found("logins", .open) == ["00000003"])
        #expect(try found("well") == ["00000001"])
    }

    @Test func `a list is as long as was asked for, and says that there is more`() throws {
        let store = try store()
        for number in 1...5 { _ = try store.keep(makeIncident(number), after: nil) }
        let (list, more) = try store.incidents(IncidentFilter(limit: 3))
        #expect(list.map(\.updated) == [5_000, 4_000, 3_000])
        #expect(more)
        #expect(try !store.incidents(IncidentFilter(limit: 5)).more)
        #expect(try store.incidents(IncidentFilter(search: "logins", limit: 2)).more)
    }

    @Test func `resolved, it is in the ledger; withdrawn, it is open again`() throws {
        let store = try store()
        let record = makeIncident(1)
        _ = try store.keep(record, after: nil)
        let number = try store.resolve(record.id, as: makeResolution(record))
        #expect(try store.ledger().map(\.number) == [number])
        #expect(throws: StoreError.resolvedAlready(id: record.id, number: number)) {
            _ = try store.resolve(record.id, as: makeResolution(record))
        }
        var summary = try store.incident(named: record.id)
        #expect(summary.resolved == 9_000)
        #expect(summary.outcome?.fixedBy == "restart")
        #expect(summary.outcome?.secondsToDiagnose == 60)
        // Going on with it changes nothing of that.
        _ = try store.keep(record, after: summary.revision)
        #expect(try store.incident(named: record.id).resolved == 9_000)
        try store.withdraw(number, time: 9_500)
        summary = try store.incident(named: record.id)
        #expect(summary.resolved == nil)
        #expect(summary.outcome?.withdrawnAt == 9_500)
        #expect(try store.resolve(record.id, as: makeResolution(record)) == number + 2)
    }

    @Test(arguments: [false, true])
    func `deleted, nothing of it is found, and what was learned follows the wish`(
        keeps: Bool
    ) throws {
        let store = try store()
        var record = makeIncident(1)
        record.said = ["zyzzyva"]
        record.document = Array("zyzzyva".utf8)
        _ = try store.keep(record, after: nil)
        _ = try store.resolve(record.id, as: makeResolution(record, fixedBy: "zyzzyva"))
        try store.delete(record.id, keepsLearned: keeps, time: 9_500)
        #expect(throws: StoreError.self) { _ = try store.incident(named: record.id) }
        #expect(try store.incidents(IncidentFilter(search: "zyzzyva", limit: 9)).list == [])
        #expect(
            try store.similar(
                to: record.evidence, except: nil, onlyResolved: false, limit: 9) == [])
        #expect(try store.ledger().map(\.withdrawnAt) == [keeps ? nil : 9_500])
        #expect(try store.bareLedgerEntries(limit: 9).map(\.number) == [1])
        let raw = try DatabaseQueue(path: path)
        let left = try raw.read { database in
            try [
                "incident_documents", "incident_facts", "incidents",
            ].map { try Int.fetchOne(database, sql: "SELECT count(*) FROM \($0)") ?? -1 }
        }
        #expect(left == [0, 0, 0])
        try raw.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        #expect(!String(decoding: folder.bytes("casebook.db"), as: UTF8.self).contains("zyzzyva"))
    }

    @Test func `incidents of the same kind are like each other, rare facts before common ones`()
        throws
    {
        let store = try store()
        let common = fact("symptom-0")
        for number in 1...30 {
            var record = makeIncident(number)
            record.evidence = [common, fact("symptom-\(number % 5 + 1)")]
            if number == 7 { record.evidence += [fact("rare-1"), fact("rare-2")] }
            _ = try store.keep(record, after: nil)
        }
        let seen = [common, fact("rare-1"), fact("rare-2"), fact("symptom-3")]
        let best = try store.similar(to: seen, except: nil, onlyResolved: false, limit: 3)
        #expect(best.first?.incident.id == makeIncident(7).id)
        #expect(best.first?.shared == ["rare-1", "rare-2", "symptom-3", "symptom-0"])
        #expect(best.first?.score == 1)
        #expect((best.dropFirst().first?.score ?? 1) < 0.5)
        // The one at hand is no memory of itself, and an open one tells no outcome.
        let id = makeIncident(7).id
        #expect(
            try store.similar(to: seen, except: id, onlyResolved: false, limit: 9)
                .allSatisfy { $0.incident.id != id })
        #expect(try store.similar(to: seen, except: nil, onlyResolved: true, limit: 9) == [])
        _ = try store.resolve(id, as: makeResolution(makeIncident(7)))
        #expect(
            try store.similar(to: seen, except: nil, onlyResolved: true, limit: 9)
                .map(\.incident.id) == [id])
        // What contradicts makes them less alike.
        let other = seen.dropLast(2) + [fact("rare-2", .absent)]
        let less = try store.similar(to: Array(other), except: nil, onlyResolved: true, limit: 9)
        #expect((less.first?.score ?? 0) < 0.7)
    }

    @Test func `a full disk takes nothing and harms nothing`() throws {
        let full = try CasebookStore(
            location: .file(path), limits: DatabaseFile.Limits(pages: 120))
        var kept = 0
        var fault: StoreError?
        while fault == nil, kept < 5_000 {
            do {
                _ = try full.keep(makeIncident(kept + 1), after: nil)
                kept += 1
            } catch {
                fault = error
            }
        }
        #expect(fault == .full(path: path))
        #expect(kept > 3)
        #expect(try full.incidents(IncidentFilter(limit: 9_999)).list.count == kept)
        #expect(try full.document(of: makeIncident(kept).id) != nil)
        #expect(try full.document(of: makeIncident(kept + 1).id) == nil)
        #expect(try DatabaseCare.check(path).faults == [])
        // With room again it goes on.
        _ = try store().keep(makeIncident(kept + 1), after: nil)
        #expect(try full.document(of: makeIncident(kept + 1).id) != nil)
    }

    @Test func `two processes' worth of writers lose nothing`() async throws {
        let path = path
        _ = try store()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    let store = try CasebookStore(location: .file(path))
                    for number in 0..<25 {
                        _ = try store.keep(makeIncident(writer * 100 + number + 1), after: nil)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try store().incidents(IncidentFilter(limit: 200)).list.count == 100)
    }

    @Test func `an incident of another machine is taken in once, and its newer state again`()
        throws
    {
        let store = try store()
        var record = makeIncident(1)
        let arrival = IncidentArrival(record: record, resolution: makeResolution(record))
        #expect(try store.take([arrival], dryRun: true) == [.new])
        #expect(try store.incidents(IncidentFilter(limit: 9)).list == [])
        #expect(try store.take([arrival], dryRun: false) == [.new])
        #expect(try store.take([arrival], dryRun: false) == [.known])
        #expect(try store.ledger().count == 1)
        record.updated += 1
        record.document = Array("newer".utf8)
        #expect(try store.take([IncidentArrival(record: record)], dryRun: false) == [.updated])
        #expect(try store.document(of: record.id)?.bytes == Array("newer".utf8))
        #expect(try store.incident(named: record.id).resolved == 9_000)
        #expect(try store.take([arrival], dryRun: false) == [.known])
        #expect(try store.document(of: record.id)?.bytes == Array("newer".utf8))
    }

    @Test func `all are taken in or none`() throws {
        let store = try store()
        // The same id twice, both said to be new: the second is seen to be here already.
        let arrivals = [1, 2, 1].map { IncidentArrival(record: makeIncident($0)) }
        #expect(try store.take(arrivals, dryRun: false) == [.new, .new, .known])
        #expect(try store.incidents(IncidentFilter(limit: 9)).list.count == 2)
    }
}

func fact(_ id: FactID, _ state: FactState = .present) -> Evidence {
    Evidence(
        id: id, kind: id.contains(".") ? .finding : .symptom, state: state, source: "operator")
}

func makeIncident(_ number: Int) -> IncidentRecord {
    let digits = String(number)
    let head = String(repeating: "0", count: 8 - digits.count) + digits
    return IncidentRecord(
        id: "\(head)-0000-7000-8000-000000000000", created: Int64(number) * 1_000,
        updated: Int64(number) * 1_000, origin: "screens", title: "Incident \(number)",
        casebook: "hash-a", leader: "case-\(number)", leaderTitle: "Case \(number) of a",
        verdict: "likely", probability: 0.8, said: ["logins hang since \(number) o'clock"],
        targets: ["web\(number):443"], captures: ["/tmp/client\(number).pcap"],
        evidence: [
            fact("symptom-1"), fact("capture.tcp.finding-\(number)"), fact("symptom-2", .unknown),
        ], document: Array("document \(number)".utf8))
}

func makeResolution(_ record: IncidentRecord, fixedBy: String = "restart") -> IncidentResolution {
    IncidentResolution(
        entry: LedgerEntry(
            time: 9_000, cause: "case-1", verified: true, evidence: record.evidence),
        verifiedBy: "looked again", fixedBy: fixedBy, secondsToDiagnose: 60)
}
