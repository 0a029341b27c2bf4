public import ArgumentParser

/// `inquest`: the root of the commands.
public struct Inquest: ParsableCommand {
    /// Of the program and of every JSON document that names it.
    static let version = "0.1.0"

    public static let configuration = CommandConfiguration(
        commandName: "inquest",
        abstract: "From packets and probes to a named, explained diagnosis.",
        usage: "inquest [target] [--capture file]\ninquest <command> [options]",
        discussion: """
            Without a command it asks on screens. Examples:
              inquest
              inquest --capture client.pcap
              inquest diagnose --capture client.pcap
              inquest diagnose --capture client.pcap --symptom hang-after-connect
              inquest diagnose --say "checkouts time out, the monitor is green"
              inquest probe example.com:443
              inquest capture server.pcapng
              inquest case search "session resumption"

            Exit codes of diagnose: 0 no known case, 1 a known case,
            2 nothing could be looked at, 3 not enough evidence;
            64 usage, 65 bad file, 66 no such file, 74 I/O, 77 no permission.
            """,
        version: "inquest \(version)",
        subcommands: [
            TriageCommand.self, DiagnoseCommand.self, ProbeCommand.self, CaptureCommand.self,
            HostCommand.self, SQLCommand.self, CaseCommand.self, FindingCommand.self,
            SymptomCommand.self, IncidentCommand.self, EngineCommand.self, InfoCommand.self,
        ], defaultSubcommand: TriageCommand.self)

    @OptionGroup var global: GlobalOptions

    public init() {}
}

/// A command that does something: the only door between the parser and the work.
protocol Subcommand: ParsableCommand {
    var global: GlobalOptions { get }
    func execute(_ run: Run) throws -> ExitStatus
}

/// What a command needs of the world around it.
struct Run {
    let settings: Settings
    let console: Console
}
