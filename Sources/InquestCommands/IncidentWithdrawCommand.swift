import ArgumentParser
import CasebookStore
import Triage

struct IncidentWithdrawCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "withdraw",
        abstract: "Take a confirmation back; what was learned of it is unlearned.")

    @Argument(help: "The number of the incident, as 'incident list' shows it.")
    var number: Int

    @Flag(help: "One JSON document.") var json = false
    @OptionGroup var global: GlobalOptions

    func execute(_ run: Run) throws -> ExitStatus {
        let loaded = try CasebookSource(run.settings).load()
        do {
            try loaded.store.withdraw(number, time: IncidentCommand.now())
        } catch {
            throw Failure.ledger(error)
        }
        try IncidentText.present(number, asJSON: json, run)
        return .done
    }
}
