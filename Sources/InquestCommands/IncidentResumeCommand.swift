import ArgumentParser
import Glibc
import Triage

struct IncidentResumeCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Go on with an incident, on screens, or line by line where there is no terminal.")

    @Argument(help: IncidentName.help) var incident: String
    @OptionGroup var global: GlobalOptions

    func execute(_ run: Run) throws -> ExitStatus {
        let reader = try IncidentReader(run)
        let id = try reader.session(incident).id
        let hasTerminal = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
        let arguments =
            hasTerminal ? ["--resume", id] : ["--interactive=plain", "--resume", id]
        let parsed =
            hasTerminal
            ? try TriageCommand.parseAsRoot(arguments)
            : try DiagnoseCommand.parseAsRoot(arguments)
        guard let command = parsed as? any Subcommand else { return .usage }
        return try command.execute(run)
    }
}
