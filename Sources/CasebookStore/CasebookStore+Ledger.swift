internal import Casebook
internal import GRDB
internal import Synchronization

extension CasebookStore {
    /// Every confirmed incident in the order in which they were recorded, the withdrawn ones too.
    ///
    /// Empty where the index is in memory. A damaged ledger is an error and is left as it is.
    public func ledger() throws(StoreError) -> [LedgerEntry] {
        try state.withLock { state throws(StoreError) in
            guard state.location != .inMemory else { return [] }
            return try Self.inLedger(state) { state in
                try state.database.queue.read { try Self.entries($0) }
            }
        }
    }

    /// Those of the numbers that there are.
    public func ledger(numbers: [Int]) throws(StoreError) -> [LedgerEntry] {
        try readIncidents { database in
            try Self.entries(
                database, "number IN (\(numbers.map(String.init).joined(separator: ",")))")
        } ?? []
    }

    /// What was written to the ledger since its line `number`, and withdrawals, which are lines
    /// as well.
    public func ledger(after number: Int) throws(StoreError) -> LedgerTail {
        try readIncidents { database in
            let last = try Int.fetchOne(database, sql: "SELECT max(number) FROM ledger") ?? 0
            let withdrawn = try Int.fetchAll(
                database,
                sql: "SELECT withdraws FROM ledger WHERE number > ? AND withdraws <= ?",
                arguments: [number, number])
            return LedgerTail(
                last: last, entries: try Self.entries(database, "number > \(number)"),
                withdrawn: withdrawn)
        } ?? LedgerTail(last: 0, entries: [], withdrawn: [])
    }

    /// The number of the ledger's last line; 0 of an empty one.
    public func lastLedgerNumber() throws(StoreError) -> Int {
        try readIncidents { database in
            try Int.fetchOne(database, sql: "SELECT max(number) FROM ledger")
        } ?? 0
    }

    /// How many incidents were confirmed, the withdrawn ones too.
    public func ledgerCount() throws(StoreError) -> Int {
        try readIncidents { database in
            try Int.fetchOne(database, sql: "SELECT count(*) FROM ledger WHERE kind = 'confirmed'")
        } ?? 0
    }

    /// Records a confirmed incident.
    ///
    /// - Returns: its number; the one in `entry` is not looked at.
    public func confirm(_ entry: LedgerEntry) throws(StoreError) -> Int {
        try write { database in try Self.confirm(entry, in: database) }
    }

    static func confirm(_ entry: LedgerEntry, in database: Database) throws -> Int {
        try database.execute(
            sql: """
                INSERT INTO ledger (kind, time, cause, verified, fingerprint)
                VALUES ('confirmed', ?, ?, ?, ?)
                """,
            arguments: [entry.time, entry.cause, entry.verified ? 1 : 0, entry.fingerprint])
        let number = Int(database.lastInsertedRowID)
        let insert = try database.makeStatement(
            sql: "INSERT INTO ledger_evidence VALUES (?, ?, ?, ?, ?, ?)")
        for (position, item) in entry.evidence.enumerated() {
            try insert.execute(arguments: [
                number, position, item.id, item.kind.rawValue, item.state.rawValue, item.source,
            ])
        }
        return number
    }

    /// Takes a confirmation back by a row of its own; nothing is deleted.
    ///
    /// - Parameter time: in seconds since 1970.
    public func withdraw(_ number: Int, time: Int64) throws(StoreError) {
        _ = try write { database in
            try Self.withdraw(number, time: time, in: database)
            return number
        }
    }

    /// The incident that it belongs to is open again.
    static func withdraw(_ number: Int, time: Int64, in database: Database) throws {
        let kind = try String.fetchOne(
            database, sql: "SELECT kind FROM ledger WHERE number = ?", arguments: [number])
        guard kind == "confirmed" else { throw StoreError.noSuchIncident(number: number) }
        let earlier = try Int.fetchOne(
            database, sql: "SELECT number FROM ledger WHERE withdraws = ?", arguments: [number])
        guard earlier == nil else { throw StoreError.withdrawnAlready(number: number) }
        try database.execute(
            sql: """
                INSERT INTO ledger (kind, time, verified, withdraws)
                VALUES ('withdrawn', ?, 0, ?)
                """, arguments: [time, number])
        try database.execute(
            sql: "UPDATE incidents SET resolved = NULL WHERE ledger = ?", arguments: [number])
    }

    /// In one transaction that is on the disk when this returns.
    func write(_ change: (Database) throws -> Int) throws(StoreError) -> Int {
        try state.withLock { state throws(StoreError) in
            guard state.location != .inMemory else { throw .notKept }
            return try Self.inLedger(state) { state in
                var number = 0
                try state.database.queue.writeWithoutTransaction { database in
                    // The index can be built again after a power cut, an incident cannot.
                    try database.execute(sql: "PRAGMA synchronous = FULL")
                    defer { try? database.execute(sql: "PRAGMA synchronous = NORMAL") }
                    try database.inTransaction(.immediate) {
                        number = try change(database)
                        return .commit
                    }
                }
                return number
            }
        }
    }

    static func inLedger<Value>(
        _ state: State, _ work: (State) throws -> Value
    ) throws(StoreError) -> Value {
        do {
            return try work(state)
        } catch let error as DatabaseError {
            throw storeError(error, path: state.path)
        } catch let error as StoreError {
            throw error
        } catch {
            throw .failed(path: state.path, reason: "\(error)")
        }
    }

    private static func entries(
        _ database: Database, _ chosen: String = "TRUE"
    ) throws -> [LedgerEntry] {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT number, time, cause, verified, fingerprint,
                    (SELECT time FROM ledger AS later WHERE later.withdraws = ledger.number)
                FROM ledger WHERE kind = 'confirmed' AND \(chosen) ORDER BY number
                """)
        var evidence: [Int: [Evidence]] = [:]
        let cursor = try Row.fetchCursor(
            database,
            sql: """
                SELECT number, fact_id, kind, state, source FROM ledger_evidence
                WHERE \(chosen) ORDER BY number, position
                """)
        while let row = try cursor.next() {
            evidence[row[0], default: []].append(
                Evidence(
                    id: row[1], kind: Evidence.Kind(rawValue: row[2]) ?? .finding,
                    state: FactState(rawValue: row[3]) ?? .unknown, source: row[4]))
        }
        return rows.map { row in
            LedgerEntry(
                number: row[0], time: row[1], cause: row[2], verified: (row[3] as Int) == 1,
                fingerprint: row[4], evidence: evidence[row[0]] ?? [], withdrawnAt: row[5])
        }
    }
}
