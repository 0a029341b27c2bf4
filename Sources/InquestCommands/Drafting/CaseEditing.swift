import CasebookFiles
import Triage

/// A draft in the person's editor: checked after each round, and opened again for as long as it has
/// faults and somebody wants to mend them.
struct CaseEditing {
    let draft: DraftFolder
    /// The casebooks in use.
    let folders: [String]
    let run: Run
    var asNotes = false

    /// - Returns: the last check, which was shown.
    func edit() throws(Failure) -> CaseTrial {
        let editor = TextEditor(environment: run.settings.environment)
        var input = LineInput()
        while true {
            if let reason = editor.edit(draft.path) {
                throw .casework(
                    .editor(command: editor.command, reason: reason, kept: draft.root))
            }
            let trial = CaseTrial(root: draft.root, id: draft.id, folders: folders)
            trial.show(run.console, asNotes: asNotes)
            if trial.errors == 0 || run.settings.inputRefused { return trial }
            run.console.prompt("Edit again? [Y/n] ")
            guard let answer = input.next() else {
                run.console.note("")
                return trial
            }
            if answer.lowercased().hasPrefix("n") { return trial }
        }
    }
}
