import ArgumentParser
import Glibc

/// The group of the commands about incidents whose cause is known.
struct IncidentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "incident",
        abstract: "The ledger of confirmed incidents, from which diagnose learns.",
        subcommands: [
            IncidentListCommand.self, IncidentConfirmCommand.self, IncidentVerifyCommand.self,
            IncidentWithdrawCommand.self,
        ])

    /// Now, in seconds since 1970.
    static func now() -> Int64 { Int64(time(nil)) }
}
