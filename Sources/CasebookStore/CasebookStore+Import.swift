internal import GRDB
internal import Synchronization

/// An incident of another machine.
public struct IncidentArrival: Hashable, Sendable {
    /// What became of one.
    public enum Fate: String, Sendable {
        case new, updated
        /// What is here is the same, or newer.
        case known
    }

    public var record: IncidentRecord
    public var resolution: IncidentResolution?

    public init(record: IncidentRecord, resolution: IncidentResolution? = nil) {
        self.record = record
        self.resolution = resolution
    }
}

extension CasebookStore {
    /// Merges incidents by id, all or none: the newer state stays; an outcome that is here stays.
    ///
    /// - Returns: what became of each, in their order.
    public func take(
        _ arrivals: [IncidentArrival], dryRun: Bool
    ) throws(StoreError) -> [IncidentArrival.Fate] {
        if dryRun {
            return try readIncidents { database in
                try arrivals.map { try Self.here($0, in: database).fate }
            } ?? []
        }
        var fates: [IncidentArrival.Fate] = []
        _ = try write { database in
            for arrival in arrivals {
                let here = try Self.here(arrival, in: database)
                fates.append(here.fate)
                if here.isOlder {
                    _ = try IncidentWriter(database: database)
                        .keep(arrival.record, after: here.revision)
                }
                if here.isOpen, let resolution = arrival.resolution {
                    try Self.settle(arrival.record.id, as: resolution, in: database)
                }
            }
            return 0
        }
        return fates
    }

    /// What this database has of an incident that arrives.
    private struct Here {
        /// Or not here at all.
        var isOlder = true
        var isOpen = true
        /// `nil` when it is not here.
        var revision: Int?
        var fate = IncidentArrival.Fate.new
    }

    private static func here(
        _ arrival: IncidentArrival, in database: Database
    ) throws -> Here {
        let row = try Row.fetchOne(
            database, sql: "SELECT updated, resolved, revision FROM incidents WHERE id = ?",
            arguments: [arrival.record.id])
        guard let row else { return Here() }
        let isOlder = (row[0] as Int64) < arrival.record.updated
        let isOpen = (row[1] as Int64?) == nil
        return Here(
            isOlder: isOlder, isOpen: isOpen, revision: row[2],
            fate: isOlder || (isOpen && arrival.resolution != nil) ? .updated : .known)
    }
}
