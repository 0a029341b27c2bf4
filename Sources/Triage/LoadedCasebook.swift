public import Casebook
public import CasebookFiles
import CasebookStore

/// A casebook ready to judge with, from the index when its files have not changed since, else
/// from the files. Trouble with the index never stops a diagnosis.
public struct LoadedCasebook: Sendable {
    public enum Origin: String, Sendable {
        case index, files
    }

    /// No vocabulary could be read; the diagnostics say why.
    public struct Fault: Error, Sendable {
        public var diagnostics: [Diagnostic]
    }

    public let casebook: Casebook
    public let origin: Origin
    /// What is wrong with the files; empty when it came from the index, which holds only
    /// casebooks without an error.
    public let diagnostics: [Diagnostic]
    /// What happened to the index, in sentences.
    public let notices: [String]
    /// Where the index is; `nil` for an index in memory alone.
    public let store: CasebookStore?

    /// - Parameter database: the index; `nil` for one in memory.
    public init(folders: [String], database: String?) throws(Fault) {
        let folder = CasebookFolder(paths: folders)
        let (store, notices) = CasebookStore.open(preferred: database)
        if let indexed = store?.casebook(hash: folder.contentHash()) {
            self.init(
                casebook: indexed, origin: .index, diagnostics: [], notices: notices, store: store)
            return
        }
        let (casebook, diagnostics, _) = folder.read()
        guard let casebook else { throw Fault(diagnostics: diagnostics) }
        self.init(
            casebook: casebook, origin: .files, diagnostics: diagnostics,
            notices: notices + Self.index(casebook, diagnostics, store), store: store)
    }

    private init(
        casebook: Casebook, origin: Origin, diagnostics: [Diagnostic], notices: [String],
        store: CasebookStore?
    ) {
        self.casebook = casebook
        self.origin = origin
        self.diagnostics = diagnostics
        self.notices = notices
        self.store = store
    }

    /// A casebook with errors is not kept: its faults are to be told at every run.
    private static func index(
        _ casebook: Casebook, _ diagnostics: [Diagnostic], _ store: CasebookStore?
    ) -> [String] {
        guard let store, !diagnostics.contains(where: { $0.severity == .error }) else { return [] }
        do {
            try store.rebuild(from: casebook)
            return []
        } catch {
            return ["the index of the casebook could not be written: \(error)"]
        }
    }

    /// Cases that could not be read, as warnings for a diagnosis.
    public var warnings: [Warning] {
        diagnostics.filter { $0.severity == .error }.map {
            Warning(id: "casebook.fault", summary: $0.text)
        }
    }
}
