import ArgumentParser
import Casebook
import CasebookFiles
import Triage

struct CaseImportCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Take cases in from a file, a folder or standard input.",
        discussion: """
            Reads what 'inquest case export' writes, a case file, and folders with cases. Shows what \
            is new and what would change, checks everything, takes in only cases without fault, and \
            never writes over a case without --replace.

            Examples:
              inquest case import case.md --dry-run
              inquest case import team-casebook/tls --into my-casebook
              ssh db1 inquest case export --tar my-case | inquest case import -
            """)

    @Argument(help: ArgumentHelp("A file, a folder, or '-' for standard input.", valueName: "path"))
    var path: String

    @Flag(name: [.customShort("n"), .long], help: "Only show and check.") var dryRun = false
    @Flag(help: "Put a case in the place of one that is there.") var replace = false
    @Option(
        help: ArgumentHelp(
            "The casebook that gets the cases. (default: your own)", valueName: "dir"))
    var into: String?
    @OptionGroup var global: GlobalOptions

    func execute(_ run: Run) throws -> ExitStatus {
        let books = try CasebookSource(run.settings).books()
        let root = try CasebookTarget.root(into, run.settings)
        let bundle = try CaseBundle.read(path)
        let check = ImportCheck(bundle, folders: books.map(\.path), root: root, run.settings)
        let places = CasePlaces(books)
        var (good, different): ([CaseFolder], [String]) = ([], [])
        for value in bundle.cases {
            let comparison = ImportComparison(value, root: root, places: places)
            run.console.write(comparison.page(run.console.newPage()))
            if check.isFaulty(value) || comparison.state == .same { continue }
            if comparison.state == .changed, !replace {
                different.append(value.id)
            } else {
                good.append(value)
            }
        }
        let lines = check.diagnostics.map { SafeText.line($0.text) + "\n" }
        run.console.write(Array(lines.joined().utf8))
        run.console.flush()
        if !dryRun { try place(good, root, run) }
        let refused = bundle.cases.count { check.isFaulty($0) }
        if refused > 0 {
            throw Failure.casework(.refused(cases: refused, of: bundle.cases.count))
        }
        if !different.isEmpty, !dryRun { throw Failure.casework(.different(ids: different)) }
        return .done
    }

    private func place(_ cases: [CaseFolder], _ root: String, _ run: Run) throws(Failure) {
        for value in cases {
            let folder = try value.put(in: root, replacing: replace)
            run.console.note("Imported \(folder).")
        }
    }
}
