import Casebook
import CasebookFiles
import CasebookStore
import Triage

/// The cases to test and the casebook around them.
struct CaseTestBook {
    let casebook: Casebook
    let cases: [Case]
    /// Errors in the files of the cases to test, by case; of all files where all are tested.
    private(set) var faults: [CaseID: [String]] = [:]
    /// Named cases whose files are too broken to be tested.
    private(set) var broken: [CaseID] = []
    /// All errors in the case files.
    private(set) var errors: Int
    /// Where what replays show is kept between runs.
    let cachePath: String?
    private let folders: [String]

    /// All cases are read from their files, with all their faults; a few come from the index, for
    /// ten thousand files take longer to read than the test of one case.
    init(ids: [String], _ run: Run) throws(Failure) {
        let source = CasebookSource(run.settings)
        let folders = CasebookFolder(paths: try source.folders()).roots
        self.folders = folders
        cachePath = Self.cachePath(folders, run.settings.environment)
        if ids.isEmpty {
            let (casebook, found, _) = CasebookFolder(paths: folders).read(
                checkQuery: CustomQuestions.check)
            let diagnostics = found.filter { $0.severity == .error }.sorted()
            guard let casebook else { throw .casebookUnusable(folders: folders, faults: found) }
            self.casebook = casebook
            cases = casebook.cases.filter { $0.status != .retired }
            errors = diagnostics.count
            for diagnostic in diagnostics { add(diagnostic) }
        } else {
            let loaded = try source.load()
            casebook = loaded.casebook
            (cases, errors) = ([], 0)
            try choose(ids, loaded, folders)
        }
    }

    private init(_ other: CaseTestBook, cases: [Case]) {
        (casebook, faults, broken) = (other.casebook, other.faults, other.broken)
        (errors, cachePath, folders) = (other.errors, other.cachePath, other.folders)
        self.cases = cases
    }

    private mutating func choose(
        _ ids: [String], _ loaded: LoadedCasebook, _ folders: [String]
    ) throws(Failure) {
        var vocabulary = Vocabulary(casebook)
        // A broken case is a rival that exists.
        if !loaded.faults.isEmpty { vocabulary.cases = nil }
        var chosen: [Case] = []
        for id in ids where !chosen.contains(where: { $0.id == id }) && !broken.contains(id) {
            let used = casebook[case: id].map { $0.folder + "/case.md" }
            // The one that a later folder has, even if it is too broken to be used.
            guard let path = Self.file(of: id, in: folders) ?? used else {
                throw .unknownID(
                    kind: "case", id: id,
                    suggestion: Nearest.match(id, in: casebook.cases.map(\.id)))
            }
            if let entry = casebook[case: id], used == path {
                chosen.append(entry)
            } else {
                broken.append(id)
            }
            check(path, vocabulary)
        }
        self = CaseTestBook(self, cases: chosen)
    }

    /// Of a case that the casebook does not hold, since its file has errors.
    private static func file(of id: String, in folders: [String]) -> String? {
        guard !id.contains("/"), !id.hasPrefix(".") else { return nil }
        for folder in folders.reversed() {
            for family in Case.families {
                let path = "\(folder)/\(family)/\(id)/case.md"
                if OutputFile.isRegular(path) { return path }
            }
        }
        return nil
    }

    private mutating func check(_ path: String, _ vocabulary: Vocabulary) {
        guard let bytes = try? InputFile.read(path, limit: 2 << 20) else { return }
        let found = parseCase(
            text: String(decoding: bytes, as: UTF8.self), path: path, vocabulary: vocabulary,
            checkQuery: CustomQuestions.check
        ).diagnostics
        for diagnostic in found where diagnostic.severity == .error {
            errors += 1
            add(diagnostic)
        }
    }

    /// The place of the casebook that a path lies in among all.
    private func rank(of path: String) -> Int {
        folders.lastIndex { path.hasPrefix($0 + "/") } ?? -1
    }

    private mutating func add(_ diagnostic: Diagnostic) {
        let parts = diagnostic.path.split(separator: "/")
        guard parts.count >= 2, parts.last == "case.md" else { return }
        let id = String(parts[parts.count - 2])
        // Of one that a later casebook's stands in the place of, nothing is tested.
        if let used = casebook[case: id], rank(of: diagnostic.path) < rank(of: used.folder) {
            return
        }
        let place = "line \(diagnostic.line): "
        faults[id, default: []].append(
            place + diagnostic.fault + (diagnostic.suggestion.map { " (\($0))" } ?? ""))
    }

    /// One file for each set of casebook folders; `nil` where nothing names a place.
    private static func cachePath(
        _ folders: [String], _ environment: [String: String]
    ) -> String? {
        guard let home = SystemPaths.cache(environment) else { return nil }
        let names = folders.map { (CasebookTrust.canonical($0) ?? $0) + "\n" + $0 + "\n" }.joined()
        return "\(home)/inquest/replays-\(ContentHash.hex(names.utf8).prefix(16))"
    }

    var cache: ReplayCache? {
        cachePath.map {
            ReplayCache(
                path: $0,
                key: ReplayLibrary.key(casebook, program: SystemPaths.programIdentity()))
        }
    }
}
