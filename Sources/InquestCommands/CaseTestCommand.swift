import ArgumentParser
import Casebook
import CasebookFiles
import Triage

struct CaseTestCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Put cases through the gate: files, replays, confusion, rivals, strength.",
        discussion: """
            A case fails when a replay does not give what it must, when it is confirmed on another \
            case's replay or on healthy traffic, or when a reviewed case outranks a reviewed one on \
            its own replay; and, once it is reviewed, without a replay that fires and one that \
            must not. A draft's gaps are warnings. With named cases it also tells what would make \
            each stronger.

            Exit code 0 when all passed, 1 when one failed, 65 when only 'case lint' finds errors, \
            2 when there was nothing to test. What replays show is kept in the cache folder \
            (XDG_CACHE_HOME) for the next run.
            """)

    @Argument(help: "Cases; default: all.") var ids: [String] = []

    @Option(help: ArgumentHelp("Captures of healthy traffic; repeatable.", valueName: "dir"))
    var healthy: [String] = []

    @Flag(help: "Show which case leads on whose replays.") var matrix = false
    @Flag(help: "Warnings fail too: a draft as strictly as a reviewed case.") var strict = false
    @Flag(help: "One JSON document.") var json = false

    @Option(help: ArgumentHelp("Write the results as JUnit XML too.", valueName: "file"))
    var junit: String?

    @OptionGroup var global: GlobalOptions

    func execute(_ run: Run) throws -> ExitStatus {
        // Not after an hour of replays.
        if let junit, let code = OutputFile.obstacle(to: junit) {
            throw Failure.writing(path: junit, code: code)
        }
        let healthyFiles = try healthy.flatMap(InputFolder.captures)
        let book = try CaseTestBook(ids: ids, run)
        var progress = Progress(name: "case test", console: run.console)
        let results = CaseTestResults(book, healthy: healthyFiles, isStrict: strict) { state in
            progress.show(state)
            return !Interrupt.requested
        }
        progress.finish()
        if json {
            run.console.write(CaseTestJSON.document(results))
        } else {
            let text = CaseTestText(results: results, showsMatrix: matrix, isDetailed: !ids.isEmpty)
            run.console.write(text.page(run.console.newPage()))
        }
        if let junit { try OutputFile.write(CaseTestJUnit.document(results), to: junit) }
        if Interrupt.requested { return .interrupted }
        return results.status
    }
}
