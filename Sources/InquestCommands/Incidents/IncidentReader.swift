import Casebook
import CasebookFiles
import CasebookStore
import Triage

/// What the commands about incidents read. The casebook is loaded when something needs it: a list
/// of incidents does not, and ten thousand cases take longer to look through than it may last.
final class IncidentReader {
    let store: SessionStore
    private let run: Run
    private var loadedCasebook: LoadedCasebook?
    private var foldedLedger: IncidentLedger?

    init(_ run: Run) throws(Failure) {
        self.run = run
        store = SessionStore(run.settings)
        if store.shelf == nil { throw .incidents(.notKept) }
        if store.shelf?.isDefault == true, store.files?.isEmpty == false {
            store.takeOver(casebook: try casebook())
            tellFiles()
        }
    }

    /// What the database could not take is there all the same.
    private func tellFiles() {
        guard let files = store.files, !run.settings.quiet else { return }
        let left = files.ids()
        if left.isEmpty { return }
        run.console.note(
            "inquest: \(Figures.plural(left.count, "triage")) could not be put into the database; "
                + "see \(files.path)")
    }

    func loaded() throws(Failure) -> LoadedCasebook {
        if let loadedCasebook { return loadedCasebook }
        let loaded = try CasebookSource(run.settings).load()
        loadedCasebook = loaded
        return loaded
    }

    func casebook() throws(Failure) -> Casebook { try loaded().casebook }

    /// A damaged database is set aside and made anew, as for every command.
    func database() throws(Failure) -> CasebookStore {
        do {
            return try store.readableDatabase()
        } catch .incidents(.damaged) {
            _ = try loaded()
            return try store.database()
        }
    }

    /// To write to.
    func writableDatabase() throws(Failure) -> CasebookStore {
        _ = try database()
        return try store.database()
    }

    func list(
        _ filter: IncidentFilter
    ) throws(Failure) -> (list: [IncidentSummary], more: Bool) {
        let database = try database()
        return try asking { () throws(StoreError) in try database.incidents(filter) }
    }

    func summary(_ name: String) throws(Failure) -> IncidentSummary {
        let database = try database()
        return try asking { () throws(StoreError) in try database.incident(named: name) }
    }

    func session(_ name: String) throws(Failure) -> SessionFile {
        // What is in a file alone needs no database.
        _ = try? database()
        return try store.read(named: name, casebook: casebook())
    }

    func bareLedgerEntries(limit: Int) throws(Failure) -> [IncidentOutcome] {
        let database = try database()
        return try asking { () throws(StoreError) in
            try database.bareLedgerEntries(limit: limit)
        }
    }

    func ledgerCount() throws(Failure) -> Int {
        let database = try database()
        return try asking { () throws(StoreError) in try database.ledgerCount() }
    }

    /// All of it, judged by the casebook.
    func ledger() throws(Failure) -> IncidentLedger {
        if let foldedLedger { return foldedLedger }
        let (database, casebook) = (try database(), try casebook())
        let ledger = try asking { () throws(StoreError) in
            IncidentLedger(
                entries: try database.ledger(), casebook: casebook, now: IncidentCommand.now())
        }
        foldedLedger = ledger
        return ledger
    }

    /// Of entries of the ledger; what is not remembered is judged, and remembered.
    func standings(of numbers: [Int]) throws(Failure) -> [Int: LedgerStanding] {
        let database = try database()
        let known = try asking { () throws(StoreError) in
            try database.standings(of: numbers, roots: roots)
        }
        let missing = numbers.filter { known[$0] == nil }
        if missing.isEmpty { return known }
        let (ledger, casebook) = (try judged(missing), try casebook())
        let found = Dictionary(
            ledger.entries.map { ($0.number, ledger.remembered($0)) },
            uniquingKeysWith: { first, _ in first })
        // What cannot be remembered is judged again next time.
        try? database.remember(found, casebook: casebook.hash)
        return known.merging(found) { $1 }
    }

    /// The casebook folders of this run as the index names them; none where the name means
    /// something else in another working directory.
    private var roots: [String] {
        let folders = (try? CasebookSource(run.settings).folders()) ?? []
        return folders.allSatisfy { $0.hasPrefix("/") } ? CasebookFolder(paths: folders).roots : []
    }

    /// The entries alone: whether one is held back does not hang on the others.
    func judged(_ numbers: [Int]) throws(Failure) -> IncidentLedger {
        let (database, casebook) = (try database(), try casebook())
        return try asking { () throws(StoreError) in
            IncidentLedger(
                entries: try database.ledger(numbers: numbers), casebook: casebook,
                now: IncidentCommand.now())
        }
    }

    private func asking<Value>(
        _ question: () throws(StoreError) -> Value
    ) throws(Failure) -> Value {
        do {
            return try question()
        } catch {
            throw .incidents(error)
        }
    }
}
