import ArgumentParser
import Casebook
import Triage

struct CaseShowCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "A whole case: how to tell it, how to end it.")

    @Argument(help: "The case.") var id: String
    @Flag(help: "One JSON document.") var json = false
    @OptionGroup var global: GlobalOptions

    func execute(_ run: Run) throws -> ExitStatus {
        let casebook = try CasebookSource(run.settings).load().casebook
        guard let entry = casebook[case: id] else {
            throw Failure.unknownID(
                kind: "case", id: id,
                suggestion: Nearest.match(id, in: casebook.cases.map(\.id)))
        }
        if json {
            run.console.write(CaseJSON.document(entry, casebook))
        } else {
            let text = CaseText(entry: entry, casebook: casebook)
            run.console.write(text.page(run.console.newPage()))
        }
        return .done
    }
}
