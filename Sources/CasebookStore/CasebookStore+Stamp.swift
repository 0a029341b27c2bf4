internal import GRDB
internal import Synchronization

/// The casebook that the index was built from, told from the looks of its files.
public struct IndexedCasebook: Hashable, Sendable {
    /// The content hash.
    public var hash: String
    /// Folders whose commands are only shown, as they were given.
    public var untrusted: Set<String>

    public init(hash: String, untrusted: Set<String>) {
        self.hash = hash
        self.untrusted = untrusted
    }
}

/// What the index holds, and the `CasebookStamp` of the files that it was made from.
public struct RememberedCasebook: Hashable, Sendable {
    public var stamp: String
    public var casebook: IndexedCasebook
}

/// The cases of the index, and why others are not among them.
public struct CaseList: Sendable {
    /// By id.
    public var cases: [CaseSummary]
    /// Of files that could not be used, one line each.
    public var faults: [String]

    public init(cases: [CaseSummary], faults: [String]) {
        self.cases = cases
        self.faults = faults
    }
}

/// A case as lists name it.
public struct CaseSummary: Hashable, Sendable {
    public var id: String
    public var title: String
    public var family: String
    public var status: String
    public var baseRate: String
    public var folder: String
    /// How many there are.
    public var replays: Int

    public init(
        id: String, title: String, family: String, status: String, baseRate: String,
        folder: String, replays: Int
    ) {
        self.id = id
        self.title = title
        self.family = family
        self.status = status
        self.baseRate = baseRate
        self.folder = folder
        self.replays = replays
    }
}

extension CasebookStore {
    /// The casebook in the index, and how its files looked when it was put there.
    public func remembered() -> RememberedCasebook? {
        read { database in
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT stamp, casebook.hash, untrusted FROM casebook_stamp, casebook
                    WHERE casebook_stamp.hash = casebook.hash AND encoding = ?
                    """, arguments: [CasebookBytes.version])
            return row.map {
                RememberedCasebook(
                    stamp: $0[0],
                    casebook: IndexedCasebook(
                        hash: $0[1],
                        untrusted: Set(($0[2] as String).split(separator: "\n").map(String.init))))
            }
        }
    }

    /// Remembers how the files of the casebook in the index look. What cannot be remembered is
    /// found out again.
    ///
    /// - Parameter stamp: taken before the files were read.
    public func remember(stamp: String, of casebook: IndexedCasebook) {
        state.withLock { state in
            guard state.location != .inMemory else { return }
            try? state.database.queue.write { database in
                try database.execute(
                    sql: """
                        INSERT OR REPLACE INTO casebook_stamp (id, stamp, hash, untrusted)
                        VALUES (1, ?, ?, ?)
                        """,
                    arguments: [
                        stamp, casebook.hash,
                        casebook.untrusted.sorted().joined(separator: "\n"),
                    ])
            }
        }
    }

    /// Every case of the index by id, without the rest of the casebook; `nil` when the index has
    /// another casebook. Their folders are told where there are several roots.
    ///
    /// - Parameter roots: the casebook folders as given now.
    public func caseList(hash: String, roots: [String]) -> CaseList? {
        read { database in
            let stored = try String.fetchOne(
                database, sql: "SELECT roots FROM casebook WHERE hash = ?", arguments: [hash])
            guard let stored = stored?.split(separator: "\n").map(String.init) else { return nil }
            // Of one folder nobody asks which it is.
            let folder = roots.count > 1 ? "folder" : "''"
            var list: [CaseSummary] = []
            list.reserveCapacity(try Int.fetchOne(database, sql: "SELECT count(*) FROM cases") ?? 0)
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT id, title, family, status, base_rate, \(folder), replays FROM cases
                    ORDER BY number
                    """)
            while let row = try rows.next() {
                list.append(
                    CaseSummary(
                        id: row[0], title: row[1], family: row[2], status: row[3], baseRate: row[4],
                        folder: Self.moved(row[5], from: stored, to: roots),
                        replays: row[6]))
            }
            let faults = try String.fetchAll(
                database, sql: "SELECT fault FROM faults ORDER BY number")
            return CaseList(cases: list, faults: faults)
        }
    }

    /// `nil` where there is no index, or it cannot be read.
    private func read<Value: Sendable>(_ work: (Database) throws -> Value?) -> Value? {
        state.withLock { state in
            guard state.location != .inMemory else { return nil }
            return try? state.database.queue.read(work)
        }
    }
}
