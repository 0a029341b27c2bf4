import Casebook
import Triage

/// The results as JUnit XML, as continuous integration reads it: a suite a case, a test a replay or
/// a check. Warnings are text of the suite, for the format knows none.
enum CaseTestJUnit {
    static func document(_ results: CaseTestResults) -> [UInt8] {
        var suites = results.gates.map { suite($0, isStrict: results.isStrict) }
        if !results.healthy.isEmpty {
            let tests = results.healthy.map { test in
                Test(name: test.file, faults: CaseTestResults.faults(test))
            }
            suites.append(Suite(name: "healthy traffic", tests: tests, notes: []))
        }
        var text =
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"inquest case test\""
        text += " tests=\"\(suites.reduce(0) { $0 + $1.tests.count })\""
        text += " failures=\"\(suites.reduce(0) { $0 + $1.failures })\">\n"
        for suite in suites { text += write(suite) }
        return Array((text + "</testsuites>\n").utf8)
    }

    private struct Test {
        var name: String
        var faults: [String]
    }

    private struct Suite {
        var name: String
        var tests: [Test]
        var notes: [String]

        var failures: Int { tests.count { !$0.faults.isEmpty } }
    }

    private static func suite(_ gate: CaseGate, isStrict: Bool) -> Suite {
        var tests = gate.replays.map { test in
            Test(name: test.replay.file, faults: CaseTestResults.faults(test))
        }
        for check in CaseGate.Check.allCases {
            let remarks = gate.failures + (isStrict ? gate.warnings : [])
            tests.append(
                Test(
                    name: check.rawValue,
                    faults: remarks.filter { $0.check == check }.map(\.text)))
        }
        let notes =
            (isStrict ? [] : gate.warnings.map { "warning: \($0.text)" })
            + gate.advice.map { "stronger: \($0.text)" }
        return Suite(name: gate.id, tests: tests, notes: notes)
    }

    private static func write(_ suite: Suite) -> String {
        let name = escaped(suite.name)
        var text = "  <testsuite name=\"\(name)\" tests=\"\(suite.tests.count)\""
        text += " failures=\"\(suite.failures)\">\n"
        for test in suite.tests {
            text += "    <testcase classname=\"\(name)\" name=\"\(escaped(test.name))\""
            if test.faults.isEmpty {
                text += "/>\n"
            } else {
                let words = test.faults.map(escaped).joined(separator: "&#10;")
                text += ">\n      <failure message=\"\(words)\"/>\n    </testcase>\n"
            }
        }
        if !suite.notes.isEmpty {
            let notes = suite.notes.map { escaped($0) + "\n" }.joined()
            text += "    <system-out>\(notes)</system-out>\n"
        }
        return text + "  </testsuite>\n"
    }

    /// Also without the characters that XML 1.0 (§2.2) cannot hold.
    private static func escaped(_ text: String) -> String { ReportHTML.escaped(text) }
}
