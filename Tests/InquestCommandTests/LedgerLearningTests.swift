import Casebook
import CasebookStore
import Diagnosis
import Foundation
import Testing
import Triage

/// What is kept of a ledger is what a replay of it would come to, bit for bit, whatever was
/// written to it meanwhile.
@Suite struct LedgerLearningTests {
    private let desk = CaseDesk()
    private var path: String { desk.home + "/casebook.db" }
    private static let year: Int64 = 31_557_600

    /// Cases that share some findings, so that evidence can speak for a wrong one.
    private func casebook(_ cases: Int, hash: String) -> Casebook {
        let findings = (0..<24).map {
            FindingKind(
                id: "capture.tcp.f\($0)", definition: "Fact \($0).", unit: nil, effect: .local,
                establishedBy: "inquest capture FILE", byHand: "tshark", group: nil,
                background: nil, tier: 1)
        }
        let entries = (0..<cases).map { number in
            var entry = Case(id: "case-\(number)", title: "Case \(number)", family: "tcp")
            entry.findings = (0..<5).map { place in
                Case.Listing(
                    fact: findings[(number * 3 + place * 2) % 24].id,
                    frequency: place < 2 ? .always : .usually)
            }
            return entry
        }
        return Casebook(cases: entries, symptoms: [], findings: findings, hash: hash)
    }

    private func entry(_ chance: inout SeededRandom, _ casebook: Casebook, time: Int64)
        -> LedgerEntry
    {
        let number = Int.random(in: 0..<12, using: &chance)
        let evidence = (0..<6).map { place in
            Evidence(
                id: "capture.tcp.f\((number * 3 + place * 2) % 24)", kind: .finding,
                state: Int.random(in: 0..<4, using: &chance) == 0 ? .absent : .present,
                source: place % 2 == 0 ? "capture:a.pcap" : "operator")
        }
        let isWrong = Int.random(in: 0..<6, using: &chance) == 0
        let cause = isWrong ? Int.random(in: 0..<14, using: &chance) : number
        return LedgerEntry(
            time: time, cause: cause == 13 ? nil : "case-\(cause)",
            verified: Bool.random(using: &chance),
            fingerprint: Int.random(in: 0..<5, using: &chance) == 0 ? "host-\(number % 3)" : nil,
            evidence: evidence)
    }

    /// Also that a second look, for which nothing need be learned, says the same.
    private func expectReplayed(
        _ store: CasebookStore, _ casebook: Casebook, _ now: Int64, _ what: String
    ) throws {
        let replayed = IncidentLedger(
            entries: try store.ledger(), casebook: casebook, now: now
        ).learning
        for _ in 0..<2 {
            let learning = LedgerLearning(store: store, casebook: casebook, now: now)
            #expect(try learning.learned() == replayed.learned, "\(what)")
            let ledger = try learning.ledger()
            #expect(ledger.learning.learned == replayed.learned, "\(what)")
            #expect(ledger.learning.suggestions == replayed.suggestions, "\(what)")
            #expect(
                ledger.learning.quarantined.map(\.incident).sorted()
                    == replayed.quarantined.map(\.incident).sorted(), "\(what)")
            #expect(ledger.learning.unknownCauses == replayed.unknownCauses, "\(what)")
        }
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func `whatever is recorded and withdrawn, what is kept is what a replay comes to`(
        seed: UInt64
    ) throws {
        var chance = SeededRandom(seed: seed)
        var store = try CasebookStore(location: .file(path))
        let books = [casebook(12, hash: "a"), casebook(11, hash: "b")]
        var now: Int64 = 1_790_000_000
        var standing: [Int] = []
        for step in 0..<60 {
            var what = "seed \(seed), step \(step): "
            switch Int.random(in: 0..<10, using: &chance) {
            case 0 where !standing.isEmpty:
                let place = Int.random(in: standing.indices, using: &chance)
                try store.withdraw(standing.remove(at: place), time: now)
                what += "withdrawn"
            case 1 where !standing.isEmpty:
                // The last one, at once: what an undo does.
                try store.withdraw(standing.removeLast(), time: now)
                what += "undone"
            case 2:
                store = try CasebookStore(location: .file(path))
                what += "opened again"
            case 3:
                // Of another machine, long ago.
                standing.append(
                    try store.confirm(
                        entry(&chance, books[0], time: now - Self.year * 2)))
                what += "imported"
            case 4:
                now += Self.year / 7
                what += "a month or two later"
            default:
                // Some at once, until the temperature is fitted and after it.
                for _ in 0..<Int.random(in: 6...16, using: &chance) {
                    now += Int64.random(in: 0..<90_000, using: &chance)
                    standing.append(try store.confirm(entry(&chance, books[0], time: now)))
                }
                what += "confirmed"
            }
            try expectReplayed(store, books[step % 9 == 8 ? 1 : 0], now, what)
        }
        #expect(standing.count > 200)
        #expect(
            try LedgerLearning(store: store, casebook: books[0], now: now).learned().temperature
                != nil)
    }

    @Test func `an incident dated in the future, and a clock that goes back`() throws {
        var chance = SeededRandom(seed: 4)
        let store = try CasebookStore(location: .file(path))
        let book = casebook(12, hash: "a")
        let now: Int64 = 1_790_000_000
        for _ in 0..<20 { _ = try store.confirm(entry(&chance, book, time: now)) }
        try expectReplayed(store, book, now, "today")
        try expectReplayed(store, book, now - Self.year, "a year before")
        _ = try store.confirm(entry(&chance, book, time: now + Self.year * 3))
        try expectReplayed(store, book, now, "one of the future")
        try expectReplayed(store, book, now + Self.year, "still of the future")
        try expectReplayed(store, book, now + Self.year * 4, "of the past by now")
        try expectReplayed(store, book, now, "of the future again")
    }

    @Test func `what is kept is used, and where it is damaged the ledger tells`() throws {
        var chance = SeededRandom(seed: 5)
        let store = try CasebookStore(location: .file(path))
        let book = casebook(12, hash: "a")
        let now: Int64 = 1_790_000_000
        for _ in 0..<20 { _ = try store.confirm(entry(&chance, book, time: now)) }
        let learned = try LedgerLearning(store: store, casebook: book, now: now).learned()
        // Whoever puts something else there is believed, so it is read and not learned anew …
        let kept = try #require(store.learned(casebook: "a", encoding: 1, withMemory: true))
        #expect(kept.through == 20)
        let other = casebook(12, hash: "b")
        let empty = try CasebookStore(location: .file(desk.home + "/empty.db"))
        _ = try empty.confirm(entry(&chance, book, time: now))
        _ = try LedgerLearning(store: empty, casebook: other, now: now).learned()
        var foreign = try #require(empty.learned(casebook: "b", encoding: 1, withMemory: true))
        foreign.through = 20
        store.keep(foreign, casebook: "a")
        #expect(try LedgerLearning(store: store, casebook: book, now: now).learned() != learned)
        // … unless it cannot have been written here.
        for bytes in [Array(kept.tally.dropLast()), kept.tally + [0], [], [255, 255, 255]] {
            let damaged = LearnedBytes(encoding: 1, through: 20, tally: bytes, memory: kept.memory)
            store.keep(damaged, casebook: "a")
            try expectReplayed(store, book, now, "\(bytes.count) bytes")
        }
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014): the same numbers on every machine.
private struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
