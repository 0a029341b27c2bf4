import Casebook
import Diagnosis
import Triage

/// `inquest.case-test/1`.
enum CaseTestJSON {
    static func document(_ results: CasebookTest) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("schema", "inquest.case-test/1")
            writer.member("casebook") { writer in
                writer.member("cases", results.casebook.cases.count)
                writer.member("hash", results.casebook.hash)
            }
            writer.member("passed", results.passed)
            writer.member("replays", array: results.replays) { $0.replay($1) }
            writer.member("healthy", array: results.healthy) { $0.healthy($1) }
            writer.member("without_replays", strings: results.withoutReplays)
            writer.member("lint_errors", results.errors)
            writer.member("truncated", Interrupt.requested)
        }
        writer.endLine()
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func replay(_ test: ReplayTest) {
        object { writer in
            writer.member("case", test.caseID)
            writer.member("file", test.replay.file)
            writer.member("expect", test.replay.expect.rawValue)
            writer.member("passed", test.passed)
            writer.member("verdict", ifPresent: test.verdict?.rawValue)
            writer.member("case_verdict", ifPresent: test.caseVerdict?.rawValue)
            writer.member("probability", number: DiagnosisJSON.rounded(test.probability, 6))
            if let rank = test.rank { writer.member("rank", rank) }
            writer.member("leader", ifPresent: test.leader)
            writer.member("confirmed", strings: test.confirmed)
            writer.member("faults", strings: test.faults)
        }
    }

    fileprivate mutating func healthy(_ test: HealthyTest) {
        object { writer in
            writer.member("file", test.file)
            writer.member("passed", test.passed)
            writer.member("verdict", ifPresent: test.verdict?.rawValue)
            writer.member("leader", ifPresent: test.leader)
            writer.member("confirmed", strings: test.confirmed)
            writer.member("faults", strings: test.faults)
        }
    }
}
