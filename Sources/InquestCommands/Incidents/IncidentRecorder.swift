import Casebook
import Triage

/// Keeps one triage that has no screens, from its first answer on. What it has to say goes to
/// standard error.
final class IncidentRecorder {
    private let origin: String
    private let run: Run
    private let store: SessionStore
    private var id = SessionStore.newID()
    private var created = IncidentCommand.now()
    private var resolved: Int?
    private var told: String?
    /// Whether something was kept.
    private(set) var hasBegun = false

    init(origin: String, _ run: Run) {
        self.origin = origin
        self.run = run
        store = SessionStore(run.settings)
    }

    /// Goes on with an incident that was begun before.
    func take(_ name: String, casebook: Casebook) throws(Failure) -> SessionFile {
        store.takeOver(casebook: casebook)
        let kept = try store.read(named: name, casebook: casebook)
        (id, created, resolved) = (kept.id, kept.created, kept.resolved)
        hasBegun = true
        return kept
    }

    /// All that was said and seen is on the disk when this returns.
    func keep(_ conversation: Conversation, _ result: TriageResult) {
        write(
            conversation.kept(id: id, created: created, updated: IncidentCommand.now()), result)
    }

    /// A run without questions.
    func record(_ session: TriageSession, _ result: TriageResult, said: [String]) {
        let now = IncidentCommand.now()
        let conversation = Conversation(session: session, at: now)
        var file = conversation.kept(id: id, created: created, updated: now)
        file.now.said = said
        write(file, result)
        if hasBegun { tell("Kept: 'inquest incident show \(shortID)' tells what was seen.") }
    }

    private func write(_ file: SessionFile, _ result: TriageResult) {
        var file = file
        file.origin = origin
        file.resolved = resolved
        file.judged = SessionFile.Judged(result)
        do throws(Failure) {
            let notice = try store.write(file)
            hasBegun = true
            tellOnce(notice)
        } catch {
            tellOnce("Not kept: " + ErrorText.report(error).text)
        }
    }

    /// The same trouble at every answer is told once.
    private func tellOnce(_ notice: String?) {
        if let notice, notice != told { run.console.note("inquest: \(notice)") }
        told = notice
    }

    /// How to go on, and what is remembered of incidents like this one.
    func tellEnd(_ evidence: [Evidence]) {
        guard hasBegun else { return }
        if let database = try? store.shelf?.open(),
            let seen = SeenBefore(evidence, except: store.id(of: id), in: database)
        {
            tell(seen.sentence)
        }
        tell("To take it up again: inquest incident resume \(shortID)")
    }

    private var shortID: Substring { store.id(of: id).prefix(13) }

    private func tell(_ text: String) { if !run.settings.quiet { run.console.note(text) } }
}
