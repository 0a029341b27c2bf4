import Casebook
import CasebookFiles
import CasebookStore
import Glibc
import Triage

/// Where triages are kept: in the database; in files of the state folder, where the database
/// cannot be written or an earlier version put them.
struct SessionStore {
    /// No longer than this is worth choosing from.
    private static let mostListed = 50

    /// `nil` when there is no home directory.
    let folder: String?
    /// `nil` when nothing names a place for a database.
    let shelf: IncidentShelf?

    init(environment: [String: String]) { self.init(Settings(environment: environment)) }

    init(_ settings: Settings) {
        let environment = settings.environment
        // XDG Base Directory Specification: a relative path is to be ignored.
        if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
            folder = state + "/inquest"
        } else if let home = environment["HOME"], home.hasPrefix("/") {
            folder = home + "/.local/state/inquest"
        } else {
            folder = nil
        }
        let path = DatabaseLocation.path(explicit: settings.database, environment: environment)
        let usual = DatabaseLocation.path(
            explicit: nil, environment: environment.filter { $0.key != "INQUEST_DATABASE" })
        shelf = path.map { IncidentShelf(path: $0, isDefault: $0 == usual) }
    }

    /// The database of incidents and of the ledger.
    func database() throws(Failure) -> CasebookStore {
        guard let shelf else { throw .incidents(.notKept) }
        do {
            return try shelf.open()
        } catch {
            throw .incidents(error)
        }
    }

    /// The same, for reading alone where nothing can be written.
    func readableDatabase() throws(Failure) -> CasebookStore {
        guard let shelf else { throw .incidents(.notKept) }
        do {
            return try shelf.openForReading()
        } catch {
            throw .incidents(error)
        }
    }

    /// The id under which an incident of this run is kept.
    func id(of id: String) -> String { shelf?.id(of: id) ?? id }

    /// - Returns: what the operator should know, where it is not simply in the database.
    /// - Throws: when it is kept nowhere.
    @discardableResult
    func write(_ session: SessionFile) throws(Failure) -> String? {
        guard let shelf else { return try writeFile(session, because: .notKept) }
        do {
            let fork = try shelf.keep(session)
            files?.remove(session.id)
            return fork.map {
                "Another Inquest went on with this incident; yours is kept by itself as \($0)."
            }
        } catch {
            return try writeFile(session, because: error)
        }
    }

    private func writeFile(
        _ session: SessionFile, because reason: StoreError
    ) throws(Failure) -> String {
        guard let files else { throw .noStateFolder }
        var session = session
        session.id = id(of: session.id)
        let bytes = session.write()
        let path = try files.write(bytes, of: session.id)
        shelf?.note(session.id, written: bytes)
        return "The database was not written: \(reason). The triage is kept in \(path)."
    }

    /// - Parameter name: `last`, an id, the beginning of one, or the number in the ledger.
    func read(named name: String, casebook: Casebook) throws(Failure) -> SessionFile {
        let kept = try stored(named: name, casebook)
        let file = try files?.newest(named: name, casebook)
        // A file beside the database is what the database could not take: on a tie it is newer.
        let newest = [file, kept].compactMap(\.self).max {
            ($0.updated, $0.id) < ($1.updated, $1.id)
        }
        guard let newest
        else { throw .noSuchSession(name, folder: shelf?.path ?? folder) }
        return newest
    }

    private func stored(named name: String, _ casebook: Casebook) throws(Failure) -> SessionFile? {
        guard let shelf else { return nil }
        do {
            let store = try shelf.openForReading()
            let found = try store.incident(named: name)
            return try session(found.id, store, casebook)
        } catch {
            switch error {
            case .noSuchRecord: return nil
            case .ambiguous: throw .incidents(error)
            // A file may have it where the database cannot be used.
            default: return nil
            }
        }
    }

    private func session(
        _ id: String, _ store: CasebookStore, _ casebook: Casebook
    ) throws(StoreError) -> SessionFile? {
        guard let found = try store.document(of: id) else { return nil }
        shelf?.note(id, revision: found.revision)
        do {
            return try SessionFile.read(found.bytes, casebook: casebook)
        } catch {
            throw .damaged(path: "incident \(id)", reason: error.fault)
        }
    }

    /// Those that can be read, the one used last first.
    func all(casebook: Casebook) -> [SessionFile] {
        var found: [String: SessionFile] = [:]
        if let store = try? shelf?.openForReading(),
            let list = try? store.incidents(IncidentFilter(limit: Self.mostListed)).list
        {
            for item in list {
                if let session = try? session(item.id, store, casebook) {
                    found[item.id] = session
                }
            }
        }
        for session in files?.all(limit: Self.mostListed, casebook) ?? [] {
            let known = found[session.id]
            if known.map({ $0.updated <= session.updated }) ?? true { found[session.id] = session }
        }
        let sorted = found.values.sorted { ($1.updated, $1.id) < ($0.updated, $0.id) }
        return Array(sorted.prefix(Self.mostListed))
    }

    var files: SessionFolder? { folder.map { SessionFolder(path: $0 + "/sessions") } }

    /// Puts files of earlier versions, and those of a time when the database could not be
    /// written, into the database. A file goes when what it holds is on the disk there.
    ///
    /// - Returns: how many were taken over.
    @discardableResult
    func takeOver(casebook: Casebook) -> Int {
        guard let shelf, shelf.isDefault, let files, !files.isEmpty,
            let store = try? shelf.open()
        else { return 0 }
        var count = 0
        for id in files.ids() {
            guard let session = try? files.read(id, casebook), session.id == id,
                SessionFile.isID(id)
            else { continue }
            do {
                let known = try? store.incident(named: id)
                if known.map({ $0.updated <= session.updated }) ?? true {
                    _ = try store.keep(session.record, after: known?.revision)
                    count += 1
                }
                files.remove(id)
            } catch {
                continue
            }
        }
        return count
    }

    /// UUID version 7 (RFC 9562): sorts by time, never given twice.
    static func newID() -> String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let milliseconds = UInt64(time.tv_sec) * 1_000 + UInt64(time.tv_nsec) / 1_000_000
        let high = milliseconds << 16 | 0x7000 | UInt64.random(in: 0...0xFFF)
        let low = UInt64.random(in: 0...UInt64.max) >> 2 | 0x8000_0000_0000_0000
        let digits = hex(high) + hex(low)
        let cuts = [0, 8, 12, 16, 20, 32]
        return zip(cuts, cuts.dropFirst()).map { start, end in
            String(digits.dropFirst(start).prefix(end - start))
        }.joined(separator: "-")
    }

    private static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
