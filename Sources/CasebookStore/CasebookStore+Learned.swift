internal import Foundation
internal import GRDB
internal import Synchronization

/// Lines of the ledger after one of them.
public struct LedgerTail: Hashable, Sendable {
    /// The number of the ledger's last line; 0 of an empty one.
    public var last: Int
    /// Confirmations, those that were withdrawn since too.
    public var entries: [LedgerEntry]
    /// Of earlier lines, those that were withdrawn since.
    public var withdrawn: [Int]

    public init(last: Int, entries: [LedgerEntry], withdrawn: [Int]) {
        self.last = last
        self.entries = entries
        self.withdrawn = withdrawn
    }
}

/// What the ledger taught, in bytes of whoever learned.
public struct LearnedBytes: Hashable, Sendable {
    /// Another encoding counts as nothing learned.
    public var encoding: Int
    /// The last line of the ledger that was looked at.
    public var through: Int
    /// All that a diagnosis needs.
    public var tally: [UInt8]
    /// All that is needed beside it to learn more.
    public var memory: [UInt8]

    public init(encoding: Int, through: Int, tally: [UInt8], memory: [UInt8]) {
        self.encoding = encoding
        self.through = through
        self.tally = tally
        self.memory = memory
    }
}

extension CasebookStore {
    /// Casebooks of which it is kept what they learned; who works on one tries it by another name.
    private static let mostLearned = 3

    /// What was kept for a casebook; `nil` where there is nothing, or it is damaged: then the
    /// ledger tells.
    ///
    /// - Parameters:
    ///   - hash: of the casebook.
    ///   - withMemory: else it is left empty.
    public func learned(
        casebook hash: String, encoding: Int, withMemory: Bool
    ) -> LearnedBytes? {
        state.withLock { state in
            guard state.location != .inMemory else { return nil }
            return try? state.database.queue.read { database in
                let row = try Row.fetchOne(
                    database,
                    sql: """
                        SELECT through, tally_sum, tally, memory_sum\(withMemory ? ", memory" : "")
                        FROM learned WHERE casebook = ? AND encoding = ?
                        """, arguments: [hash, encoding])
                guard let row else { return nil }
                let tally = try bytes(row, 2)
                let memory = withMemory ? try bytes(row, 4) : []
                guard row[1] as Int64 == Self.sum(tally),
                    !withMemory || row[3] as Int64 == Self.sum(memory)
                else { return nil }
                return LearnedBytes(
                    encoding: encoding, through: row[0], tally: tally, memory: memory)
            }
        }
    }

    /// Keeps what a casebook learned. What cannot be kept is learned again.
    public func keep(_ learned: LearnedBytes, casebook hash: String) {
        state.withLock { state in
            guard state.location != .inMemory else { return }
            try? state.database.queue.write { database in
                try database.execute(
                    sql: """
                        INSERT OR REPLACE INTO learned
                        (casebook, encoding, through, tally_sum, tally, memory_sum, memory)
                        VALUES (?, ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        hash, learned.encoding, learned.through, Self.sum(learned.tally),
                        Data(learned.tally), Self.sum(learned.memory), Data(learned.memory),
                    ])
                try database.execute(
                    sql: """
                        DELETE FROM learned WHERE number NOT IN
                        (SELECT number FROM learned ORDER BY number DESC LIMIT ?)
                        """, arguments: [Self.mostLearned])
            }
        }
    }

    private static func sum(_ bytes: [UInt8]) -> Int64 { Int64(bitPattern: checksum(bytes)) }

    private func bytes(_ row: Row, _ column: Int) throws -> [UInt8] {
        try row.withUnsafeData(atIndex: column) { $0.map(Array.init) ?? [] }
    }
}
