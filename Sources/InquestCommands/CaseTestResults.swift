import Casebook
import Diagnosis
import Triage

/// What came of every case under test and every healthy capture.
struct CaseTestResults {
    let casebook: Casebook
    private(set) var gates: [CaseGate]
    private(set) var healthy: [HealthyTest] = []
    /// Errors in the case files, which `case lint` tells in full.
    let errors: Int
    let isStrict: Bool

    init(
        _ book: CaseTestBook, healthy files: [String], isStrict: Bool,
        goOn: (String) -> Bool
    ) {
        casebook = book.casebook
        errors = book.errors
        self.isStrict = isStrict
        let engine = Engine(casebook: book.casebook)
        var tests = CaseGates(
            ReplayLibrary(casebook: book.casebook, engine: engine, cache: book.cache))
        tests.test(book.cases) { what, done, count in goOn("\(what), \(done) of \(count)") }
        gates = tests.gates
        gates += book.broken.map { CaseGate(Case(id: $0, title: "", family: "")) }
        for place in gates.indices {
            for fault in book.faults[gates[place].id] ?? [] { gates[place].fail(.file, fault) }
        }
        var library = tests.library
        for file in files where !Interrupt.requested {
            healthy.append(
                HealthyTest(file: file, library: &library) { goOn("healthy captures") })
        }
    }

    var replays: [ReplayTest] { gates.flatMap(\.replays) }
    var withoutReplays: [CaseID] { gates.filter { $0.entry.replays.isEmpty }.map(\.id) }
    var warningCount: Int { gates.reduce(0) { $0 + $1.warnings.count } }

    func passed(_ gate: CaseGate) -> Bool {
        gate.passed && !(isStrict && !gate.warnings.isEmpty)
    }

    /// Whether every expectation was met; errors in the files are told apart.
    var passed: Bool {
        healthy.allSatisfy(\.passed)
            && gates.allSatisfy { gate in
                gate.replays.allSatisfy(\.passed) && gate.failures.allSatisfy { $0.check == .file }
                    && !(isStrict && !gate.warnings.isEmpty)
            }
    }

    var status: ExitStatus {
        if gates.isEmpty, healthy.isEmpty { return .couldNotLook }
        if !passed { return .found }
        return errors > 0 ? .badData : .done
    }

    /// Every fault of a replay, as sentences.
    static func faults(_ test: ReplayTest) -> [String] {
        test.faults + reading(test.readingFault, "replay")
    }

    static func faults(_ test: HealthyTest) -> [String] {
        test.faults + reading(test.readingFault, "capture")
    }

    private static func reading(_ fault: ReplayFault?, _ what: String) -> [String] {
        fault.map { ["the \(what) cannot be read: \(words($0))"] } ?? []
    }

    private static func words(_ fault: ReplayFault) -> String {
        switch fault {
        case .capture(let error): ErrorText.report(error).text
        case .input(let error):
            ErrorText.report(Failure.input(error, what: "replay")).text
        case .evidence(let error): "\(error.place.line):\(error.place.column): \(error.fault)"
        case .stopped: "reading was stopped"
        }
    }
}
