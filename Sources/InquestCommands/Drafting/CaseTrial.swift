import Casebook
import CasebookFiles
import Diagnosis
import Triage

/// A case that is not in the casebook yet, read as if it were: its faults, and what comes out of
/// its replays.
struct CaseTrial {
    /// Of its folder alone, sorted by place.
    let diagnostics: [Diagnostic]
    /// With the case in it, unless it is too faulty for that.
    let casebook: Casebook?
    let id: CaseID

    /// - Parameters:
    ///   - root: a folder that holds `FAMILY/ID`.
    ///   - folders: the casebooks in use, the later win.
    init(root: String, id: CaseID, folders: [String]) {
        self.id = id
        let (casebook, found, _) = CasebookFolder(paths: folders + [root]).read(
            checkQuery: CustomQuestions.check)
        diagnostics = found.filter { $0.path.hasPrefix(root + "/") }.sorted()
        self.casebook = casebook
    }

    var errors: Int { diagnostics.count { $0.severity == .error } }

    var entry: Case? { casebook?[case: id] }

    /// - Parameter asNotes: on standard error, where a document goes to standard output.
    func show(_ console: Console, asNotes: Bool = false) {
        if asNotes { return diagnostics.forEach { console.note($0.text) } }
        let lines = diagnostics.map { SafeText.line($0.text) + "\n" }
        console.write(Array(lines.joined().utf8))
        console.flush()
    }

    /// What each replay comes to; nothing while the case has faults.
    func replays() -> [ReplayTest] {
        guard let entry, let casebook else { return [] }
        var library = ReplayLibrary(casebook: casebook, engine: Engine(casebook: casebook))
        return entry.replays.map { replay in
            ReplayTest(entry, replay, library: &library) { !Interrupt.requested }
        }
    }
}
