public import Casebook
public import CasebookFiles
public import CasebookStore

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
    /// Errors in the files, one line each; a case that cannot be used was left out.
    public let faults: [String]
    /// What happened to the index, in sentences.
    public let notices: [String]
    public let store: CasebookStore

    /// - Parameter index: whether it is up to date or not.
    public init(_ index: CasebookIndex) throws(Fault) {
        store = index.store
        let places = index.places
        if let current = index.current,
            var indexed = store.casebook(hash: current.hash, roots: places.roots)
        {
            indexed.books = places.books(untrusted: current.untrusted)
            casebook = indexed
            origin = .index
            faults = store.faults
            notices = index.notices + store.takeNotices()
            return
        }
        let untrusted = places.untrusted()
        let folder = CasebookFolder(paths: places.roots, untrusted: untrusted)
        let books = places.books(untrusted: untrusted)
        var notices = index.notices
        if var indexed = store.casebook(hash: folder.contentHash(), roots: folder.roots) {
            indexed.books = books
            casebook = indexed
            origin = .index
            faults = store.faults
        } else {
            let (read, diagnostics, _) = folder.read(checkQuery: CustomQuestions.check)
            guard var read else { throw Fault(diagnostics: diagnostics) }
            read.books = books
            casebook = read
            origin = .files
            faults = diagnostics.filter { $0.severity == .error && !$0.isHarmless }.map(\.text)
            do {
                try store.rebuild(from: read, roots: folder.roots, faults: faults)
            } catch {
                notices.append("The casebook could not be indexed: \(error).")
            }
        }
        if let stamp = index.stamp {
            store.remember(
                stamp: stamp, of: IndexedCasebook(hash: casebook.hash, untrusted: untrusted))
        }
        self.notices = notices + store.takeNotices()
    }

    /// The faults as one warning for a diagnosis.
    public var warnings: [Warning] {
        Self.warning(of: faults).map { [Warning(id: "casebook.fault", summary: $0)] } ?? []
    }

    /// One sentence about faults of case files; `nil` without any.
    public static func warning(of faults: [String]) -> String? {
        guard let first = faults.first else { return nil }
        let rest = faults.count > 1 ? ", and \(faults.count - 1) more" : ""
        return "The casebook has faults ('inquest case lint'): \(first)\(rest)"
    }
}
