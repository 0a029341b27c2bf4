import ArgumentParser
import CasebookStore
import Glibc
import Triage

struct IncidentDeleteCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete incidents with all that was said and seen.",
        discussion: """
            What was learned of a resolved one is unlearned: its entry in the ledger, which holds
            facts and sources alone and is never deleted, is withdrawn. With --keep-learned it
            goes on counting. Backups and exports keep what they have.
            """)

    @Argument(help: IncidentName.help) var incident: [String]
    @Flag(name: .shortAndLong, help: "Do not ask.") var yes = false
    @Flag(help: "Go on learning from what it turned out to be.") var keepLearned = false
    @OptionGroup var global: GlobalOptions

    func execute(_ run: Run) throws -> ExitStatus {
        let reader = try IncidentReader(run)
        var sessions: [SessionFile] = []
        for name in incident {
            let session = try reader.session(name)
            if !sessions.contains(where: { $0.id == session.id }) { sessions.append(session) }
        }
        for session in sessions {
            run.console.note("\(session.id.prefix(13))  \(session.title)")
        }
        if !yes { try ask(sessions.count, run) }
        let database = try reader.writableDatabase()
        for session in sessions {
            do {
                try database.delete(
                    session.id, keepsLearned: keepLearned, time: IncidentCommand.now())
            } catch .noSuchRecord {
                // It is in a file alone.
            } catch {
                throw Failure.incidents(error)
            }
            reader.store.files?.remove(session.id)
        }
        run.console.note("Deleted: \(Figures.plural(sessions.count, "incident")).")
        return .done
    }

    private func ask(_ count: Int, _ run: Run) throws(Failure) {
        guard isatty(STDIN_FILENO) == 1, !run.settings.inputRefused else {
            throw .notDeleted(count: count, refused: false)
        }
        run.console.prompt(
            "Delete \(Figures.plural(count, "incident")) for good? Type 'yes': ")
        var input = LineInput()
        guard input.next() == "yes" else { throw .notDeleted(count: count, refused: true) }
    }
}
