import ArgumentParser
import Glibc

/// The group of the commands about incidents: what was looked at, and what it turned out to be.
struct IncidentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "incident",
        abstract: "Incidents of this machine: take them up again, resolve them, learn from them.",
        discussion: """
            Every triage is kept from its first answer on. An incident is named by its id, by the
            beginning of it, by 'last', or by the number that it got when it was resolved.
            """,
        subcommands: [
            IncidentListCommand.self, IncidentShowCommand.self, IncidentResumeCommand.self,
            IncidentResolveCommand.self, IncidentReopenCommand.self, IncidentReportCommand.self,
            IncidentExportCommand.self, IncidentImportCommand.self, IncidentDeleteCommand.self,
            IncidentConfirmCommand.self, IncidentVerifyCommand.self, IncidentWithdrawCommand.self,
        ])

    /// Now, in seconds since 1970.
    static func now() -> Int64 { Int64(time(nil)) }
}
