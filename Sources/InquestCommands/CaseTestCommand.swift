import ArgumentParser
import Casebook
import CasebookFiles
import Diagnosis
import Triage

struct CaseTestCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Diagnose the replays of every case and check what must come out.",
        discussion: """
            Fails (exit code 1) when an expectation is not met, when a case is confirmed on another \
            case's replay or on healthy traffic, or when another case outranks a reviewed one on \
            its own replay; with 65 when only 'case lint' finds errors.
            """)

    @Argument(help: "Cases; default: all.") var ids: [String] = []

    @Option(help: ArgumentHelp("Captures of healthy traffic; repeatable.", valueName: "dir"))
    var healthy: [String] = []

    @Flag(help: "One JSON document.") var json = false
    @OptionGroup var global: GlobalOptions

    func execute(_ run: Run) throws -> ExitStatus {
        let (casebook, errors) = try readFiles(run)
        let cases = try ids.isEmpty ? casebook.cases : ids.map { try find($0, casebook) }
        let results = CasebookTest(
            casebook: casebook, cases: cases, healthy: try healthy.flatMap(InputFolder.captures),
            errors: errors)
        if json {
            run.console.write(CaseTestJSON.document(results))
        } else {
            run.console.write(CaseTestText(results: results).page(run.console.newPage()))
        }
        if Interrupt.requested { return .interrupted }
        if results.replays.isEmpty, results.healthy.isEmpty { return .couldNotLook }
        if !results.passed { return .found }
        return errors > 0 ? .badData : .done
    }

    /// From the files and not from the index: only they know their folders.
    private func readFiles(
        _ run: Run
    ) throws(Failure) -> (casebook: Casebook, errors: Int) {
        let folders = try CasebookSource(run.settings).folders()
        let (casebook, diagnostics, _) = CasebookFolder(paths: folders).read(
            checkQuery: CustomQuestions.check)
        let errors = diagnostics.filter { $0.severity == .error }
        guard let casebook else { throw .casebookUnusable(folders: folders, faults: errors) }
        return (casebook, errors.count)
    }

    private func find(_ id: String, _ casebook: Casebook) throws(Failure) -> Case {
        if let entry = casebook[case: id] { return entry }
        throw .unknownID(
            kind: "case", id: id, suggestion: Nearest.match(id, in: casebook.cases.map(\.id)))
    }
}

/// The outcome of every replay and every healthy capture.
struct CasebookTest {
    let casebook: Casebook
    private(set) var replays: [ReplayTest] = []
    private(set) var healthy: [HealthyTest] = []
    let withoutReplays: [CaseID]
    /// Faults of the case files, which `case lint` tells in full.
    let errors: Int

    var passed: Bool { replays.allSatisfy(\.passed) && healthy.allSatisfy(\.passed) }

    init(casebook: Casebook, cases: [Case], healthy files: [String], errors: Int) {
        self.casebook = casebook
        self.errors = errors
        withoutReplays = cases.filter { $0.replays.isEmpty && $0.status != .retired }.map(\.id)
        let engine = Engine(casebook: casebook)
        for entry in cases {
            for replay in entry.replays where !Interrupt.requested {
                replays.append(ReplayTest(entry, replay, casebook: casebook, engine: engine))
            }
        }
        for file in files where !Interrupt.requested {
            healthy.append(HealthyTest(file: file, casebook: casebook, engine: engine))
        }
    }
}
