import ArgumentParser
import Casebook
import CasebookFiles
import Glibc
import Triage

struct CaseEditCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "edit",
        abstract: "Change a case in your editor; checked before it counts.",
        discussion: """
            Opens a copy in $VISUAL or $EDITOR, checks it when you leave, offers to edit again, and \
            only then puts it in the place of the old one, whole. A built-in case, or one that you \
            may not write, is copied into your own casebook, where it overrides the other.
            """)

    @Argument(help: "The case.") var id: String
    @OptionGroup var global: GlobalOptions

    func execute(_ run: Run) throws -> ExitStatus {
        let books = try CasebookSource(run.settings).books()
        let place = try CasePlaces(books).find(id)
        let (value, faults) = CaseFolder.read(place.folder)
        if !faults.isEmpty { throw Failure.casework(.unreadableFolder(faults: faults)) }
        let isOverride = place.book.kind == .builtIn || !Self.mayWrite(place.folder)
        let root = try CasebookTarget.root(nil, run.settings)
        let old = isOverride ? Self.marked(value, place) : value
        let draft = DraftFolder(environment: run.settings.environment)
        try draft.write("", family: place.family, id: id)
        unlink(draft.path)
        do {
            try old.write(to: draft.folder)
        } catch {
            throw Failure.casework(.placing(error))
        }
        let errors = try edit(draft, books.map(\.path), run)
        var new = CaseFolder.read(draft.folder).folder
        (new.family, new.id) = (place.family, id)
        if new.text == old.text {
            draft.discard()
            run.console.note("Nothing was changed.")
            return .done
        }
        if errors > 0 { throw Failure.casework(.faulty(errors: errors, kept: draft.root)) }
        if CaseFolder.read(place.folder).folder.text != value.text {
            throw Failure.casework(
                .changedMeanwhile(path: "\(place.folder)/case.md", kept: draft.path))
        }
        try put(new, isOverride ? root : nil, place, draft, run)
        draft.discard()
        return .done
    }

    private func put(
        _ new: CaseFolder, _ root: String?, _ place: CasePlaces.Place, _ draft: DraftFolder,
        _ run: Run
    ) throws(Failure) {
        do throws(Failure) {
            guard let root else {
                try OutputFile.write(new.text, to: "\(place.folder)/case.md")
                return run.console.note("Changed \(place.folder)/case.md.")
            }
            let folder = try new.put(in: root)
            run.console.note(
                "\(folder)/case.md overrides the \(place.book.kind.rawValue) case in "
                    + "\(place.folder), which stays as it is.")
        } catch {
            run.console.note("Your version is kept in \(draft.path).")
            throw error
        }
    }

    /// Until it has no fault, or nobody wants to go on.
    private func edit(
        _ draft: DraftFolder, _ folders: [String], _ run: Run
    ) throws(Failure) -> Int {
        try CaseEditing(draft: draft, folders: folders, run: run).edit().errors
    }

    private static func mayWrite(_ folder: String) -> Bool {
        access(folder, W_OK | X_OK) == 0 && access("\(folder)/case.md", W_OK) == 0
    }

    /// Says in the case itself where it was copied from.
    private static func marked(_ value: CaseFolder, _ place: CasePlaces.Place) -> CaseFolder {
        var copy = value
        let mark = Array(
            ("---\n# Copied from the \(place.book.kind.rawValue) casebook, \(place.folder), "
                + "to be changed here; this one counts.\n").utf8)
        for index in copy.files.indices where copy.files[index].path == CaseFolder.caseFile {
            guard copy.files[index].bytes.starts(with: "---\n".utf8) else { continue }
            copy.files[index].bytes.replaceSubrange(0..<4, with: mark)
        }
        return copy
    }
}
