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
    @Flag(help: "One JSON document.") var json = false
    @OptionGroup var global: GlobalOptions

    func execute(_ run: Run) throws -> ExitStatus {
        let books = try CasebookSource(run.settings).books()
        let root = try CasebookTarget.root(into, run.settings)
        let bundle = try CaseBundle.read(path)
        let check = ImportCheck(bundle, folders: books.map(\.path), root: root, run.settings)
        let places = CasePlaces(books)
        var arrivals = bundle.cases.map { value in
            let comparison = ImportComparison(value, root: root, places: places)
            let fate: Fate =
                if check.isFaulty(value) {
                    .refused
                } else if comparison.state == .same {
                    .same
                } else if comparison.state == .changed, !replace {
                    .left
                } else {
                    .taken
                }
            return Arrival(value: value, comparison: comparison, fate: fate)
        }
        if !json { show(arrivals, check, run) }
        let fault = dryRun ? nil : place(&arrivals, root, run)
        if json { run.console.write(document(arrivals, check, root)) }
        if let fault { throw fault }
        let refused = arrivals.count { $0.fate == .refused }
        if refused > 0 {
            throw Failure.casework(.refused(cases: refused, of: bundle.cases.count))
        }
        let different = arrivals.filter { $0.fate == .left }.map(\.value.id)
        if !different.isEmpty, !dryRun { throw Failure.casework(.different(ids: different)) }
        return .done
    }

    /// What becomes of a case, or would without `--dry-run`.
    private enum Fate: String {
        case taken, same
        /// It has faults.
        case refused
        /// Another one of its name stays, for nobody said `--replace`.
        case left
        /// It could not be written, or one before it could not.
        case failed
    }

    private struct Arrival {
        var value: CaseFolder
        var comparison: ImportComparison
        var fate: Fate
    }

    private func show(_ arrivals: [Arrival], _ check: ImportCheck, _ run: Run) {
        for arrival in arrivals {
            run.console.write(arrival.comparison.page(run.console.newPage()))
        }
        let lines = check.diagnostics.map { SafeText.line($0.text) + "\n" }
        run.console.write(Array(lines.joined().utf8))
        run.console.flush()
    }

    /// - Returns: why the first one that could not be written could not.
    private func place(_ arrivals: inout [Arrival], _ root: String, _ run: Run) -> Failure? {
        var failure: Failure?
        for index in arrivals.indices where arrivals[index].fate == .taken {
            if failure != nil {
                arrivals[index].fate = .failed
                continue
            }
            do {
                let folder = try arrivals[index].value.put(in: root, replacing: replace)
                run.console.note("Imported \(folder).")
            } catch {
                arrivals[index].fate = .failed
                failure = error
            }
        }
        return failure
    }

    private func document(_ arrivals: [Arrival], _ check: ImportCheck, _ root: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("schema", "inquest.case-import/1")
            writer.member("dry_run", dryRun)
            writer.member("into", root)
            writer.member("cases", array: arrivals) { writer, arrival in
                arrival.comparison.write(to: &writer, fate: arrival.fate.rawValue)
            }
            writer.member("diagnostics", array: check.diagnostics) { $0.diagnostic($1) }
        }
        writer.endLine()
        return writer.bytes
    }
}
