import Casebook
import CasebookFiles
import Diagnosis
import Triage

/// Makes a case of an incident and puts it into a casebook: the one way, for the command and for
/// the screens.
struct CaseBench {
    /// The casebooks in use.
    let folders: [String]
    /// The one that gets the case.
    let root: String
    let run: Run
    /// Standard output gets one document, of what came of it.
    var json = false

    private var console: Console { run.console }

    func make(
        _ incident: inout DraftIncident, id: String?, _ answers: CaseAnswers, asks: Bool,
        edits: Bool
    ) throws(Failure) -> ExitStatus {
        let draft = DraftFolder(environment: run.settings.environment)
        var drafted = incident.session.result().draftCase(
            id: id ?? "", family: "", said: incident.said, story: incident.story)
        try answers.fill(&drafted)
        do throws(Failure) {
            try draft.write(drafted.text, family: drafted.value.family, id: drafted.value.id)
            tellKnown(incident)
            let casebook = incident.session.casebook
            var form = CaseForm(console: console, draft: draft) { id in
                (try? CasebookTarget.checkFree(id, casebook, root)) == nil
            }
            if asks { try form.ask(&drafted) }
            CaseBench.complete(&drafted.value)
            if drafted.value.id.isEmpty, !Interrupt.requested { throw .casework(.noName) }
            if id == nil, !drafted.value.id.isEmpty {
                try CasebookTarget.checkFree(drafted.value.id, casebook, root)
            }
            try Self.copyReplays(of: incident, &drafted, to: draft, folders: folders, console)
            if Interrupt.requested {
                throw .casework(.unfinished(kept: draft.root))
            }
            if edits {
                let editing = CaseEditing(draft: draft, folders: folders, run: run, asNotes: json)
                return try finish(draft, try editing.edit())
            }
            let trial = CaseTrial(root: draft.root, id: drafted.value.id, folders: folders)
            if !json { trial.show(console) }
            return try finish(draft, trial)
        } catch {
            try keep(drafted, draft, error)
            throw error
        }
    }

    /// The same cause seen again is another source of the old case.
    private func tellKnown(_ incident: DraftIncident) {
        let diagnosis = incident.session.result().diagnosis
        guard let leader = diagnosis.leader,
            diagnosis.verdict == .confirmed || diagnosis.verdict == .likely
        else { return }
        let title = incident.session.casebook[case: leader.id]?.title ?? ""
        console.note(
            "What was seen is \(diagnosis.verdict.rawValue) the case \(leader.id): \(title). Is it "
                + "the same cause? Then add a source to that case instead: inquest case edit "
                + leader.id)
    }

    /// Where not even the draft could be written, standard output has it.
    private func keep(
        _ drafted: DraftedCase, _ draft: DraftFolder, _ fault: Failure
    ) throws(Failure) {
        if case .casework(.noName) = fault, drafted.value.title.isEmpty { return draft.discard() }
        if OutputFile.isRegular(draft.path) {
            if fault.tellsOfDraft { return }
            return console.note("What was typed is kept in \(draft.path).")
        }
        console.note("No draft could be written to disk; it follows on standard output.")
        console.write(Array(drafted.text.utf8))
    }

    /// What follows from the answers.
    static func complete(_ draft: inout Case) {
        if draft.id.isEmpty { draft.id = CaseName.slug(draft.title) ?? "" }
        if draft.family.isEmpty { draft.family = CaseName.family(of: draft) }
        if draft.verification.window.isEmpty {
            draft.verification.window = "15 minutes under the usual load"
        }
        draft.decision.rivals.removeAll { $0.shows.isEmpty }
        for index in draft.sections.indices {
            switch draft.sections[index].heading {
            case "Mitigation" where draft.sections[index].text.isEmpty:
                draft.sections[index].text = mitigation(draft.fixes)
            case "False leads" where !draft.falseLeads.isEmpty:
                draft.sections[index].text = draft.falseLeads.map { "- **\($0.lead)** \($0.why)" }
                    .joined(separator: "\n")
            default: break
            }
        }
    }

    private static func mitigation(_ fixes: Case.Fixes) -> String {
        [("Now", fixes.mitigation), ("The cause", fixes.root)].filter { !$0.1.isEmpty }
            .map { "- \($0): \($1)" }.joined(separator: "\n")
    }

    /// Copies what the incident was seen by, writes the draft with the rows of its replays, and
    /// expects of each what comes out of it.
    static func copyReplays(
        of incident: DraftIncident, _ drafted: inout DraftedCase, to draft: DraftFolder,
        folders: [String], _ console: Console?
    ) throws(Failure) {
        try draft.write(drafted.text, family: drafted.value.family, id: drafted.value.id)
        var replays = CaseReplays(folder: draft.folder)
        let evidence = incident.session.log.entries
        replays.copy(incident.captures, evidence + incident.nearMissEvidence) {
            !Interrupt.requested
        }
        try replays.record(evidence, unlessFrom: incident.captures)
        try replays.writeReadme()
        for note in replays.notes { console?.note(note) }
        drafted.value.replays = replays.rows
        try draft.write(drafted.text, family: drafted.value.family, id: drafted.value.id)
        let trial = CaseTrial(root: draft.root, id: drafted.value.id, folders: folders)
        for (index, test) in trial.replays().enumerated() where test.replay.expect == .likely {
            if test.caseVerdict == .confirmed { drafted.value.replays[index].expect = .confirmed }
        }
        try draft.write(drafted.text, family: drafted.value.family, id: drafted.value.id)
    }

    private func finish(_ draft: DraftFolder, _ trial: CaseTrial) throws(Failure) -> ExitStatus {
        guard trial.errors == 0 else {
            if json { console.write(NewCaseJSON(trial, draft: draft.root).document) }
            throw .casework(.faulty(errors: trial.errors, kept: draft.root))
        }
        let (value, faults) = CaseFolder.read(draft.folder)
        guard faults.isEmpty else { throw .casework(.unreadableFolder(faults: faults)) }
        let place = try value.put(in: root)
        let replays = trial.replays()
        if json {
            console.write(NewCaseJSON(trial, replays, place: place).document)
        } else {
            tell(trial, replays, place)
        }
        draft.discard()
        return .done
    }

    private func tell(_ trial: CaseTrial, _ replays: [ReplayTest], _ place: String) {
        let warnings = trial.diagnostics.count
        console.note(
            "Added \(place)/case.md (\(Figures.plural(warnings, "warning"))).")
        for test in replays {
            let outcome = test.caseVerdict?.rawValue ?? "not read"
            let words =
                ["\(test.replay.file): \(outcome), as a case of the casebook"]
                + CaseTestResults.faults(test)
            console.note(words.joined(separator: "; ") + ".")
        }
        let id = place.split(separator: "/").last.map(String.init) ?? ""
        console.note("Next: inquest case test \(id)")
        if !folders.contains(root), CasebookLocator.personal(run.settings.environment) != root {
            console.note("It is used with --casebook \(CommandFilling.quoted(root)).")
        }
    }
}
