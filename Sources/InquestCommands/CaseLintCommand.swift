import ArgumentParser
import Casebook
import CasebookFiles
import Triage

struct CaseLintCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "lint",
        abstract: "Check every file of the casebook and show all faults at once.")

    @Argument(help: ArgumentHelp("Casebook folders; default: the one in use.", valueName: "dir"))
    var folders: [String] = []

    @Flag(help: "One JSON document.") var json = false
    @OptionGroup var global: GlobalOptions

    func execute(_ run: Run) throws -> ExitStatus {
        let roots = folders.isEmpty ? try CasebookSource(run.settings).folders() : folders
        for root in roots { try InputFolder.check(root) }
        let (casebook, found, _) = CasebookFolder(paths: roots).read(
            checkQuery: CustomQuestions.check)
        let diagnostics = found.sorted()
        let errors = diagnostics.count { $0.severity == .error }
        if json {
            run.console.write(document(diagnostics, cases: casebook?.cases.count ?? 0))
        } else {
            let lines = diagnostics.map { SafeText.line($0.text) + "\n" }
            run.console.write(Array(lines.joined().utf8))
            if !run.console.quiet {
                run.console.note(
                    "\(Figures.plural(casebook?.cases.count ?? 0, "good case")), "
                        + "\(Figures.plural(errors, "error")), "
                        + Figures.plural(diagnostics.count - errors, "warning"))
            }
        }
        return errors > 0 ? .badData : .done
    }

    private func document(_ diagnostics: [Diagnostic], cases: Int) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("schema", "inquest.lint/1")
            writer.member("cases", cases)
            writer.member("diagnostics", array: diagnostics) { $0.diagnostic($1) }
        }
        writer.endLine()
        return writer.bytes
    }
}
